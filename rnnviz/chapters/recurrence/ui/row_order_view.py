"""View "Order": a digit with its rows permuted, read by networks trained on one order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import cast, get_args

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from rnnviz.chapters.recurrence import row_order_experiment, row_order_text
from rnnviz.chapters.recurrence.row_order_experiment import KINDS, LEARNT, Kind, OrderNets
from rnnviz.chapters.recurrence.row_order_text import Answer
from rnnviz.chapters.recurrence.row_permutations import RowOrder, in_row_order, reordered
from rnnviz.chapters.recurrence.ui import keys
from rnnviz.chapters.recurrence.ui.components import order as view
from rnnviz.core.inspect.reading import belief
from rnnviz.core.models import SequenceClassifier
from rnnviz.ui.server import embedded_models
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import watched_digit
from rnnviz.ui.widgets.setting_controls import one_of

ORDERS: tuple[RowOrder, ...] = get_args(RowOrder)
NAMES: Mapping[Kind, str] = MappingProxyType(
    {"lstm": "LSTM", "rnn": "plain RNN", "feed-forward": "feed-forward net"}
)

Bytes = NDArray[np.uint8]


@cache
def _nets() -> OrderNets:
    return row_order_experiment.load()


def show() -> None:
    """Show a digit in an order, and what networks that learnt an order make of it."""
    embedded_models.one_thread()
    order, learnt = _choose()
    picture, words = watched_digit.probe()
    known = words.startswith("test digit")
    label = int(embedded_models.test_digits().labels[session_keys.probe_index()]) if known else None
    nets = _nets()
    readers = [_reader(nets, kind, learnt, order, picture) for kind in KINDS]
    answers = [Answer(one.name, int(one.final.argmax()), float(one.final.max())) for one in readers]
    right = cast(Mapping[tuple[str, str, str], float], nets.accuracies)
    names = cast(Mapping[str, str], {kind: f"the {name}" for kind, name in NAMES.items()})
    named = [Answer(f"the {a.name}", a.digit, a.share) for a in answers]
    st.markdown(f"**{row_order_text.said(words, order, named, label)}**")
    shown = torch.from_numpy(picture.copy())[None]
    view.order(
        (reordered(shown, order)[0].numpy(), picture),
        words,
        readers,
        _table(nets, learnt),
        ORDERS,
        order,
        key=keys.ORDER_VIEW,
    )
    st.markdown(row_order_text.read_right(right, names, learnt, order))
    st.markdown(row_order_text.relearnt(right, names))
    _settings(nets)
    with st.expander("The numbers of this digit"):
        columns: dict[str, NDArray[np.generic]] = {"class": np.arange(10)}
        columns |= {one.name: one.final for one in readers}
        st.dataframe(columns, hide_index=True)


def _choose() -> tuple[RowOrder, RowOrder]:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        order = one_of("The digit is read", keys.READ_AS, ORDERS, _READ_AS, default=ORDERS[2])
        learnt = one_of("The networks learnt rows", keys.LEARNT, LEARNT, _LEARNT)
        watched_digit.probe_controls()
    return order, learnt


_READ_AS = (
    "Shuffled is the one order that the networks of the second kind learnt, the same for every "
    "digit; shuffled anew is another, which nobody learnt."
)
_LEARNT = "Six networks come with rnnviz, three for each way."


def _reader(
    nets: OrderNets, kind: Kind, learnt: RowOrder, order: RowOrder, picture: Bytes
) -> view.Reader:
    model = nets.networks[kind, learnt]
    x = in_row_order(torch.from_numpy(picture.copy())[None], order)
    with torch.inference_mode():
        final = model(x).softmax(-1)[0].numpy()
        rows = belief(model, x)[:, 0].numpy() if isinstance(model, SequenceClassifier) else None
    return view.Reader(NAMES[kind], final, rows)


def _table(nets: OrderNets, shown: RowOrder) -> list[view.Row]:
    return [
        view.Row(
            NAMES[kind],
            learnt,
            tuple(nets.accuracies[kind, learnt, order] for order in ORDERS),
            learnt == shown,
        )
        for learnt in LEARNT
        for kind in KINDS
    ]


def _settings(nets: OrderNets) -> None:
    meta = nets.settings
    sizes = ", ".join(
        f"{NAMES[kind]} {meta['units'][kind]} units, {meta['parameters'][kind]:,}" for kind in KINDS
    )
    how = meta["training"]
    st.caption(
        f"Networks of one size in parameters: {sizes}. Each learnt MNIST's {meta['digits']:,} "
        f"training digits as they are, {how['epochs']} epochs in batches of {how['batch_size']}, "
        f"{how['optimizer']} at a learning rate of up to {how['lr']:g}, seed {how['seed']}; made "
        f"again by `{meta['command']}`."
    )
