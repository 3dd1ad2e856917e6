"""Session keys of the Characters page, and their values in the link."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import linked_values

Rows = tuple[tuple[str | None, ...], ...]

LIVE_TEXTS = "live_texts"  # what the fragments' keys begin with
SPELLED, PAINTED = "spelled", "painted"  # the components
FIRST, APART = "first_character", "apart"  # what comes first instead, the chart of what that moves
EMBEDDING_MAP, ONE_HOT, VECTORS = "embedding_map", "one_hot", "embedding_vectors"  # charts
OWN_SOURCE, OWN_TARGET = "own_source", "own_target"  # one's own lines, in the link
OWN_LINE, OWN_LOSS = "own_line", "own_loss"  # the one looked at, the chart
OWN_TEXT = "own_text"  # what a language model learns, in the link
TEXT_FILE, ROWS_FILE = "text_file", "rows_file"  # the uploaders
OPENING, TEMPERATURE, LANGUAGE_DRAW = "opening", "temperature", "language_draw"  # in the link
LEARNT_TEXT, PASSAGE = "learnt_text", "passage"  # the fragment; which of the text, in the link
BITS = "bits_per_character"  # its chart
TABLE, TABLE_LOSS = "rows_of_words", "table_loss"  # rows of words with their classes, the chart
TABLE_LINK = "table"  # those rows, in the link
_TABLE_START, _TABLE_NOW = "_table_start", "_table_now"  # what the editor came up with, what it has
ROW_SOURCE = "table_rows"  # which rows the table view trains on, in the link
ROWS_TEXT, ROWS_LOSS = "rows_text", "rows_loss"  # the list, in the link; the chart
ASKED_DIGIT, ASKED_WORD = "digit_asked", "word_asked"  # of a writer, in the link
WRITER_DRAW, WRITER_LOSS = "writer_draw", "writer_loss"  # in the link; the chart

LONGEST_LINK = 1500  # characters of a text that a link still carries


def linked_text(key: str, default: str) -> None:
    """Let a widget of text begin with what the link says, else with the default."""
    if linked_values.decides(key):
        st.session_state[key] = st.query_params.get(key, default)


def link_text(key: str, text: str, default: str) -> bool:
    """Say in the link what a widget holds; the default goes without saying.

    Returns: Whether the link can carry it.
    """
    fits = len(text) <= LONGEST_LINK
    linked_values.link(key, text if fits and text != default else "")
    return fits


def first_table(default: Rows, read: Callable[[str], Rows]) -> Rows:
    """Return the rows that the editor of the table begins with, the same ones while it is shown.

    Those that it had when it was last shown, else those of the link, else the default.

    Args:
        default: Of who asks for nothing.
        read: Reads what the link says; its ValueError is said, and the default stands in.
    """
    known = None if linked_values.decides(_TABLE_NOW) else st.session_state[_TABLE_NOW]
    if known is None:
        known, asked = default, st.query_params.get(TABLE_LINK)
        try:
            known = default if asked is None else read(asked)
        except ValueError as error:
            session_keys.note(f"The link's table cannot be read: {error}. The six rows stand in.")
            st.query_params.pop(TABLE_LINK, None)
    return session_keys.begun(TABLE, _TABLE_START, known)


def keep_table(rows: Rows) -> None:
    """Keep what the editor has by now, for when it comes up again."""
    st.session_state[_TABLE_NOW] = rows
