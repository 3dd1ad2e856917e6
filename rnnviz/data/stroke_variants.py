"""Strokes that people add to digits but that are rare in MNIST, e.g. the slash through a zero."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnviz.data.skeleton import POINTS, SPREAD

CORNERS = 3  # of an added stroke: its two ends and a slightly bent middle


@dataclass(frozen=True)
class Habits:
    """How often people add a stroke, each a share of that digit's writers.

    Attributes:
        slash: A stroke through the zero: either diagonal or level, in it or reaching past it.
        flag: The one's upstroke, short or long.
        foot: The line that a one stands on; drawn whether or not there is a flag.
        bar: The line across the seven's stem.
        serif: The tick at the left end of the seven's top.
        tail: A short hook at one of the outermost places of any digit: where the pen came or left.
    """

    slash: float = 0.0
    flag: float = 0.0
    foot: float = 0.0
    bar: float = 0.0
    serif: float = 0.0
    tail: float = 0.0


def added_strokes(
    labels: Tensor, points: Tensor, habits: Habits, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Think up strokes to add to digits.

    Args:
        labels: The digits, shape (N,).
        points: Places on their skeletons in pixels, shape (N, K, 2).
        habits: How often what is added.
        generator: Source of chance, on the CPU.

    Returns: The strokes' corners in pixels, shape (N, S, CORNERS, 2), and which of them are there,
        bool, shape (N, S).
    """
    chance = torch.rand((len(labels), 24), generator=generator).to(points.device)
    first, second, ways = chance[:, 0], chance[:, 1], chance[:, 2:]
    strokes = points.new_zeros(len(labels), 2, CORNERS, 2)
    there = torch.zeros(len(labels), 2, dtype=torch.bool, device=points.device)
    for digit, slot, draw, often in (
        (0, 0, _slash, habits.slash),
        (1, 0, _flag, habits.flag),
        (1, 1, _foot, habits.foot),
        (7, 0, _bar, habits.bar),
        (7, 1, _serif, habits.serif),
    ):
        mine = labels == digit
        u = ways[mine, slot * 11 : slot * 11 + 6]
        start, end = draw(points[mine], u)
        strokes[mine, slot] = _bent(start, end, u[:, 5])
        there[mine, slot] = (second if slot else first)[mine] < often
    there[labels == 1] &= _upright(points[labels == 1])[:, None]
    if habits.tail:
        u = torch.rand((len(labels), 6), generator=generator).to(points.device)
        tail = _bent(*_tail(points, u), u[:, 5])
        strokes = torch.cat([strokes, tail[:, None]], 1)
        there = torch.cat([there, u[:, :1] < habits.tail], 1)
    return strokes, there


def _between(u: Tensor, low: float, high: float) -> Tensor:
    return low + (high - low) * u


def _bent(start: Tensor, end: Tensor, u: Tensor) -> Tensor:
    """Return a stroke's corners: its ends and its middle, up to 7 % of its length aside."""
    along = end - start
    aside = torch.stack([-along[:, 1], along[:, 0]], -1) * _between(u, -0.07, 0.07)[:, None]
    return torch.stack([start, (start + end) / 2 + aside, end], 1)


def _toward(angle: Tensor, length: Tensor) -> Tensor:
    """Return the step of a length at an angle in degrees, anticlockwise from the right."""
    radians = angle * (math.pi / 180)
    return torch.stack([radians.cos() * length, -radians.sin() * length], -1)


def _place(points: Tensor, index: Tensor) -> Tensor:
    return points[torch.arange(len(points), device=points.device), index]


def _upright(points: Tensor) -> Tensor:
    """Tell whether a one's stem slants so little that a flag or foot would not make it a two."""
    rise = _place(points, points[..., 1].argmin(1)) - _place(points, points[..., 1].argmax(1))
    return rise[:, 0].abs() < 0.7 * rise[:, 1].abs()


def _slash(points: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    low, high = points.amin(1), points.amax(1)
    half = ((high - low) / 2).clamp(min=1.5)
    rising = _between(u[:, 1], 25, 80)
    angle = torch.where(u[:, 0] < 0.85, rising, 180 - rising)
    angle = torch.where(u[:, 0] < 0.2, _between(u[:, 1], -20, 25), angle)
    unit = _toward(angle, torch.ones_like(angle))
    radius = ((unit / half) ** 2).sum(-1).rsqrt()  # of an ellipse as wide and high as the zero
    middle = (low + high) / 2 + (u[:, 2:4] - 0.5) * 0.3 * half
    reach = _between(u[:, 4], 0.4, 1.5) * radius
    # The two ends reach differently far; the same numbers as the middle's, so they go together.
    one, other = _between(u[:, 2], 0.8, 1.2) * reach, _between(u[:, 3], 0.8, 1.2) * reach
    return middle - unit * one[:, None], middle + unit * other[:, None]


def _flag(points: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    top = _place(points, points[..., 1].argmin(1))
    height = (points[..., 1].amax(1) - top[:, 1]).clamp(min=6)
    length = _between(u[:, 0] ** 1.3, 0.12, 0.75)
    steepest = 70.0
    flattest = 15 + 30 * length  # a long and level one would make a seven
    angle = 180 + flattest + (steepest - flattest) * u[:, 1]
    start = top + (u[:, 2:4] - 0.5) * 0.05 * height[:, None]
    return start, start + _toward(angle, length * height)


def _foot(points: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    bottom = _place(points, points[..., 1].argmax(1))
    height = (bottom[:, 1] - points[..., 1].amin(1)).clamp(min=6)
    slope = _between(u[:, 0], -10, 14)
    middle = bottom + (u[:, 4:5] - 0.5) * 0.08 * height[:, None]
    left, right = _between(u[:, 1], 0.1, 0.42) * height, _between(u[:, 2], 0.1, 0.42) * height
    return middle - _toward(slope, left), middle + _toward(slope, right)


def _bar(points: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    top, bottom = points[..., 1].amin(1), points[..., 1].amax(1)
    height = (bottom - top).clamp(min=6)
    level = top + _between(u[:, 0], 0.35, 0.65) * height
    stem = _place(points, (points[..., 1] - level[:, None]).abs().argmin(1))
    slope = _between(u[:, 1], -20, 30)
    left, right = _between(u[:, 2], 0.1, 0.4) * height, _between(u[:, 3], 0.1, 0.4) * height
    return stem - _toward(slope, left), stem + _toward(slope, right)


def _serif(points: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    top, bottom = points[..., 1].amin(1), points[..., 1].amax(1)
    height = (bottom - top).clamp(min=6)
    upper = points[..., 1] < (top + 0.4 * height)[:, None]
    left = _place(points, torch.where(upper, points[..., 0], 99.0).argmin(1))
    start = left + _toward(_between(u[:, 0], 60, 120), _between(u[:, 1], 0.0, 0.08) * height)
    length = _between(u[:, 3], 0.06, 0.22) * height
    return start, left + _toward(_between(u[:, 2], 240, 290), length)


def _tail(points: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    start = _place(points, SPREAD + (u[:, 1] * (POINTS - SPREAD)).long())
    length = _between(u[:, 2] ** 1.5, 1.0, 5.0)
    return start, start + _toward(360 * u[:, 3], length)
