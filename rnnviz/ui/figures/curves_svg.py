"""Loss and accuracy curves of a run as a self-contained SVG figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.training.jobs.protocol import Floats, Snapshot
from rnnviz.ui.figures.palette import LIGHT
from rnnviz.ui.figures.svg import sheet, words

WIDTH, HEIGHT = 880, 340
TOP, BOTTOM = 64, 284  # of the axes, from above
SIDE = 360  # width of one plot
LEFTS = (60, 500)
TRAINING, TEST = LIGHT.accent, LIGHT.diverging[8]  # colours of the curves


@dataclass(frozen=True)
class _Plot:
    """One pair of axes, and where a value lies between them."""

    left: float
    right_at: float  # the step at the right end
    low: float
    high: float

    def place(self, step: float, value: float) -> tuple[float, float]:
        x = self.left + SIDE * step / self.right_at
        return x, BOTTOM - (BOTTOM - TOP) * (value - self.low) / (self.high - self.low)


def curves_svg(
    snapshot: Snapshot,
    *,
    title: str = "",
    judges: str = "test digits",
    learnt: str = "training digits",
    shares: str = "digits read right, %",
) -> str:
    """Draw loss and accuracy over the steps, side by side, as SVG 1.1.

    A curve has a gap where a loss is no number. Test accuracies of all digits are filled circles,
    those of the first few, read on the way, are hollow.

    Args:
        snapshot: Of the run, at any moment.
        title: Above the plots.
        judges: What that is.
        learnt: What was learnt from.
        shares: What accuracy counts.
    """
    history, tests = snapshot.history, snapshot.held_out
    until = float(max(snapshot.step, 1, *history.step, *tests.step))
    loss = _Plot(LEFTS[0], until, *_loss_range(history.loss))
    right = _Plot(LEFTS[1], until, *_share_range(history.accuracy, tests.accuracy))
    parts = [
        words(LEFTS[0], 24, title, "start", "font-size='15' font-weight='bold'"),
        *_axes(loss, "loss", _ticks(loss.low, loss.high)),
        *_curve(loss, history.step, history.loss, TRAINING),
        *_axes(right, shares, _ticks(right.low, right.high)),
        *_curve(right, history.step, 100 * history.accuracy, TRAINING),
        *_curve(right, tests.step, 100 * tests.accuracy, TEST),
        *_circles(right, snapshot),
        *_legend((TRAINING, learnt), (TEST, judges)),
    ]
    return sheet(WIDTH, HEIGHT, title or "Loss and accuracy", parts)


def _loss_range(loss: Floats) -> tuple[float, float]:
    finite = loss[np.isfinite(loss)]
    return 0.0, _ceiling(float(finite.max())) if len(finite) and finite.max() > 0 else 1.0


def _share_range(*shares: Floats) -> tuple[float, float]:
    """Return the percents shown: up to 100, from the tens below the lowest or from 0 on."""
    lowest = min((float(part.min()) for part in shares if len(part)), default=0.0)
    return (min(10.0 * math.floor(10 * lowest), 90.0) if lowest > 0.5 else 0.0), 100.0


def _unit(value: float) -> float:
    """Return the 1, 2 or 5 times a power of ten that divides a range into a few parts."""
    power = 10.0 ** math.floor(math.log10(value / 4))
    return next(power * k for k in (1, 2, 5, 10) if power * k >= value / 5)


def _ceiling(value: float) -> float:
    unit = _unit(value)
    return float(f"{unit * math.ceil(value / unit):.6g}")


def _ticks(low: float, high: float) -> list[float]:
    unit = _unit(high - low)
    first, last = math.ceil(low / unit - 1e-9), math.floor(high / unit + 1e-9)
    return [float(f"{unit * k:.6g}") for k in range(first, last + 1)]


def _axes(plot: _Plot, label: str, ticks: Sequence[float]) -> list[str]:
    parts = [words(plot.left, TOP - 14, label, "start")]
    stroke = f'stroke="{LIGHT.text}"'
    for value in ticks:
        y = plot.place(0, value)[1]
        line = f'x1="{plot.left}" x2="{plot.left + SIDE}" y1="{y:.2f}" y2="{y:.2f}"'
        parts.append(f'<line {line} {stroke} stroke-opacity="0.15"/>')
        parts.append(words(plot.left - 8, y + 4, f"{value:g}", "end", 'class="y"'))
    ends = f'x1="{plot.left}" x2="{plot.left + SIDE}" y1="{BOTTOM}" y2="{BOTTOM}"'
    parts.append(f"<line {ends} {stroke}/>")
    for step in (t for t in _ticks(0.0, plot.right_at) if t == int(t)):
        x = plot.place(step, plot.low)[0]
        parts.append(words(x, BOTTOM + 18, f"{int(step):,}", "middle", 'class="x"'))
    return [*parts, words(plot.left + SIDE / 2, BOTTOM + 38, "step", "middle")]


def _curve(plot: _Plot, steps: Floats, values: NDArray[np.float32], colour: str) -> list[str]:
    """Draw a line through the points, one for each stretch of finite values."""
    gaps = np.flatnonzero(~np.isfinite(values))
    parts = []
    for part in np.split(np.arange(len(values)), gaps):
        places = [
            "{:.2f},{:.2f}".format(*plot.place(float(steps[i]), float(values[i])))
            for i in part
            if np.isfinite(values[i])
        ]
        if places:
            style = f'fill="none" stroke="{colour}" stroke-width="1.5"'
            parts.append(f'<polyline points="{" ".join(places)}" {style}/>')
    return parts


def _circles(plot: _Plot, snapshot: Snapshot) -> list[str]:
    tests, parts = snapshot.held_out, []
    for step, share, read in zip(tests.step, tests.accuracy, tests.read, strict=True):
        x, y = plot.place(float(step), 100 * float(share))
        fill = TEST if read == tests.read.max() else LIGHT.background
        said = f"<title>{share:.4f} of {int(read):,} after step {int(step):,}</title>"
        look = f'r="3" fill="{fill}" stroke="{TEST}"'
        parts.append(f'<circle cx="{x:.2f}" cy="{y:.2f}" {look}>{said}</circle>')
    return parts


def _legend(first: tuple[str, str], second: tuple[str, str]) -> list[str]:
    """Write what two curves are, each by its colour; the second ends at the right."""
    right, parts = LEFTS[1] + SIDE, []
    before = right - max(80, 6 * len(second[1]) + 14)
    for x, (colour, said) in ((before, first), (right, second)):
        parts.append(words(x, TOP - 14, said, "end", f'style="fill:{colour}"'))
    return parts
