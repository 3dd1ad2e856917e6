"""Session keys and controls of the Scratch page, with their values in the link."""

from __future__ import annotations

import streamlit as st

from rnnviz.ui.session import keys as session_keys

LENSES, GRAPH, OPERATIONS = "hand_lenses", "hand_graph", "hand_operations"  # components
DROPPED, CURVES, BEYOND, LESSON = "hand_dropped", "hand_curves", "hand_beyond", "hand_lesson_view"
MNIST = "hand_mnist"
LIVE, LIVE_LESSON = "live_hand", "live_hand_lesson"  # fragments


def number(label: str, key: str, least: int, most: int, default: int, words: str = "") -> int:
    """Let the person set a whole number; it is in the link."""
    session_keys.check_range(key, least, most, default)
    session_keys.within(key, least, most)
    with st.container(width=150):
        found = st.number_input(
            label, least, most, default, key=key, bind="query-params", help=words or None
        )
    return min(max(int(found), least), most)


def choice(label: str, key: str, names: tuple[str, ...], words: str = "") -> str:
    """Let the person choose one of a few; the first goes without saying in the link."""
    session_keys.check_choice(key, names, names[0])
    with st.container(width="content"):
        found = st.segmented_control(
            label,
            names,
            default=names[0],
            key=key,
            bind="query-params",
            required=True,
            help=words or None,
        )
    return found if found in names else names[0]
