"""Component of line charts over steps, with an optional bar chart of small numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack

FILES = ComponentFiles(__file__)
_charts = st.components.v2.component(
    "rnnviz_charts",
    html=FILES.source("./charts.html"),
    css=FILES.source("component_view.css", "./charts.css"),
    js=FILES.script("./charts.js"),
)

FAR = 1e38  # float32 goes hardly further


@dataclass(frozen=True, eq=False)
class Line:
    """One line.

    Attributes:
        name: Short; stands at its end.
        xs: Rising, shape (N,).
        ys: Shape (N,); NaN leaves a gap.
        colour: "first", "second", "text", or as #rrggbb.
        width: In pixels.
        dash: Whether it is dashed.
        faint: Whether it stands back.
    """

    name: str
    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    colour: str = "first"
    width: float = 2.2
    dash: bool = False
    faint: bool = False


@dataclass(frozen=True)
class Mark:
    """A dashed line with words, at a step, or across at a value."""

    at: float
    words: str
    across: bool = False


@dataclass(frozen=True, eq=False)
class Chart:
    """Lines over one axis.

    Attributes:
        title: What is shown.
        word: What a place on the axis is called, e.g. "step".
        span: The axis: least and most.
        scale: Of the values: least and most, or their powers of ten.
        log: Whether it is logarithmic.
        lines: What is drawn, the last one on top.
        marks: Lines that mean something.
        waiting: What is said while there is no line.
    """

    title: str
    word: str
    span: tuple[int, int]
    scale: tuple[float, float]
    lines: Sequence[Line]
    log: bool = False
    marks: Sequence[Mark] = ()
    waiting: str = "appears with the first steps"


def charts(
    label: str,
    shown: Sequence[Chart],
    *,
    bars: tuple[str, Sequence[tuple[str, float | None]]] | None = None,
    key: str,
) -> None:
    """Show charts over each other.

    Args:
        label: What they are together.
        shown: The charts.
        bars: A name, and numbers far below 1 with theirs, None where there is none; None: no bars.
        key: Of the component.
    """
    arrays: dict[str, NDArray[np.float32]] = {}
    header: dict[str, object] = {"label": label, "bars": None}
    told: list[dict[str, object]] = []
    for n, chart in enumerate(shown):
        series = []
        for m, one in enumerate(chart.lines):
            name = f"{n}.{m}"
            arrays[f"{name}.x"] = one.xs.astype(np.float32)
            arrays[f"{name}.y"] = one.ys.clip(-FAR, FAR).astype(np.float32)
            style = {"colour": one.colour, "width": one.width, "dash": one.dash}
            series.append({"id": name, "name": one.name, "faint": one.faint, **style})
        told.append(
            {
                "title": chart.title,
                "word": chart.word,
                "range": chart.span,
                "scale": chart.scale,
                "log": chart.log,
                "series": series,
                "marks": [vars(mark) for mark in chart.marks],
                "waiting": chart.waiting,
            }
        )
    header["charts"] = told
    if bars is not None:
        values = [
            (name, value if value is None or isfinite(value) else None) for name, value in bars[1]
        ]
        header["bars"] = {"name": bars[0], "values": values}
    _charts(data=pack(header, arrays), key=key)
