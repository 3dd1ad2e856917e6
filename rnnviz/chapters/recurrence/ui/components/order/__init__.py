"""Component of row order: a digit as it is read, three predictions, and the test accuracies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack

FILES = ComponentFiles(__file__)
_order = st.components.v2.component(
    "rnnviz_order",
    html=FILES.source("./order.html"),
    css=FILES.source("component_view.css", "./order.css"),
    js=FILES.script("./order.js"),
)


@dataclass(frozen=True, eq=False)
class Reader:
    """One network on the digit.

    Attributes:
        name: Of the network.
        final: Its belief at the end, shape (K,).
        belief: After each row, shape (T, K); None: it sees all rows at once.
    """

    name: str
    final: NDArray[Any]
    belief: NDArray[Any] | None


@dataclass(frozen=True)
class Row:
    """One network on all test digits.

    Attributes:
        name: Of the network.
        learnt: The order that it learnt.
        right: Share of the digits read right in each order.
        shown: Whether it is among the readers.
    """

    name: str
    learnt: str
    right: tuple[float, ...]
    shown: bool


def order(
    pictures: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    words: str,
    readers: Sequence[Reader],
    table: Sequence[Row],
    orders: Sequence[str],
    read_as: str,
    *,
    key: str,
) -> None:
    """Show a digit and what networks make of it.

    Args:
        pictures: The digit as it is read, its rows in that order, and as it is; shape (28, 28).
        words: What it is, e.g. "test digit 0, a 7".
        readers: The networks.
        table: What all networks read of the test digits.
        orders: The orders, as the table has them.
        read_as: One of them.
        key: Of the component.

    Raises:
        ValueError: If a picture is of another shape, or a row of the table of another length.
    """
    for picture in pictures:
        if picture.shape != (28, 28):
            raise ValueError(f"pictures must be (28, 28), got {picture.shape}")
    if any(len(row.right) != len(orders) for row in table):
        raise ValueError(f"every row of the table must have {len(orders)} shares")
    header = {
        "words": words,
        "readers": [{"name": one.name, "rows": one.belief is not None} for one in readers],
        "table": [vars(row) for row in table],
        "orders": [*orders],
        "read_as": read_as,
    }
    arrays: dict[str, NDArray[Any]] = {"read": pictures[0], "plain": pictures[1]}
    for n, one in enumerate(readers):
        arrays[f"{n}.final"] = one.final.astype(np.float32)
        if one.belief is not None:
            arrays[f"{n}.belief"] = one.belief.astype(np.float32)
    _order(data=pack(header, arrays), key=key)
