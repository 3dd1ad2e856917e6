"""Choice of a unit in a network: h or c, its layer, its direction, its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from rnnviz.chapters.states.ui import keys
from rnnviz.chapters.states.units.ui.cache import Place
from rnnviz.chapters.states.units.ui.components import unit as component
from rnnviz.ui.figures import reading_text
from rnnviz.ui.figures.gate_names import LABELS
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets.model_choice import ChosenModel


def choose(network: ChosenModel, where: tuple[int, int]) -> Place:
    """Let a person choose between h and c.

    Args:
        network: In which network.
        where: Layer and direction, from 0.
    """
    cell = network.model.config.cell
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        held = one_of("State", ("h", "c") if cell == "lstm" else ("h",), keys.HELD, LABELS)
    return Place("c" if held == "c" else "h", *where)


def one_of(label: str, names: Sequence[str], key: str, words: Mapping[str, str]) -> str:
    """Let a person choose one of several, kept in the link; of one there is nothing to choose."""
    if len(names) == 1:
        session_keys.check_choice(key, names, names[0])
        session_keys.link_choice(key, names[0], names[0])
        return names[0]
    session_keys.linked_choice(key, names)
    with st.container(width="content"):
        found = st.segmented_control(
            label,
            names,
            key=key,
            required=True,
            persist_state="session",
            format_func=lambda name: words[name],
        )
    chosen = str(found) if found in names else names[0]
    session_keys.link_choice(key, chosen, names[0])
    return chosen


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
    session_keys.check_range(keys.UNIT, 1, width, 1)
    return int(st.number_input("Unit", 1, width, key=keys.UNIT, bind="query-params"))


def take_unit() -> None:
    """Show the unit that was chosen in the component."""
    unit = component.chosen(_message("unit"), "unit", 100_000)
    if unit:
        st.session_state[keys.UNIT] = unit


def take_digit() -> None:
    """Watch the test digit that was chosen in the component."""
    index = component.chosen(_message("pick"), "index", 9999)
    if index is not None:
        session_keys.watch_digit(index)


def _message(name: str) -> object:
    value = st.session_state.get(keys.UNIT_VIEW)
    return value.get(name) if isinstance(value, Mapping) else None
