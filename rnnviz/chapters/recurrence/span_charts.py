"""Charts of the memory span as ECharts options: accuracy by delay, and the loss curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.core.config import Cell
from rnnviz.ui.figures.palette import Palette

Floats = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Line:
    """One network's numbers.

    Attributes:
        name: E.g. "LSTM, b_f = 1".
        cell: Decides the colour.
        dashed: Whether it is the second of its cell.
        x: Shape (N,).
        y: Shape (N,).
    """

    name: str
    cell: Cell
    dashed: bool
    x: Floats
    y: Floats


def recall(
    lines: Sequence[Line], palette: Palette, *, chance: float, trained: int, longest: int
) -> dict[str, Any]:
    """Draw the share that is right after each delay.

    Args:
        lines: x: delays; y: shares, 0 … 1.
        palette: Of the theme.
        chance: What guessing gives.
        trained: The longest delay that was learnt.
        longest: The right end.
    """
    option = _sheet("Right after each delay, up to now", palette, lines)
    option["xAxis"] |= {"name": "distractors since the symbol", "min": 1, "max": longest}
    option["yAxis"] |= {"min": 0, "max": 1}
    option["series"].append(_marks(palette, chance=chance, trained=trained))
    return option


def against(
    measured: Mapping[str, Sequence[tuple[int, float, float, float]]],
    cells: Mapping[str, tuple[Cell, bool]],
    own: Sequence[tuple[str, int, float]],
    palette: Palette,
    *,
    chance: float,
) -> dict[str, Any]:
    """Draw the share that is right after the whole delay, by the delay that was learnt.

    Args:
        measured: For each network: delay, median, least and largest share of several seeds.
        cells: Of each network the cell, and whether it is the second of it.
        own: Name, delay and share of what was trained here.
        palette: Of the theme.
        chance: What guessing gives.
    """
    lines = [
        Line(
            name,
            *cells[name],
            np.array([delay for delay, *_ in points], np.float32),
            np.array([middle for _, middle, *_ in points]),
        )
        for name, points in measured.items()
    ]
    option = _sheet("Right after the delay that was learnt", palette, lines)
    option["xAxis"] |= {"type": "log", "name": "delay that was learnt", "min": 1, "max": 200}
    option["yAxis"] |= {"min": 0, "max": 1}
    for name, points in measured.items():
        colour = palette.cells[cells[name][0]]
        for delay, _, least, most in points:
            option["series"].append(
                {
                    "type": "line",
                    "data": [[delay, least], [delay, most]],
                    "showSymbol": False,
                    "silent": True,
                    "lineStyle": {"color": colour, "width": 5, "opacity": 0.25},
                    "tooltip": {"show": False},
                }
            )
    for name, delay, share in own:
        option["series"].append(
            {
                "type": "scatter",
                "name": f"{name}, here",
                "data": [[delay, round(share, 4)]],
                "symbolSize": 13,
                "itemStyle": {
                    "color": palette.cells[cells[name][0]] if name in cells else palette.text,
                    "borderColor": palette.text,
                    "borderWidth": 1.5,
                },
            }
        )
    option["series"].append(_marks(palette, chance=chance))
    return option


def learning(lines: Sequence[Line], palette: Palette, *, steps: int) -> dict[str, Any]:
    """Draw the loss over the steps of the training.

    Args:
        lines: x: steps; y: losses.
        palette: Of the theme.
        steps: The right end.
    """
    option = _sheet("Loss", palette, lines)
    option["xAxis"] |= {"name": "training step", "min": 0, "max": max(steps, 1)}
    option["yAxis"] |= {"min": 0}
    return option


def _marks(palette: Palette, *, chance: float, trained: int | None = None) -> dict[str, Any]:
    """Mark what guessing gives, and the longest delay that was learnt."""
    data: list[dict[str, Any]] = [
        {"yAxis": chance, "label": {"formatter": "chance", "position": "insideEndTop"}}
    ]
    if trained is not None:
        words = f"learnt up to {trained}"
        data.append({"xAxis": trained, "label": {"formatter": words, "position": "end"}})
    return {
        "type": "line",
        "data": [],
        "silent": True,
        "markLine": {
            "symbol": "none",
            "silent": True,
            "lineStyle": {"color": palette.text, "opacity": 0.6, "type": "dotted"},
            "label": {"color": palette.text},
            "data": data,
        },
    }


def _sheet(name: str, palette: Palette, lines: Sequence[Line]) -> dict[str, Any]:
    colours = palette.cells
    faint = {"lineStyle": {"color": palette.text, "opacity": 0.12}}
    series = [
        {
            "type": "line",
            "name": line.name,
            "showSymbol": False,
            "lineStyle": {"width": 2, "type": "dashed" if line.dashed else "solid"},
            "itemStyle": {"color": colours[line.cell]},
            "data": [[float(x), round(float(y), 4)] for x, y in zip(line.x, line.y, strict=True)],
        }
        for line in lines
    ]
    return {
        "animation": False,
        "title": {"left": 0, "text": name, "textStyle": {"fontSize": 14, "color": palette.text}},
        "grid": {"left": 8, "right": 24, "top": 88, "bottom": 34, "containLabel": True},
        "legend": {
            "top": 26,
            "left": 0,
            "itemWidth": 18,
            "itemHeight": 8,
            "textStyle": {"color": palette.text},
            "data": [line.name for line in lines],
        },
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "value",
            "nameLocation": "middle",
            "nameGap": 26,
            "splitLine": {"show": False},
        },
        "yAxis": {"type": "value", "splitLine": faint},
        "series": series,
    }
