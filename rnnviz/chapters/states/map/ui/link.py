"""Settings of the state map in the link and in the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from rnnviz.chapters.states.map.ui.components.state_map import Setting, setting
from rnnviz.chapters.states.ui import keys
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import linked_values
from rnnviz.ui.session.markdown_escape import quoted

ROW, AXES = "row", "axes"  # as the link spells them
CLASSES, TURN, NONE = "classes", "turn", "none"
PLAIN = Setting()


def now(steps: int, axes: int) -> Setting:
    """Return what is set, within so many time steps and axes; at first what the link says."""
    if linked_values.decides(keys.MAP_SET):
        st.session_state[keys.MAP_SET] = _linked(steps, axes)
    found: Setting = st.session_state[keys.MAP_SET]
    return replace(
        found,
        row=found.row if found.row <= steps else 0,
        axes=found.axes if max(found.axes, default=0) <= axes else (),
    )


def start(found: Setting) -> Setting:
    """Return where the component begins: as it was when it last came up, whatever was set since."""
    return session_keys.begun(keys.STATE_MAP, keys.MAP_START, found)


def take() -> None:
    """Keep what was set in the component: called when it says so."""
    message = st.session_state.get(keys.STATE_MAP)
    found = setting(message.get("set")) if isinstance(message, Mapping) else None
    if found is not None:
        st.session_state[keys.MAP_SET] = found


def link(found: Setting, end: int) -> None:
    """Say in the link what is set; what goes without saying is left out.

    Args:
        found: What is set.
        end: The time step, from 1, with which the reading ends.
    """
    solid = len(found.axes) == 3
    link_row(found.row, end)
    _say(AXES, _listed(found.axes) if found.axes not in ((), (1, 2)) else "")
    _say(CLASSES, (_listed(found.classes) or NONE) if found.classes != PLAIN.classes else "")
    _say(TURN, _listed(found.turn) if solid and found.turn != PLAIN.turn else "")


def link_row(row: int, end: int) -> None:
    """Say in the link at which time step, from 1, a cursor stands; 0 and the end go without."""
    _say(ROW, "" if row in (0, end) else str(row))


def linked_row(steps: int) -> int:
    """Return the time step that the link asks for, within so many; 0 if for none."""
    row = st.query_params.get(ROW)
    at = (_number(row) or 0) if row else 0
    if row and not 1 <= at <= steps:
        _lost(ROW, row, "the last stands in")
        return 0
    return at


def _say(name: str, words: str) -> None:
    if not words:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != words:
        st.query_params[name] = words


def _linked(steps: int, axes: int) -> Setting:
    found = replace(PLAIN, row=linked_row(steps))
    plain = {"row": found.row, "axes": [1, 2], "classes": [*PLAIN.classes], "turn": [*PLAIN.turn]}
    for name, instead in (
        (AXES, "1,2 stands in"),
        (CLASSES, "all stand in"),
        (TURN, "the usual stands in"),
    ):
        asked = st.query_params.get(name)
        if not asked:
            continue
        numbers = [_number(part) for part in asked.split(",")] if asked != NONE else []
        there = setting(plain | {name: numbers})
        if there is None or max(there.axes) > axes:
            _lost(name, asked, instead)
        else:
            found = replace(found, **{name: getattr(there, name)})
    return found


def _lost(name: str, asked: str, instead: str) -> None:
    session_keys.note(f"The link asks for {name} = {quoted(asked)}, which is not there: {instead}.")


def _listed(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))


def _number(words: str) -> int | None:
    """Return a whole number; None if these words are none."""
    digits = words.removeprefix("-")
    return int(words) if digits.isascii() and digits.isdigit() and len(words) < 6 else None
