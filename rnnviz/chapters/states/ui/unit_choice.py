"""Choice of a unit in a network: h or c, its layer, its direction, its number."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.states.ui import keys
from rnnviz.chapters.states.units.ui.cache import Held, Place
from rnnviz.chapters.states.units.ui.components import unit as component
from rnnviz.ui.figures import reading_text
from rnnviz.ui.figures.gate_names import LABELS
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets.model_choice import ChosenModel
from rnnviz.ui.widgets.setting_controls import number, one_of


def choose(network: ChosenModel, where: tuple[int, int]) -> Place:
    """Let a person choose between h and c.

    Args:
        network: In which network.
        where: Layer and direction, from 0.
    """
    cell = network.model.config.cell
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        names: tuple[Held, ...] = ("h", "c") if cell == "lstm" else ("h",)
        held = one_of("State", keys.HELD, names, words=LABELS.__getitem__)
    return Place(held, *where)


def words(network: ChosenModel, place: Place) -> str:
    """Say where the units are, e.g. "h of layer 1, reading from the top"."""
    config = network.model.config
    found: str = place.held
    if config.num_layers > 1:
        found += f" of layer {place.layer + 1}"
    if config.bidirectional:
        found += f", reading from {reading_text.STARTS[network.time_step][place.direction]}"
    return found


def unit(width: int) -> int:
    """Let a person choose a unit by its number, from 1, kept in the link."""
    asked = st.session_state.get(keys.UNIT)
    if isinstance(asked, int) and not 1 <= asked <= width:
        session_keys.note(f"There is no unit {asked} here, only {width}: unit 1 stands in.")
        st.session_state[keys.UNIT] = 1
    return number("Unit", keys.UNIT, 1, width, 1, narrow=True)


def take_unit() -> None:
    """Show the unit that was chosen in the component."""
    unit = component.chosen(session_keys.message(keys.UNIT_VIEW, "unit"), "unit", 100_000)
    if unit:
        st.session_state[keys.UNIT] = unit


def take_digit() -> None:
    """Watch the test digit that was chosen in the component."""
    index = component.chosen(session_keys.message(keys.UNIT_VIEW, "pick"), "index", 9999)
    if index is not None:
        session_keys.watch_digit(index)
