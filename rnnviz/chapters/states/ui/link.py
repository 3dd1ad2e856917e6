"""Unit, time step and display settings of the States page, in the link and in the session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from rnnviz.chapters.states.ui import keys
from rnnviz.ui.components.watch import setting
from rnnviz.ui.html_views.reading import Setting
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import linked_values
from rnnviz.ui.session.markdown_escape import quoted

PARTS = ("unit", "row", "shown", "order", "gate")  # as the link spells them
PLAIN = Setting()


def among(key: str, names: Sequence[object]) -> None:
    """Let a widget begin anew whose value is none of its choices any more."""
    if key in st.session_state and st.session_state[key] not in names:
        del st.session_state[key]


def watched(units: int, steps: int) -> Setting:
    """Return what is set, within so many units and time steps; at first what the link says."""
    if linked_values.decides(keys.WATCHED):
        st.session_state[keys.WATCHED] = _linked()
    found: Setting = st.session_state[keys.WATCHED]
    unit = found.unit if found.unit <= units else 0
    row = found.row if found.row <= steps else 0
    if (unit, row) != (found.unit, found.row):
        session_keys.note(
            f"There is no {_lost(found, unit, row)} here: {units} units, {steps} steps."
        )
        found = st.session_state[keys.WATCHED] = replace(found, unit=unit, row=row)
    return found


def start(now: Setting) -> Setting:
    """Return where the component begins: as it was when it last came up, whatever was set since."""
    return session_keys.begun(keys.WATCH, keys.WATCH_START, now)


def take_setting() -> None:
    """Keep what was set in the component: called when it says so."""
    message = st.session_state.get(keys.WATCH)
    found = setting(message.get("set")) if message else None
    if found is not None:
        st.session_state[keys.WATCHED] = found


def link(now: Setting) -> None:
    """Say in the link what is set; what goes without saying is left out."""
    for name in PARTS:
        value = getattr(now, name)
        if value == getattr(PLAIN, name):
            st.query_params.pop(name, None)
            continue
        words = ",".join(value) if isinstance(value, tuple) else str(value)
        if st.query_params.get(name) != words:
            st.query_params[name] = words


def _linked() -> Setting:
    shown = st.query_params.get("shown", "").split(",")
    order, gate = (st.query_params.get(name, "")[:39] for name in ("order", "gate"))
    names = tuple(name for name in shown if name)[:19]
    return Setting(_linked_count("unit"), _linked_count("row"), names, order, gate)


def _linked_count(name: str) -> int:
    asked = st.query_params.get(name, "0")
    if asked.isascii() and asked.isdigit() and len(asked) < 6:
        return int(asked)
    session_keys.note(f"The link asks for {name} = {quoted(asked)}, which is no number.")
    return 0


def _lost(found: Setting, unit: int, row: int) -> str:
    lost = [f"unit {found.unit}"] if unit != found.unit else []
    return " and ".join([*lost, f"step {found.row}"] if row != found.row else lost)
