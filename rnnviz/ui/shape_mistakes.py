"""Mistakes with shapes, caught: what torch says, what it means, the line that mends it."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

import streamlit as st

from rnnviz.core.call import Call
from rnnviz.core.shape_mistakes import Mistake, refused, warned
from rnnviz.core.silent_mistakes import silent
from rnnviz.plots import mistake_words
from rnnviz.ui.shapes import ran


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
        st.subheader(mistake_words.KINDS[kind], anchor=False)
        for mistake in group:
            _show(mistake)
    if not any(mistake.kind == "silent" for mistake in found):
        st.subheader(mistake_words.KINDS["silent"], anchor=False)
        st.markdown(
            "With one step or one sequence at a time little can go wrong unseen: what runs "
            "silently wrong needs a batch. Choose a module and a batch above."
        )


def _show(mistake: Mistake) -> None:
    with st.expander(mistake_words.TITLES[mistake.name]):
        if mistake.said:
            st.markdown("Torch says:")
            st.code(mistake.said, language=None, wrap_lines=True)
        st.markdown(mistake_words.meaning(mistake))
        st.markdown(f"Not `{mistake.line}`, but `{mistake.mended_line}`.")
        left, right = st.columns(2, gap="medium")
        with left:
            st.caption("the mistake")
            st.code(mistake.wrong, language="python")
        with right:
            st.caption("mended")
            st.code(mistake.mended, language="python")
