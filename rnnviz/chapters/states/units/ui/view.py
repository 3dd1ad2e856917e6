"""View "Units": one unit's top inputs, mean by class, selectivity and saturation."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.chapters.states.ui import keys, unit_choice
from rnnviz.chapters.states.ui.studied_network import Subject
from rnnviz.chapters.states.units import text
from rnnviz.chapters.states.units.ui import cache, tables
from rnnviz.chapters.states.units.ui.cache import Gathering, Place
from rnnviz.chapters.states.units.ui.components import unit as view
from rnnviz.chapters.states.units.ui.components.unit import Driving, Portrait, Units
from rnnviz.chapters.states.units.ui.profiles import Portraits
from rnnviz.chapters.states.units.ui.tables import BY_ANY, BY_NUMBER, MEASURES, Driver, in_order
from rnnviz.core.units import statistics as units_statistics
from rnnviz.ui.components.packing import floats
from rnnviz.ui.server import embedded_models
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import linked_values
from rnnviz.ui.widgets import incremental
from rnnviz.ui.widgets.model_choice import ChosenModel
from rnnviz.ui.widgets.setting_controls import one_of, switch

DIGITS = tuple(str(k) for k in range(10))
ORDERS = {
    BY_NUMBER: "Number",
    BY_ANY: "How well they tell any digit",
    **{k: f"How well they tell {k}" for k in DIGITS},
}

Bytes = NDArray[np.uint8]


def show(subject: Subject) -> None:
    """Show one unit of a network, and let a person go through all of them."""
    network = subject.model
    place = unit_choice.choose(network, subject.place)
    watched = session_keys.probe_index(), session_keys.probes_drawing()

    def find() -> Gathering:
        return cache.gathering(network, place, _asked())

    def show_unit() -> None:
        if watched != (session_keys.probe_index(), session_keys.probes_drawing()):
            st.rerun()  # a digit was clicked: its control stands outside
        _show(find(), subject.frame, subject.digit)

    doing = f"Reading {find().count:,} test digits and ranking what all units were for"
    incremental.fill(keys.LIVE_UNIT, lambda: find().job("portraits"), doing, show_unit)


def _asked() -> int:
    return (
        cache.ALL
        if session_keys.settings({keys.MORE_DIGITS: False})[keys.MORE_DIGITS]
        else cache.FIRST
    )


def _show(found: Gathering, picture: Bytes, words: str) -> None:
    network, place, all_ = found.network, found.place, found.portraits
    assert all_ is not None
    said = st.container()
    shown, order_name, measure = _controls(found)
    portrait = _portrait(found, all_, shown, measure, picture, words)
    auc, step, chance = (floats(t) for t in (all_.auc, all_.step, all_.chance))
    table = Units(
        auc=auc,
        step=step,
        chance=chance,
        order=in_order(auc, order_name),
        by="by number" if order_name == BY_NUMBER else ORDERS[order_name].lower(),
        held=unit_choice.words(network, place),
        word=network.word,
        reverse=place.direction == 1,
        entering=entering(network),
    )
    with said:
        st.markdown(f"**{tables.sentence(all_, portrait, table, text.DIGITS)}**")
        st.caption(_about(found))
    view.unit(
        table,
        portrait,
        key=keys.UNIT_VIEW,
        on_unit=unit_choice.take_unit,
        on_pick=unit_choice.take_digit,
    )
    tables.tables(all_, table, portrait, text.DIGITS, "test digit")


def _controls(found: Gathering) -> tuple[int, str, Driver]:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=130):
            shown = unit_choice.unit(found.width)
        with st.container(width=270):
            linked_values.check_choice(keys.UNIT_ORDER, [*ORDERS], BY_NUMBER)
            linked_values.linked_choice(keys.UNIT_ORDER, [*ORDERS], BY_NUMBER)
            order = st.selectbox(
                "Units in order of",
                [*ORDERS],
                key=keys.UNIT_ORDER,
                persist_state="session",
                format_func=lambda name: ORDERS[name],
            )
            linked_values.link(keys.UNIT_ORDER, order if order != BY_NUMBER else "")
        measure = one_of("What drives it", keys.DRIVEN, [*MEASURES], words=MEASURES.__getitem__)
        switch(
            "All 10,000 test digits",
            keys.MORE_DIGITS,
            f"Else the first {cache.FIRST:,}. More digits take a few seconds more, and lower what "
            "chance can do.",
        )
    return shown, order, "value" if measure == "value" else "rise"


def _portrait(
    found: Gathering,
    all_: Portraits,
    shown: int,
    measure: Driver,
    picture: Bytes,
    words: str,
) -> Portrait:
    at = shown - 1
    return Portrait(
        unit=shown,
        course=floats(all_.course[..., at]),
        own=floats(states_on(found.network, found.place, picture)[:, at]),
        probe=words,
        watched=None if session_keys.probes_drawing() else session_keys.probe_index(),
        measure=measure,
        most=_driving(all_, measure, False, at),
        least=_driving(all_, measure, True, at),
    )


def states_on(network: ChosenModel, place: Place, picture: Bytes) -> Tensor:
    """Return what the units of a place were for one digit, shape (T, W)."""
    x = network.sequences(torch.from_numpy(picture[None].copy()).to(embedded_models.device()))
    held: str = place.held
    found = units_statistics.states(
        network.model.rnn, x, held, layer=place.layer, direction=place.direction
    )
    return found[:, 0].cpu()


def _driving(all_: Portraits, measure: Driver, least: bool, at: int) -> Driving:
    top, test = all_.top[measure, least], embedded_models.test_digits()
    index = top.items[:, at]
    return Driving(
        index=index.numpy(),
        labels=test.labels[index].numpy(),
        steps=top.steps[:, at].numpy(),
        values=floats(top.values[:, at]),
        images=test.images[index].numpy(),
    )


def _about(found: Gathering) -> str:
    less = "; more would not fit here" if found.count < _asked() else ""
    return (
        f"Over the first {found.count:,} test digits{less}. "
        f"{tables.CHANCE.format(word=found.network.word)}"
    )


def entering(network: ChosenModel) -> NDArray[np.int64]:
    """Return the time step, from 0, in which each pixel is read, shape (28, 28)."""
    found = network.entering()
    return np.repeat(np.arange(28), 28).reshape(28, 28) if found is None else found
