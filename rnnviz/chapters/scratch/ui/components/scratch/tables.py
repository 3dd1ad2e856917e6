"""Component of rows of matrices with operators between them, for small experiments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack

FILES = ComponentFiles(__file__)
_tables = st.components.v2.component(
    "rnnviz_tables",
    html=FILES.source("./tables.html"),
    css=FILES.source("component_view.css", "./matrices.css", "./tables.css"),
    js=FILES.script("./tables.js"),
)


@dataclass(frozen=True, eq=False)
class Matrix:
    """A matrix with its name.

    Attributes:
        name: Short.
        value: With two axes at most.
        first: Places, row by row, of numbers that come from the first of two; underlined.
        most: The end of its colours; None: its largest number.
    """

    name: str
    value: NDArray[np.float64]
    first: Sequence[int] = ()
    most: float | None = None


@dataclass(frozen=True, eq=False)
class Row:
    """Matrices beside each other, and the signs between them as plain words."""

    name: str
    parts: Sequence[Matrix | str]


def tables(label: str, rows: Sequence[Row], *, key: str) -> None:
    """Show rows of matrices.

    Args:
        label: What they are together.
        rows: From top to bottom.
        key: Of the component.
    """
    told = [{"name": row.name, "parts": [_part(part) for part in row.parts]} for row in rows]
    _tables(data=pack({"label": label, "rows": told}, {}), key=key)


def _part(part: Matrix | str) -> dict[str, object]:
    if isinstance(part, str):
        return {"sign": part}
    rows = np.atleast_2d(part.value).round(9).tolist()
    return {"name": part.name, "rows": rows, "most": part.most, "first": list(part.first)}
