"""Results of `bench scale` as a self-contained SVG figure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rnnviz.ui.figures.palette import LIGHT
from rnnviz.ui.figures.svg import sheet, words

WIDTH, HEIGHT, SIDE, TALL, LEFT, TOP = 960, 560, 170, 170, 64, 90
COLOURS = {"trace": LIGHT.runs[0], "step": LIGHT.runs[1]}
CALLED = {"trace": "a trace", "step": "a training step"}
KINDS = {"time": "ms", "memory": "MiB"}


@dataclass(frozen=True)
class _Plot:
    """A pair of logarithmic axes: where they stand and from what to what they go."""

    left: float
    top: float
    sizes: Sequence[float]
    low: float
    high: float

    def place(self, size: float, value: float) -> tuple[float, float]:
        x = math.log(size / self.sizes[0]) / math.log(self.sizes[-1] / self.sizes[0])
        y = math.log(value / self.low) / math.log(self.high / self.low)
        return self.left + SIDE * x, self.top + TALL * (1 - y)


def scale_svg(figures: Mapping[str, Any]) -> str:
    """Draw what `bench scale` measured: time above, memory below, one plot for each size.

    Args:
        figures: `rows` and `slopes`, as `bench.scale.measure` returns them. A dotted line is what
            grows linearly from the first point of a training step.
    """
    names = list(figures["slopes"])
    title = "Time and memory as sizes grow, both axes logarithmic"
    parts = [words(LEFT, 28, title, "start", "font-size='15' font-weight='bold'")]
    for k, work in enumerate(COLOURS):
        style = f'style="fill:{COLOURS[work]}"'
        parts.append(words(LEFT + 120 * k, 52, CALLED[work], "start", style))
    parts.append(words(LEFT + 280, 52, "dotted: linear", "start"))
    for line, kind in enumerate(KINDS):
        values = [_value(row, work, kind) for row in figures["rows"] for work in COLOURS]
        low, high = (
            10 ** math.floor(math.log10(min(values))),
            10 ** math.ceil(math.log10(max(values) * 1.0001)),
        )
        for column, name in enumerate(names):
            rows = [row for row in figures["rows"] if row["grows"] == name]
            left, top = LEFT + (SIDE + 56) * column, TOP + (TALL + 70) * line
            plot = _Plot(left, top, [row["size"] for row in rows], low, high)
            parts += _axes(plot, name, kind)
            parts += _linear(plot, _value(rows[0], "step", kind))
            for work in COLOURS:
                slope = figures["slopes"][name][f"{work} {kind}"]
                parts += _course(plot, work, [_value(row, work, kind) for row in rows], slope)
    return sheet(WIDTH, HEIGHT, title, parts)


def _value(row: Mapping[str, Any], work: str, kind: str) -> float:
    if kind == "time":
        return float(row[work]["ms"]["median"])
    return float(row[work]["bytes"]) / 2**20


def _axes(plot: _Plot, name: str, kind: str) -> Iterator[str]:
    said = f"{kind} ({KINDS[kind]}) with {name}"
    yield words(plot.left, plot.top - 10, said, "start")
    for power in range(round(math.log10(plot.low)), round(math.log10(plot.high)) + 1):
        y = plot.place(plot.sizes[0], 10.0**power)[1]
        ends = f'x1="{plot.left}" x2="{plot.left + SIDE}" y1="{y:.2f}" y2="{y:.2f}"'
        yield f'<line {ends} stroke="{LIGHT.text}" stroke-opacity="0.15"/>'
        yield words(plot.left - 6, y + 4, f"{10.0**power:g}", "end", 'class="y"')
    for size in plot.sizes:
        x = plot.place(size, plot.low)[0]
        yield words(x, plot.top + TALL + 18, f"{size:g}", "middle", 'class="x"')


def _linear(plot: _Plot, first: float) -> Iterator[str]:
    """Draw what is linear, as far as it stays within the axes."""
    until = min(plot.sizes[-1], plot.sizes[0] * plot.high / first)
    (x1, y1), (x2, y2) = (plot.place(s, first * s / plot.sizes[0]) for s in (plot.sizes[0], until))
    ends = f'x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}"'
    yield f'<line {ends} stroke="{LIGHT.text}" stroke-opacity="0.5" stroke-dasharray="2 3"/>'


def _course(plot: _Plot, work: str, values: Sequence[float], slope: float) -> Iterator[str]:
    places = [plot.place(size, value) for size, value in zip(plot.sizes, values, strict=True)]
    points = " ".join(f"{x:.2f},{y:.2f}" for x, y in places)
    yield f'<polyline points="{points}" fill="none" stroke="{COLOURS[work]}" stroke-width="1.5"/>'
    for x, y in places:
        yield f'<circle cx="{x:.2f}" cy="{y:.2f}" r="2.5" fill="{COLOURS[work]}"/>'
    y = plot.top + TALL - 8 - 16 * list(COLOURS).index(work)
    said = f"slope {slope:.2f}"
    yield words(plot.left + SIDE, y, said, "end", f'style="fill:{COLOURS[work]}"')
