"""The keys of the characters page: of the session, and what of it stands in the link."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rnnviz.ui import state

Rows = tuple[tuple[str | None, ...], ...]

LIVE_TEXTS = "live_texts"  # what the fragments' keys begin with
SPELLED, PAINTED = "spelled", "painted"  # the components
FIRST, APART = "first_character", "apart"  # what comes first instead, the chart of what that moves
EMBEDDING_MAP, ONE_HOT, VECTORS = "embedding_map", "one_hot", "embedding_vectors"  # charts
OWN_SOURCE, OWN_TARGET = "own_source", "own_target"  # one's own lines, in the link
OWN_LINE, OWN_LOSS = "own_line", "own_loss"  # the one looked at, the chart
OWN_TEXT = "own_text"  # what a language model learns, in the link
OPENING, TEMPERATURE, LANGUAGE_DRAW = "opening", "temperature", "language_draw"  # in the link
LEARNT_TEXT, PASSAGE = "learnt_text", "passage"  # the fragment; which of the text, in the link
BITS = "bits_per_character"  # its chart
TABLE, TABLE_LOSS = "rows_of_words", "table_loss"  # rows of words with their classes, the chart
TABLE_LINK = "table"  # those rows, in the link
_TABLE_START, _TABLE_NOW = "_table_start", "_table_now"  # what the editor came up with, what it has
ASKED_DIGIT, ASKED_WORD = "digit_asked", "word_asked"  # of a writer, in the link
WRITER_DRAW, WRITER_LOSS = "writer_draw", "writer_loss"  # in the link; the chart

LONGEST_LINK = 1500  # characters of a text that a link still carries


def linked_text(key: str, default: str) -> None:
    """Let a widget of text begin with what the link says, else with the default."""
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(key, default)


def link_text(key: str, text: str, default: str) -> bool:
    """Say in the link what a widget holds; the default goes without saying.

    Returns: Whether the link can carry it.
    """
    fits = len(text) <= LONGEST_LINK
    if text == default or not fits:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != text:
        st.query_params[key] = text
    return fits


def first_table(default: Rows, read: Callable[[str], Rows]) -> Rows:
    """Return the rows that the editor of the table begins with, the same ones while it is shown.

    Those that it had when it was last shown, else those of the link, else the default.

    Args:
        default: Of who asks for nothing.
        read: Reads what the link says; its ValueError is said, and the default stands in.
    """
    known = st.session_state.get(_TABLE_NOW)
    if known is None:
        known, asked = default, st.query_params.get(TABLE_LINK)
        try:
            known = default if asked is None else read(asked)
        except ValueError as error:
            state.note(f"The link's table cannot be read: {error}. The six rows stand in.")
            st.query_params.pop(TABLE_LINK, None)
    return state.begun(TABLE, _TABLE_START, known)


def keep_table(rows: Rows) -> None:
    """Keep what the editor has by now, for when it comes up again."""
    st.session_state[_TABLE_NOW] = rows
