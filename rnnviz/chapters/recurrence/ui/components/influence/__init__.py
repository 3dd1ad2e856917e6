"""Component of the influence of x_s on h_t: a grid per network, and the decay by distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack
from rnnviz.ui.figures import palette

FLOOR, CEILING = 1e-37, 1e37  # what float32 holds; the picture ends long before

FILES = ComponentFiles(__file__)
_fading = st.components.v2.component(
    "rnnviz_fading",
    html=FILES.source("./influence.html"),
    css=FILES.source("component_view.css", "./influence.css"),
    js=FILES.script("./influence.js"),
)


@dataclass(frozen=True, eq=False)
class Fading:
    """One network.

    Attributes:
        name: Of the network.
        cell: "rnn", "gru" or "lstm".
        grid: ‖∂h_t/∂x_s‖ at [t, s], shape (T, T).
        by_distance: The largest at each t − s, shape (T,).
        bound: The most that there can be, shape (T,); None: there is no bound.
    """

    name: str
    cell: str
    grid: NDArray[Any]
    by_distance: NDArray[Any]
    bound: NDArray[Any] | None = None


def fading(networks: Sequence[Fading], *, key: str) -> None:
    """Show what fades; the cursor asks the server nothing.

    Args:
        networks: All with the same T.
        key: Of the component.

    Raises:
        ValueError: If a shape does not fit.
    """
    T = len(networks[0].grid)
    colours = {
        name: [theme.cells[one.cell] for one in networks]
        for name, theme in (("light", palette.LIGHT), ("dark", palette.DARK))
    }
    header = {"names": [one.name for one in networks], "colours": colours}
    arrays: dict[str, NDArray[Any]] = {}
    for n, one in enumerate(networks):
        if one.grid.shape != (T, T) or one.by_distance.shape != (T,):
            got = f"{one.grid.shape} and {one.by_distance.shape}"
            raise ValueError(f"grid and by_distance must be ({T}, {T}) and ({T},), got {got}")
        arrays[f"{n}.grid"] = _held(one.grid)
        arrays[f"{n}.far"] = _held(one.by_distance)
        if one.bound is not None:
            arrays[f"{n}.bound"] = _held(one.bound)
    _fading(data=pack(header, arrays), key=key)


def _held(values: NDArray[Any]) -> NDArray[np.float32]:
    """Keep what is not 0 from becoming 0, and what is large from becoming infinite."""
    found = np.where(values == 0, 0, np.clip(values, FLOOR, CEILING))
    return found.astype(np.float32)
