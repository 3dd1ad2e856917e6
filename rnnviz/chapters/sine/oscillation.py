"""Oscillation of a time series: its amplitude and period, and whether states repeat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STILL = 0.05  # a course that moves by less is said to stand


@dataclass(frozen=True)
class Swing:
    """How a course goes on, by its last part.

    Attributes:
        amplitude: Half of the way between its highest and lowest value; NaN if numbers are lost.
        period: Steps from one way up through its middle to the next, on average; None if it does
            not go up twice.
    """

    amplitude: float
    period: float | None


def swing(course: Floats) -> Swing:
    """Look at the second half of a course, shape (T,)."""
    late = course[len(course) // 2 :]
    amplitude = float(np.ptp(late)) / 2
    if not amplitude >= STILL:
        return Swing(amplitude, None)
    around = late - (late.max() + late.min()) / 2
    before = np.flatnonzero((around[:-1] < 0) & (around[1:] >= 0))
    ups = before - around[before] / (around[before + 1] - around[before])
    period = float((ups[-1] - ups[0]) / (len(ups) - 1)) if len(ups) > 1 else None
    return Swing(amplitude, period)


def gap(h: Floats, period: int) -> float:
    """Return how far states are from where they were a period before, by how far all lie apart.

    Args:
        h: States, shape (T, P), T above the period.
        period: In steps.

    Returns: 0 for a loop that closes; about 1.4 for states that have nothing to do with those.
    """
    apart = np.linalg.norm(h[period:] - h[:-period], axis=1).mean()
    size = np.linalg.norm(h - h.mean(0), axis=1).mean()
    return float(apart / size) if size > 0 else 0.0


def two_axes(h: Floats) -> tuple[Floats, float]:
    """Return states on the two axes along which they vary most, and the share that those hold.

    Args:
        h: Shape (T, P).

    Returns: Shape (T, 2), the second zeros where there is one unit; and a share, 0 … 1.
    """
    around = h - h.mean(0)
    if not np.isfinite(around).all():
        return np.full((len(h), 2), np.nan), 0.0
    u, sizes, _ = np.linalg.svd(around, full_matrices=False)
    on_axes = np.zeros((len(h), 2))
    kept = min(2, len(sizes))
    on_axes[:, :kept] = u[:, :kept] * sizes[:kept]
    total = float(np.square(sizes).sum())
    return on_axes, float(np.square(sizes[:kept]).sum()) / total if total else 1.0
