"""View of common shape errors: torch's message, its meaning, and the corrected line."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

import streamlit as st

from rnnviz.chapters.shapes import error_text
from rnnviz.chapters.shapes.ui.view import ran
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.errors import Mistake, refused, warned
from rnnviz.core.shapes.silent_errors import silent


@lru_cache(maxsize=2)
def made(call: Call) -> tuple[Mistake, ...]:
    """Make all mistakes of a call."""
    run = ran(call)
    return (*refused(run), *warned(run.call), *silent(run))


def show(call: Call) -> None:
    """Show the three kinds of mistakes that can be made with a call."""
    st.markdown("Made here in earnest, for these settings. Each program is whole: copy it and see.")
    found = made(call)
    for kind, group in groupby(found, key=lambda mistake: mistake.kind):
        st.subheader(error_text.KINDS[kind], anchor=False)
        for mistake in group:
            _show(mistake)
    if not any(mistake.kind == "silent" for mistake in found):
        st.subheader(error_text.KINDS["silent"], anchor=False)
        st.markdown(
            "With one step or one sequence at a time little can go wrong unseen: what runs "
            "silently wrong needs a batch. Choose a module and a batch above."
        )


def _show(mistake: Mistake) -> None:
    with st.expander(error_text.TITLES[mistake.name]):
        if mistake.said:
            st.markdown("Torch says:")
            st.code(mistake.said, language=None, wrap_lines=True)
        st.markdown(error_text.meaning(mistake))
        st.markdown(f"Not `{mistake.line}`, but `{mistake.mended_line}`.")
        left, right = st.columns(2, gap="medium")
        with left:
            st.caption("the mistake")
            st.code(mistake.wrong, language="python")
        with right:
            st.caption("mended")
            st.code(mistake.mended, language="python")
