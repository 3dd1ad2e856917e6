"""Component that compares the first steps of a training without and with clipping."""

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
_clipping = st.components.v2.component(
    "rnnviz_clipping",
    html=FILES.source("./clipping.html"),
    css=FILES.source("component_view.css", "./clipping.css"),
    js=FILES.script("./clipping.js"),
)


@dataclass(frozen=True, eq=False)
class Steps:
    """One of the two.

    Attributes:
        name: E.g. "clipped to 1".
        loss: Of each step's batch, before it, shape (N,); what is no number is NaN.
        norm: Of the gradient as it comes, shape (N,).
        moved: How far the weights went, shape (N,).
    """

    name: str
    loss: NDArray[Any]
    norm: NDArray[Any]
    moved: NDArray[Any]


def clipping(courses: Sequence[Steps], *, key: str) -> None:
    """Show both on one scale.

    Raises:
        ValueError: If there are not two.
    """
    if len(courses) != 2:
        raise ValueError(f"courses must be two, got {len(courses)}")
    arrays: dict[str, NDArray[Any]] = {}
    for n, one in enumerate(courses):
        for name in ("loss", "norm", "moved"):
            values = getattr(one, name)
            held = np.where(np.isfinite(values), np.clip(values, 0, 1e37), np.nan)
            arrays[f"{n}.{name}"] = held.astype(np.float32)
    _clipping(data=pack({"names": [one.name for one in courses]}, arrays), key=key)
