"""Who is this unit? What drives it, its course for each digit, which digit it tells, its use."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.core import units
from rnnviz.plots import unit_words
from rnnviz.ui import gathering, models, places, state, unit_told
from rnnviz.ui.chosen import ChosenModel
from rnnviz.ui.components import unit as view
from rnnviz.ui.components.unit import Driving, Portrait, Units
from rnnviz.ui.gathering import Gathering, Gatherings, Place
from rnnviz.ui.portraits import Portraits
from rnnviz.ui.subject import Subject
from rnnviz.ui.unit_told import BY_ANY, BY_NUMBER, MEASURES, Driver, in_order

FILL_S = 0.1  # between looks while something is computed
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
    place = places.choose(network, subject.place)
    found = gathered().of(network, place, _asked())
    tick_s = None if found.done("portraits") else FILL_S
    watched = state.probe_index(), state.probes_drawing()

    @st.fragment(key=state.LIVE_UNIT, run_every=tick_s)
    def live() -> None:
        models.one_thread()
        if watched != (state.probe_index(), state.probes_drawing()):
            st.rerun()  # a digit was clicked: its control stands outside
        found = gathered().of(network, place, _asked())
        if not found.done("portraits"):
            _progress(found)
        elif found.portraits is None:
            st.info(found.fault, icon=":material/error:")
        else:
            _show(found, found.portraits, subject.frame, subject.digit)
        if (tick_s is None) != found.done("portraits"):
            st.rerun()

    live()


@st.cache_resource(show_spinner=False)
def gathered() -> Gatherings:
    """Return what all sessions of this server have gathered."""
    return Gatherings()


def _asked() -> int:
    return (
        gathering.ALL
        if state.settings({state.MORE_DIGITS: False})[state.MORE_DIGITS]
        else gathering.FIRST
    )


def _progress(found: Gathering) -> None:
    found.work("portraits")
    share = found.share("portraits")
    doing = "Reading" if share < 0.3 else "Ranking what all units were for"
    st.progress(share, f"{doing} {found.count:,} test digits: {100 * share:.0f} %")


def _show(found: Gathering, all_: Portraits, picture: Bytes, words: str) -> None:
    network, place = found.network, found.place
    said = st.container()
    shown, order_name, measure = _controls(found)
    portrait = _portrait(found, all_, shown, measure, picture, words)
    auc, step, chance = (_numbers(t) for t in (all_.auc, all_.step, all_.chance))
    table = Units(
        auc=auc,
        step=step,
        chance=chance,
        order=in_order(auc, order_name),
        by="by number" if order_name == BY_NUMBER else ORDERS[order_name].lower(),
        held=places.words(network, place),
        word=network.word,
        reverse=place.direction == 1,
        entering=entering(network),
    )
    with said:
        st.markdown(f"**{unit_told.sentence(all_, portrait, table, unit_words.DIGITS)}**")
        st.caption(_about(found))
    view.unit(
        table,
        portrait,
        key=state.UNIT_VIEW,
        on_unit=places.take_unit,
        on_pick=places.take_digit,
    )
    unit_told.tables(all_, table, portrait, unit_words.DIGITS, "test digit")


def _controls(found: Gathering) -> tuple[int, str, Driver]:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=130):
            shown = places.unit(found.width)
        with st.container(width=270):
            state.linked_choice(state.UNIT_ORDER, [*ORDERS])
            order = st.selectbox(
                "Units in order of",
                [*ORDERS],
                key=state.UNIT_ORDER,
                persist_state="session",
                format_func=lambda name: ORDERS[name],
            )
            state.link_choice(state.UNIT_ORDER, order, BY_NUMBER)
        measure = places.one_of("What drives it", [*MEASURES], state.DRIVEN, MEASURES)
        st.toggle(
            "All 10,000 test digits",
            key=state.MORE_DIGITS,
            bind="query-params",
            help=f"Else the first {gathering.FIRST:,}. More digits take a few seconds more, and "
            "lower what chance can do.",
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
        course=_numbers(all_.course[..., at]),
        own=_numbers(states_on(found.network, found.place, picture)[:, at]),
        probe=words,
        watched=None if state.probes_drawing() else state.probe_index(),
        measure=measure,
        most=_driving(all_, measure, False, at),
        least=_driving(all_, measure, True, at),
    )


def states_on(network: ChosenModel, place: Place, picture: Bytes) -> Tensor:
    """Return what the units of a place were for one digit, shape (T, W)."""
    x = network.sequences(torch.from_numpy(picture[None].copy()).to(models.device()))
    held: str = place.held
    found = units.states(network.model.rnn, x, held, layer=place.layer, direction=place.direction)
    return found[:, 0].cpu()


def _driving(all_: Portraits, measure: Driver, least: bool, at: int) -> Driving:
    top, test = all_.top[measure, least], models.test_digits()
    index = top.items[:, at]
    return Driving(
        index=index.numpy(),
        labels=test.labels[index].numpy(),
        steps=top.steps[:, at].numpy(),
        values=_numbers(top.values[:, at]),
        images=test.images[index].numpy(),
    )


def _about(found: Gathering) -> str:
    less = "; more would not fit here" if found.count < _asked() else ""
    return (
        f"Over the first {found.count:,} test digits{less}. "
        f"{unit_told.CHANCE.format(word=found.network.word)}"
    )


def entering(network: ChosenModel) -> NDArray[np.int64]:
    """Return the time step, from 0, in which each pixel is read, shape (28, 28)."""
    found = network.entering()
    return np.repeat(np.arange(28), 28).reshape(28, 28) if found is None else found


def _numbers(tensor: Tensor) -> NDArray[np.float32]:
    found: NDArray[np.float32] = tensor.float().numpy()
    return found
