"""Component of four activations: curves, derivatives, and states without input."""

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

FLOOR = 1e-30  # what is smaller float32 would lose; it lies below the picture anyway

FILES = ComponentFiles(__file__)
_activations = st.components.v2.component(
    "rnnviz_activations",
    html=FILES.source("./activations.html"),
    css=FILES.source("component_view.css", "./activations.css"),
    js=FILES.script("./activations.js"),
)


@dataclass(frozen=True, eq=False)
class Curve:
    """One activation.

    Attributes:
        name: E.g. "tanh".
        f: f(a), shape (N,).
        slope: f'(a), shape (N,).
        size: Usual size of a unit at each step, shape (steps + 1,).
        apart: Distance of two runs, shape (steps + 1,).
    """

    name: str
    f: NDArray[Any]
    slope: NDArray[Any]
    size: NDArray[Any]
    apart: NDArray[Any]


def activations(curves: Sequence[Curve], a: NDArray[Any], *, key: str) -> None:
    """Show curves and runs under one cursor.

    Args:
        curves: At most four.
        a: Where the curves are known, rising, shape (N,).
        key: Of the component.

    Raises:
        ValueError: If there are more curves than colours, or a curve is of another shape.
    """
    if len(curves) > len(palette.LIGHT.runs):
        raise ValueError(f"curves must be at most {len(palette.LIGHT.runs)}, got {len(curves)}")
    arrays: dict[str, NDArray[Any]] = {"a": a}
    for n, curve in enumerate(curves):
        if curve.f.shape != a.shape or curve.slope.shape != a.shape:
            raise ValueError(f"f and slope must be (N,) = {a.shape}, got {curve.f.shape}")
        arrays |= {f"{n}.f": curve.f, f"{n}.slope": curve.slope}
        for name in ("size", "apart"):
            values = getattr(curve, name)
            arrays[f"{n}.{name}"] = np.clip(values, FLOOR, float(np.finfo(np.float32).max))
    header = {
        "names": [curve.name for curve in curves],
        "colours": {"light": palette.LIGHT.runs, "dark": palette.DARK.runs},
    }
    kept = {name: array.astype(np.float32) for name, array in arrays.items()}
    _activations(data=pack(header, kept), key=key)
