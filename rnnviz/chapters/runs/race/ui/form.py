"""Form of a race: cells, parameter budget, number of seeds, and shared settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from rnnviz.chapters.runs.race.parameter_budget import CELLS
from rnnviz.chapters.runs.race.race import MOST_ROUNDS, Plan
from rnnviz.chapters.runs.ui import keys
from rnnviz.core.config import Cell
from rnnviz.ui.widgets import setting_controls, training_settings
from rnnviz.ui.widgets.setting_kinds import Choice, Number, Setting, Value

NAMES: dict[str, Cell] = {cell.upper(): cell for cell in CELLS}

BUDGET = Choice(
    "race_budget",
    "Parameters of each",
    "24714",
    ("2000", "5000", "10000", "24714", "50000", "100000", "200000", "280000", "500000"),
    "Each cell gets the hidden size that comes closest to it and not above: a GRU has three times, "
    "an LSTM four times the weights of a plain RNN of the same size. 24714 is the notebook's LSTM.",
)
SEEDS = Number(
    "race_seeds",
    "Seeds",
    5,
    1,
    MOST_ROUNDS,
    "Rounds, each with its own first weights and order of the digits. More of them make the "
    "intervals narrower; choose before the start, not when you like what you see.",
)
DEFAULTS: dict[str, Value] = {"lr": "0.003", "epochs": 2, "digits": "10000", "clip": "1"}
MOST_EPOCHS = 20
_SHARED = (
    *("digits", "epochs", "lr", "batch", "optimizer", "schedule", "clip", "seed", "time_step"),
    "chunk",
)


def _shared(key: str) -> Setting:
    """Return a setting of the Train page with a key and a default of its own."""
    [known] = [setting for setting in training_settings.ALL if setting.key == key]
    changed = {"key": f"race_{key}", "default": DEFAULTS.get(key, known.default)}
    if key == "epochs":
        changed["most"] = MOST_EPOCHS
    return replace(known, **changed)  # type: ignore[arg-type]


SHARED = tuple(map(_shared, _SHARED))


def choose() -> Plan | None:
    """Show all settings; return the race they ask for, or say why there can be none."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        cells = _cells()
        with st.container(width=300):
            budget = int(setting_controls.show(BUDGET))
        with st.container(width=190):
            k = int(setting_controls.show(SEEDS))
        with st.popover("What all share", icon=":material/tune:"):
            values = _share()
    return _plan(budget, k, cells, values)


def _cells() -> tuple[Cell, ...]:
    names = list(NAMES)
    chosen = st.pills(
        "Who races",
        names,
        selection_mode="multi",
        default=names,
        key=keys.RACE_CELLS,
        bind="query-params",
        help="Two or three of them, with the same seeds, digits and number of parameters.",
    )
    return tuple(NAMES[name] for name in names if name in chosen)


def _share() -> dict[str, Value]:
    values: dict[str, Value] = {}
    for key, setting in zip(_SHARED, SHARED, strict=True):
        if key == "chunk" and values["time_step"] != "pixels":
            continue
        values[key] = setting_controls.show(setting)
    return values


def _plan(budget: int, k: int, cells: Sequence[Cell], values: dict[str, Value]) -> Plan | None:
    way = "Choose another number of parameters, or leave a cell out."
    if len(cells) < 2:
        st.error("A race has at least two cells: choose one more.", icon=":material/block:")
        return None
    try:
        base = training_settings.run_config({**training_settings.DEFAULTS, **values})
        return Plan(budget, k, tuple(cells), base)
    except ValueError as error:
        told = str(error)
        words = told if told.endswith(".") else f"{told}. {way}"
        st.error(f"{words[0].upper()}{words[1:]}", icon=":material/block:")
        return None
