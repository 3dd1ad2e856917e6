"""Cumulative-sum task: sequences of whole numbers whose target is their running sum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LONGEST = 200  # of a sequence


@dataclass(frozen=True, eq=False)
class Sums:
    """Sequences, time first.

    Attributes:
        x: The numbers, whole, shape (T, B, 1).
        y: Their sums up to and with each step, shape (T, B, 1).
    """

    x: Array
    y: Array


def draw(count: int, length: int = 6, low: int = 1, high: int = 9, *, seed: int = 0) -> Sums:
    """Draw sequences; the same seed gives the same.

    Args:
        count: B: how many.
        length: T: numbers in each.
        low: The least number that may come.
        high: The greatest.
        seed: Of the generator.

    Raises:
        ValueError: If there would be none, they would be too long, or low is above high.
    """
    if count < 1 or not 1 <= length <= LONGEST:
        limits = f"count must be 1 or more, length 1 … {LONGEST}"
        raise ValueError(f"{limits}, got {count} and {length}")
    if low > high:
        raise ValueError(f"low must not be above high, got {low} and {high}")
    x = np.random.default_rng(seed).integers(low, high + 1, (length, count, 1)).astype(np.float64)
    return Sums(x, x.cumsum(0))
