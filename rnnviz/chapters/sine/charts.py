"""Charts of a signal and a network's outputs in segments, as ECharts options."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.ui.figures.palette import Palette

Floats = NDArray[np.float32] | NDArray[np.float64]
Numbers = Floats | NDArray[np.int64]

MOST_UNITS = 32  # of a heatmap
MOST_STEPS = 160


@dataclass(frozen=True, eq=False)
class Course:
    """Numbers over time steps, or over one another.

    Attributes:
        name: In the legend.
        colour: As #rrggbb.
        x: Shape (N,).
        y: Shape (N,); what is no number is left out.
        kind: "solid", "dashed" or "dotted".
    """

    name: str
    colour: str
    x: Numbers
    y: Floats
    kind: str = "solid"


def fit(
    title: str,
    courses: Sequence[Course],
    palette: Palette,
    *,
    borders: Sequence[int],
    at: int | None = None,
    reach: float = 1.5,
) -> dict[str, Any]:
    """Draw courses over the time steps, with the borders of the segments.

    Args:
        title: Of the chart.
        courses: The target first.
        palette: Of the theme.
        borders: Steps at which a segment begins.
        at: The border that a wrong state was handed over at; None if none was.
        reach: Top and bottom.
    """
    option = _sheet(title, courses, palette)
    steps = courses[0].x
    option["xAxis"] |= {"name": "time step", "min": int(steps[0]), "max": int(steps[-1]) + 1}
    option["yAxis"] |= {"min": -reach, "max": reach}
    option["series"].append(_borders(borders, palette, at))
    return option


def heat(
    title: str, h: Floats, first: int, borders: Sequence[int], palette: Palette
) -> dict[str, Any]:
    """Draw hidden states over time steps, with the borders of the segments running through them.

    Args:
        title: Of the chart.
        h: Shape (T, P); of more than `MOST_STEPS` steps every second, third, … one is drawn, of the
            units the first `MOST_UNITS`; the title then says so.
        first: Time step of the first.
        borders: Steps at which a segment begins.
        palette: Of the theme.
    """
    steps, stride = len(h), math.ceil(len(h) / MOST_STEPS)
    if stride > 1:
        title = f"{title}, one step of {stride}"
    columns = [str(first + t) for t in range(0, steps, stride)]
    option = _heat(title, h[::stride], columns, palette)
    shown = [border for border in borders if first <= border < first + steps]
    option["xAxis"] = [
        option["xAxis"] | {"name": "time step"},
        {"type": "value", "min": first, "max": first + steps, "show": False},
    ]
    option["yAxis"] = [option["yAxis"], {"type": "value", "min": 0, "max": 1, "show": False}]
    option["series"].append(_borders(shown, palette, None) | {"xAxisIndex": 1, "yAxisIndex": 1})
    return option


def at_borders(title: str, borders: Floats, first: int, palette: Palette) -> dict[str, Any]:
    """Draw the state at the end of each segment.

    Args:
        title: Of the chart.
        borders: Shape (N, P).
        first: Number of the first segment, from 1.
        palette: Of the theme.
    """
    option = _heat(title, borders, [str(first + k) for k in range(len(borders))], palette)
    option["xAxis"] |= {"name": "after segment"}
    return option


def by_place(
    title: str, errors: Mapping[str, tuple[str, Floats]], palette: Palette
) -> dict[str, Any]:
    """Draw squared errors by the place in the segment, as bars.

    Args:
        title: Of the chart.
        errors: By name: colour, and errors, shape (T,).
        palette: Of the theme.
    """
    option = _sheet(title, [], palette)
    length = max((len(values) for _, values in errors.values()), default=1)
    option["legend"]["data"] = list(errors)
    option["xAxis"] |= {
        "type": "category",
        "name": "step within the segment",
        "data": [str(place + 1) for place in range(length)],
    }
    option["yAxis"] |= {"min": 0}
    option["series"] = [
        {
            "type": "bar",
            "name": name,
            "barGap": "0%",
            "itemStyle": {"color": colour},
            "data": [_number(value, 5) for value in values],
        }
        for name, (colour, values) in errors.items()
    ]
    return option


def over(
    title: str, courses: Sequence[Course], palette: Palette, *, x: str, log: str = ""
) -> dict[str, Any]:
    """Draw courses over a growing number.

    Args:
        title: Of the chart.
        courses: To draw.
        palette: Of the theme.
        x: Name of the axis.
        log: Which axes are logarithmic, e.g. "xy".
    """
    option = _sheet(title, courses, palette)
    option["xAxis"] |= {"name": x} | ({"type": "log"} if "x" in log else {"min": 0})
    option["yAxis"] |= {"type": "log"} if "y" in log else {"min": 0}
    for series, course in zip(option["series"], courses, strict=True):
        series["showSymbol"] = "x" in log
        if "x" in log and len(course.x):
            option["xAxis"]["max"] = float(course.x[-1])
    return option


def portrait(
    title: str, courses: Sequence[Course], palette: Palette, *, x: str, y: str, reach: float
) -> dict[str, Any]:
    """Draw a way through a plane.

    Args:
        title: Of the chart.
        courses: To draw.
        palette: Of the theme.
        x: Name of one axis.
        y: Name of the other.
        reach: Of both, either way.
    """
    option = _sheet(title, courses, palette)
    option["tooltip"] = {"show": False}
    option["xAxis"] |= {"name": x, "min": -reach, "max": reach}
    option["yAxis"] |= {"name": y, "min": -reach, "max": reach, "nameLocation": "middle"}
    option["yAxis"]["nameGap"] = 34
    return option


def reach_of(*values: Floats) -> float:
    """Return a round number that all of them lie within, either way."""
    found = [float(np.abs(each[np.isfinite(each)]).max(initial=0)) for each in values]
    return max(1.5, math.ceil(11 * min(max(found), 1e6)) / 10)


def _borders(borders: Sequence[int], palette: Palette, at: int | None) -> dict[str, Any]:
    data: list[dict[str, Any]] = [
        {"xAxis": int(border), "label": {"show": False}} for border in borders if border != at
    ]
    if at is not None:
        style = {"color": palette.accent, "width": 2, "type": "solid", "opacity": 1}
        label = {"show": True, "formatter": "wrong state", "color": palette.accent}
        data.append({"xAxis": at, "lineStyle": style, "label": label})
    return {
        "type": "line",
        "data": [],
        "silent": True,
        "markLine": {
            "symbol": "none",
            "silent": True,
            "animation": False,
            "lineStyle": {"color": palette.text, "opacity": 0.55, "type": "dashed", "width": 1},
            "data": data,
        },
    }


def _heat(title: str, h: Floats, columns: Sequence[str], palette: Palette) -> dict[str, Any]:
    if h.shape[1] > MOST_UNITS:
        title = f"{title}, {MOST_UNITS} of {h.shape[1]} units"
    h = h[:, :MOST_UNITS]
    option = _sheet(title, [], palette)
    finite = np.abs(h[np.isfinite(h)])
    most = max(1.0, float(finite.max(initial=0)))
    option["grid"] |= {"top": 34, "right": 64}
    option["xAxis"] |= {"type": "category", "data": list(columns)}
    option["yAxis"] |= {
        "type": "category",
        "data": [str(unit) for unit in range(h.shape[1])],
        "inverse": True,
        "name": "unit",
        "nameLocation": "middle",
        "nameGap": 30,
    }
    option["tooltip"] = {"position": "top"}
    option["visualMap"] = {
        "min": -most,
        "max": most,
        "calculable": False,
        "orient": "vertical",
        "right": 0,
        "top": "middle",
        "itemWidth": 12,
        "itemHeight": 110,
        "precision": 1,
        "text": [f"{most:.3g}", f"−{most:.3g}"],
        "textStyle": {"color": palette.text},
        "inRange": {"color": list(palette.diverging)},
        "seriesIndex": 0,
    }
    cells = [[t, unit, _number(h[t, unit], 3)] for t in range(len(h)) for unit in range(h.shape[1])]
    option["series"] = [{"type": "heatmap", "name": "h", "data": cells, "animation": False}]
    return option


def _sheet(title: str, courses: Sequence[Course], palette: Palette) -> dict[str, Any]:
    faint = {"lineStyle": {"color": palette.text, "opacity": 0.12}}
    axis = {"type": "value", "nameLocation": "middle", "nameGap": 26}
    words = {"color": palette.text}
    return {
        "animation": False,
        "title": {"text": title, "left": 0, "textStyle": {"fontSize": 14, "color": palette.text}},
        "grid": {"left": 20, "right": 20, "top": 62, "bottom": 34, "containLabel": True},
        "legend": {
            "top": 26,
            "left": 0,
            "itemWidth": 18,
            "itemHeight": 8,
            "textStyle": words,
            "data": [course.name for course in courses],
        },
        "tooltip": {"trigger": "axis"},
        "xAxis": {**axis, "nameTextStyle": words, "splitLine": {"show": False}},
        "yAxis": {"type": "value", "nameTextStyle": words, "splitLine": faint},
        "series": [_line(course) for course in courses],
    }


def _line(course: Course) -> dict[str, Any]:
    return {
        "type": "line",
        "name": course.name,
        "showSymbol": False,
        "lineStyle": {"width": 2, "type": course.kind},
        "itemStyle": {"color": course.colour},
        "data": [
            [float(x), _number(y, 5)] if math.isfinite(x) else ["-", "-"]
            for x, y in zip(course.x, course.y, strict=True)
        ],
    }


def _number(value: float, digits: int) -> float | str:
    """Return a number as short as can be seen; "-" is ECharts' word for one that is lost."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else "-"
