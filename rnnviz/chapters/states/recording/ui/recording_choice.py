"""Choice in a recording: its sequence, layer and direction, and one unit."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.states.ui import keys
from rnnviz.chapters.states.units.ui.components import unit as component
from rnnviz.training.recording import RecordedLayer, Recording
from rnnviz.ui.figures.gate_names import LABELS
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets.setting_controls import one_of


def choose(found: Recording, states: str = "h") -> tuple[int, RecordedLayer, str]:
    """Let the person choose where to look, as far as there is a choice.

    Args:
        found: The recording.
        states: "hc" if one of h and c is to be chosen, too.

    Returns: A sequence, from 0; a layer and direction; "h" or "c".
    """
    B = found.x.shape[1]
    parts = {
        f"layer {part.layer + 1}, {part.direction}": part for both in found.layers for part in both
    }
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=190):
            session_keys.within(keys.RECORDED_SEQUENCE, 1, B)
            sequence = st.number_input("Sequence", 1, B, key=keys.RECORDED_SEQUENCE)
        layer = parts[one_of("Layer and direction", keys.RECORDED_LAYER, [*parts], linked=False)]
        names = states[:1] if layer.c is None else states
        words = LABELS.__getitem__
        held = one_of("Of which", keys.RECORDED_HELD, [*names], words=words, linked=False)
    return int(sequence) - 1, layer, held


def unit(width: int) -> int:
    """Let the person choose a unit by its number, from 1."""
    session_keys.within(keys.RECORDED_UNIT, 1, width)
    return int(st.number_input("Unit", 1, width, key=keys.RECORDED_UNIT))


def take_unit() -> None:
    """Show the unit that was chosen in the component."""
    found = component.chosen(session_keys.message(keys.RECORDED_UNITS, "unit"), "unit", 10**7)
    if found:
        st.session_state[keys.RECORDED_UNIT] = found


def take_sequence() -> None:
    """Watch the sequence that was chosen in the component."""
    index = component.chosen(session_keys.message(keys.RECORDED_UNITS, "pick"), "index", 10**7)
    if index is not None:
        st.session_state[keys.RECORDED_SEQUENCE] = index + 1
