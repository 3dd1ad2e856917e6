"""What a person has set on the map of states: in the link, and in the session's keys of `state`."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from rnnviz.ui import state
from rnnviz.ui.components.state_map import Setting, setting

ROW, AXES = "row", "axes"  # as the link spells them


def now(steps: int, axes: int) -> Setting:
    """Return what is set, within so many time steps and axes; at first what the link says."""
    if state.MAP_SET not in st.session_state:
        st.session_state[state.MAP_SET] = _linked(steps, axes)
    found: Setting = st.session_state[state.MAP_SET]
    return Setting(
        found.row if found.row <= steps else 0,
        found.axes if max(found.axes, default=0) <= axes else (),
    )


def start(found: Setting) -> Setting:
    """Return where the component begins: as it was when it last came up, whatever was set since."""
    if state.STATE_MAP not in st.session_state or state.MAP_START not in st.session_state:
        st.session_state[state.MAP_START] = found
    begun: Setting = st.session_state[state.MAP_START]
    return begun


def take() -> None:
    """Keep what was set in the component: called when it says so."""
    message = st.session_state.get(state.STATE_MAP)
    found = setting(message.get("set")) if isinstance(message, Mapping) else None
    if found is not None:
        st.session_state[state.MAP_SET] = found


def link(found: Setting, end: int) -> None:
    """Say in the link what is set; what goes without saying is left out.

    Args:
        found: What is set.
        end: The time step, from 1, with which the reading ends.
    """
    row = "" if found.row in (0, end) else str(found.row)
    axes = "" if found.axes in ((), (1, 2)) else ",".join(map(str, found.axes))
    for name, words in ((ROW, row), (AXES, axes)):
        if not words:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != words:
            st.query_params[name] = words


def _linked(steps: int, axes: int) -> Setting:
    row, asked = st.query_params.get(ROW), st.query_params.get(AXES)
    at = _number(row) if row else 0
    if row and not 1 <= at <= steps:
        state.note(
            f"The link asks for {ROW} = {row[:20]!r}, which is not there: the last stands in."
        )
        at = 0
    chosen = tuple(_number(part) for part in asked.split(",")) if asked else ()
    found = setting({"row": at, "axes": [*chosen]}) if chosen else None
    if asked and (found is None or max(chosen) > axes):
        state.note(f"The link asks for {AXES} = {asked[:20]!r}, which is not there: 1,2 stands in.")
        found = None
    return found or Setting(at)


def _number(words: str) -> int:
    return int(words) if words.isascii() and words.isdigit() and len(words) < 6 else -1
