"""Text about the influence of early inputs on late states, and about gradient clipping."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rnnviz.chapters.recurrence.influence_decay import EXPLODED, VANISHED, first_over_last
from rnnviz.ui.figures.numbers import nearest_power, number, short_percent, times

Floats = NDArray[np.float64]


def left(grids: Mapping[str, Floats]) -> str:
    """Say how much of the first row is left in the last state, next to the last row itself.

    Args:
        grids: ‖∂h_t/∂x_s‖ by network, [t, s], shape (T, T).
    """
    T = len(next(iter(grids.values())))
    told = "; ".join(f"{name} {_fate(grid)}" for name, grid in grids.items())
    return f"In h after row {T}, for a change in row 1 as for one in row {T} itself: {told}."


def _fate(grid: Floats) -> str:
    found = first_over_last(grid)
    if not math.isfinite(found):
        return "cannot be told, its states are not numbers"
    if found > EXPLODED:
        much = times(found)
        return f"reacts {much} times as much (exploding)"
    if found < VANISHED:
        return f"reacts {_small(found)} as much (vanishing)"
    return f"reacts {_small(found)} as much (kept)"


def _small(value: float) -> str:
    if value >= 0.995:
        return f"{value:.1f} times"
    if value >= 1e-3:
        return short_percent(value)
    return nearest_power(value) if value > 0 else "not at all"


def bound(found: Floats, most: Floats, sigma: float) -> str:
    """Say whether the bound holds, and how close the network comes to it.

    Args:
        found: The largest ‖∂h_t/∂x_s‖ of the plain RNN at each distance, shape (T,).
        most: ‖W_ih‖ σ^(t-s), shape (T,).
        sigma: Largest singular value of W_hh.
    """
    far = len(found) - 1
    if not np.isfinite(found).all():
        return "The plain RNN's states are not numbers."
    holds = bool((found <= most * (1 + 1e-5)).all())
    verdict = "The plain RNN stays below its bound" if holds else "The plain RNN is above its bound"
    share = found[far] / most[far] if most[far] > 0 else math.nan
    close = nearest_power(share) if 0 < share < 0.01 else f"{share:.2g}"
    return (
        f"{verdict} ‖W_ih‖ σ^(t−s), σ = {sigma:.2f}: {far} rows back it reaches {close} of it. A "
        f"GRU and an LSTM carry their state past W_hh: no power of σ bounds them."
    )


def clipped(
    norm: float,
    limit: float,
    moved: tuple[float, float],
    weights: float,
    losses: tuple[float, float, float],
) -> str:
    """Compare the first step of a training with the gradient as it comes and clipped.

    Args:
        norm: Of the gradient.
        limit: To which it is clipped.
        moved: How far the weights went, as it comes and clipped.
        weights: Their norm before.
        losses: Before the step, after it as it comes, after it clipped.
    """
    before, after, kept = losses
    start = f"The first gradient has norm {number(norm)}"
    if norm <= limit:
        return (
            f"{start}, below {limit:g}: clipping leaves it as it is, and the loss of its batch "
            f"goes from {number(before)} to {number(after)} either way."
        )
    return (
        f"{start}. As it comes the step moves the weights by {number(moved[0])} (their own norm is "
        f"{number(weights)}), and the loss of its batch goes from {number(before)} to "
        f"{number(after)}; clipped to {limit:g} it moves them by {number(moved[1])}, and the loss "
        f"goes to {number(kept)}."
    )


def course(losses: tuple[Floats, Floats]) -> str:
    """Say where some steps of training end, as the gradient comes and clipped."""
    ends = []
    for name, loss in zip(("As the gradient comes", "clipped"), losses, strict=True):
        lost = np.flatnonzero(~np.isfinite(loss))
        end = f"{number(float(loss[-1]))} at step {len(loss)}"
        ends.append(f"{name} it is {f'no number from step {lost[0] + 1} on' if len(lost) else end}")
    return f"The loss began at {number(float(losses[0][0]))}. {'; '.join(ends)}."
