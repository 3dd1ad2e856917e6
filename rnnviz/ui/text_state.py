"""The keys of the characters page: of the session, and what of it stands in the link."""

from __future__ import annotations

import streamlit as st

LIVE_TEXTS = "live_texts"  # what the fragments' keys begin with
SPELLED, PAINTED = "spelled", "painted"  # the components
FIRST, APART = "first_character", "apart"  # what comes first instead, the chart of what that moves
EMBEDDING_MAP, ONE_HOT, VECTORS = "embedding_map", "one_hot", "embedding_vectors"  # charts
OWN_SOURCE, OWN_TARGET = "own_source", "own_target"  # one's own lines, in the link
OWN_LINE, OWN_LOSS = "own_line", "own_loss"  # the one looked at, the chart
OWN_TEXT = "own_text"  # what a language model learns; too long for a link
OPENING, TEMPERATURE, LANGUAGE_DRAW = "opening", "temperature", "language_draw"  # in the link
BITS = "bits_per_character"  # its chart
TABLE, TABLE_LOSS = "rows_of_words", "table_loss"  # rows of words with their classes, the chart
ASKED_DIGIT, ASKED_WORD = "digit_asked", "word_asked"  # of a writer, in the link
WRITER_DRAW, WRITER_LOSS = "writer_draw", "writer_loss"  # in the link; the chart

LONGEST_LINK = 1500  # characters of a text that a link still carries


def linked_text(key: str, default: str) -> None:
    """Let a widget of text begin with what the link says, else with the default."""
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(key, default)


def link_text(key: str, text: str, default: str) -> None:
    """Say in the link what a widget holds; the default goes without saying, too much is left."""
    if text == default or len(text) > LONGEST_LINK:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != text:
        st.query_params[key] = text
