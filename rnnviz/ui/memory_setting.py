"""Where the cursor of the memory view stands: in the link, and in the session's keys of `state`."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from rnnviz.ui import map_setting, state
from rnnviz.ui.components.memory import row_of


def now(steps: int) -> int:
    """Return the time step of the cursor, from 1, 0: the last; at first what the link says."""
    if state.MEMORY_ROW not in st.session_state:
        st.session_state[state.MEMORY_ROW] = map_setting.linked_row(steps)
    found: int = st.session_state[state.MEMORY_ROW]
    return found if found <= steps else 0


def start(found: int) -> int:
    """Return where the cursor begins: where it was when the component last came up."""
    return state.begun(state.MEMORY, state.MEMORY_START, found)


def take() -> None:
    """Keep where the cursor was set: called when the component says so."""
    message = st.session_state.get(state.MEMORY)
    found = row_of(message.get("set")) if isinstance(message, Mapping) else None
    if found is not None:
        st.session_state[state.MEMORY_ROW] = found
