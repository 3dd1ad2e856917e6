"""Upload of a text file, with the encoding that was detected and the file's first line."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rnnviz.chapters.characters import text, text_encoding
from rnnviz.ui.session.markdown_escape import plain

MOST_MB = 1  # Streamlit's megabyte is 2**20 bytes, which is `text_encoding.MOST_BYTES`


def show(key: str, label: str, types: Sequence[str], limits: str = "") -> str | None:
    """Let a person upload a text file; return its text, None if there is none that can be read.

    Args:
        key: Of the uploader.
        label: Of the button that opens it.
        types: Endings of the names that it takes, without the dot.
        limits: What a text may have at most, in one sentence; "" if nothing is said.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover(label, icon=":material/upload:"):
            file = st.file_uploader(
                "UTF-8, UTF-16 or GB18030", type=list(types), key=key, max_upload_size=MOST_MB
            )
        if limits:
            st.caption(limits, width="content")
    if file is None:
        return None
    name = plain(text.shorter(file.name))
    try:
        found = text_encoding.decode(file.getvalue())
    except ValueError as error:
        told = str(error).removeprefix("the file ")
        st.error(f"{name} {plain(told)}.", icon=":material/block:")
        return None
    first = plain(text.shorter(found.first_line, 60))
    st.caption(
        f"{name} is read in place of the field: {found.encoding}, {len(found.text):,} characters. "
        f"It begins with “{first}”. A link does not carry the file; a training keeps its text."
    )
    return found.text
