"""Cursor of the memory view in the link and in the session."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from rnnviz.chapters.states.map.ui import link
from rnnviz.chapters.states.memory.ui.components.memory import row_of
from rnnviz.chapters.states.ui import keys
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import linked_values


def now(steps: int) -> int:
    """Return the time step of the cursor, from 1, 0: the last; at first what the link says."""
    if linked_values.decides(keys.MEMORY_ROW):
        st.session_state[keys.MEMORY_ROW] = link.linked_row(steps)
    found: int = st.session_state[keys.MEMORY_ROW]
    return found if found <= steps else 0


def start(found: int) -> int:
    """Return where the cursor begins: where it was when the component last came up."""
    return session_keys.begun(keys.MEMORY, keys.MEMORY_START, found)


def take() -> None:
    """Keep where the cursor was set: called when the component says so."""
    message = st.session_state.get(keys.MEMORY)
    found = row_of(message.get("set")) if isinstance(message, Mapping) else None
    if found is not None:
        st.session_state[keys.MEMORY_ROW] = found
