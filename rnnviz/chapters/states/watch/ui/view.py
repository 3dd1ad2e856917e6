"""View "Watch": all states and gates of one digit's reading under one cursor."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from rnnviz.chapters.states.ui import keys
from rnnviz.chapters.states.ui.studied_network import Subject
from rnnviz.core.units import orders as units_orders
from rnnviz.core.units import statistics as units_statistics
from rnnviz.ui.components import watch as view
from rnnviz.ui.figures import reading_text
from rnnviz.ui.figures.numbers import listed
from rnnviz.ui.html_views.reading import Reading, Setting
from rnnviz.ui.server import embedded_models
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import linked_values
from rnnviz.ui.session.linked_values import ComponentValue, LinkedValue
from rnnviz.ui.widgets import digit_reading
from rnnviz.ui.widgets.fragment import fragment
from rnnviz.ui.widgets.model_choice import ChosenModel

KEPT = 16  # readings, of 0.5 MB at H = 128 and T = 28
# What orders the units: so many test digits, fewer where readings are large, after so many of their
# time steps. 0.4 s at H = 128 and T = 28, 1 s at T = 784, once for each network.
ORDERED_BY, ORDERED_AT = 300, 28
ORDERED_ROOM = 5_000_000  # numbers in their states

WATCHED = ComponentValue(keys.WATCH, "_watched", view.setting)
LINKED: tuple[LinkedValue[Any], ...] = (  # the fields of a Setting
    LinkedValue("unit", 0, linked_values.count),
    keys.ROW,
    LinkedValue("shown", (), lambda text: tuple(filter(None, text.split(",")))[:19], ",".join),
    LinkedValue("order", "", lambda text: text[:39]),
    LinkedValue("gate", "", lambda text: text[:39]),
)


@fragment(key=keys.LIVE_WATCH)
def show(subject: Subject) -> None:
    """Show a reading, to be moved about in without asking the server."""
    embedded_models.one_thread()
    what = subject.model.identity, subject.frame.tobytes(), subject.digit
    reading = _looked(*what, subject.layer, subject.direction, _subject=subject)
    if reading is None:
        st.info(reading_text.LOST, icon=":material/error:")
        return
    now = watched(subject.model.model.config.hidden_size, subject.model.length)
    view.watch(reading, WATCHED.start(now), key=keys.WATCH, on_set=WATCHED.take)
    for value in LINKED:
        value.link(getattr(now, value.name))
    _table(reading, now, subject.model.word)
    digit_reading.offer(subject.model, subject.frame, subject.digit)


def watched(units: int, steps: int) -> Setting:
    """Return what is set, within so many units and time steps; at first the link's."""
    found = WATCHED.now(lambda: Setting(*(value.linked() for value in LINKED)))
    unit = found.unit if found.unit <= units else 0
    row = found.row if found.row <= steps else 0
    lost = [f"unit {found.unit}"] if unit != found.unit else []
    lost += [f"step {found.row}"] if row != found.row else []
    if lost:
        here = f"{units} units, {steps} steps"
        session_keys.note(f"There is no {listed(lost)} here: {here}.")
        found = st.session_state[WATCHED.key] = replace(found, unit=unit, row=row)
    return found


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _looked(
    identity: str, frame: bytes, digit: str, layer: int, direction: int, *, _subject: Subject
) -> Reading | None:
    """Keep what was seen last, for who comes back to the page or puts another cursor."""
    subject = _subject
    return digit_reading.digit_reading(
        subject.model, subject.frame, digit, subject.place, lambda: _orders_of(subject)
    )


def _orders_of(subject: Subject) -> dict[str, list[int]]:
    return _orders(subject.model.identity, subject.layer, subject.direction, subject.model)


@st.cache_data(max_entries=64, show_spinner=False)
def _orders(identity: str, layer: int, direction: int, _model: ChosenModel) -> dict[str, list[int]]:
    """Return the units in some orders, by what each is called; over the first test digits."""
    config = _model.model.config
    found = {"index": [*range(config.hidden_size)]}
    room = ORDERED_ROOM // (_model.length * config.hidden_size)
    test, count = embedded_models.test_digits(), min(ORDERED_BY, max(50, room))
    x = _model.sequences(test.images[:count].to(embedded_models.device()))
    name = "c" if config.proj_size else "h"
    held = units_statistics.states(_model.model.rnn, x, name, layer=layer, direction=direction)
    stride = max(1, len(held) // ORDERED_AT)
    held = held[stride - 1 :: stride]
    if not torch.isfinite(held).all():
        return found
    told = units_statistics.selectivity(held, test.labels[:count].to(held.device), shuffles=1)
    found |= {
        "activity": units_orders.by_activity(held).tolist(),
        "cluster": units_orders.by_cluster(held).tolist(),
    }
    for digit in range(10):
        order = units_orders.by_selectivity(told, digit).tolist()
        found[f"selectivity for {digit}"] = order
    return found


def _table(reading: Reading, now: Setting, word: str) -> None:
    """Show the pinned unit over all time steps, as numbers."""
    unit = now.unit if now.unit - 1 in reading.units else reading.first[0]
    place = int(np.searchsorted(reading.units, unit - 1))
    with st.expander(f"The numbers of unit {unit}, {word} by {word}"):
        columns: dict[str, NDArray[np.generic]] = {
            word: np.arange(1, len(reading.belief) + 1),
            "belief": reading.belief.argmax(1),
            "with": reading.belief.max(1),
        }
        for panel in reading.panels:
            if panel.values.shape[1] == len(reading.units):
                columns[panel.name] = panel.values[:, place]
        for name in ("kept", "added", "half_life"):
            if name in reading.terms:
                columns[name] = reading.terms[name][:, place]
        st.dataframe(columns, hide_index=True)
