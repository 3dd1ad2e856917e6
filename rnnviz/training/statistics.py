"""Student's t: the 95 % interval of a mean difference of pairs, and the quantiles of t."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean difference of k pairs, and how far it may be off.

    Attributes:
        mean: Of the differences.
        half_width: Half of the interval; infinite for one pair.
        low: mean - half_width.
        high: mean + half_width.
        k: Pairs.
    """

    mean: float
    half_width: float
    low: float
    high: float
    k: int

    @property
    def tells(self) -> bool:
        """Whether 0 lies outside: one of the two is ahead."""
        return not self.low <= 0.0 <= self.high


def interval(a: Sequence[float], b: Sequence[float], *, comparisons: int = 1) -> Interval:
    """Return the 95 % interval of the mean of a - b, seed by seed: Student's, for pairs.

    In pairs, since the i-th of both had the same seed and digits; what these do to both cancels.
    The interval is over seeds: it says what other seeds would give on the same test digits.

    Args:
        a: Accuracies, one for each seed.
        b: Of the other, in the same order of seeds.
        comparisons: So many intervals hold together with 95 % (Bonferroni).

    Raises:
        ValueError: If a and b are not of one length, at least 1, or hold what is no number.
    """
    k = len(a)
    if k < 1 or len(b) != k:
        raise ValueError(f"a and b must be (k,) with k ≥ 1, got ({k},) and ({len(b)},)")
    differences = [float(x) - float(y) for x, y in zip(a, b, strict=True)]
    if not all(map(math.isfinite, differences)):
        raise ValueError("an accuracy is missing: every run of a race must have come to its end")
    mean = math.fsum(differences) / k
    half = math.inf
    if k > 1:
        variance = math.fsum((d - mean) ** 2 for d in differences) / (k - 1)
        level = 1 - (1 - LEVEL) / comparisons
        half = student_quantile(level, k - 1) * math.sqrt(variance / k)
    return Interval(mean, half, mean - half, mean + half, k)


def points(found: Interval) -> str:
    """Write an interval in percentage points, e.g. "1.1 ± 0.3".

    It has as many digits as make the two numbers say what they mean.
    """
    mean, half = abs(100 * found.mean), 100 * found.half_width  # no "-0.0": the better one is first
    for digits in (1, 2, 3):
        near, wide = round(mean, digits), round(half, digits)
        clear = not found.tells or near > wide
        if clear and (wide > 0 or half < 1e-9):
            break
    return f"{mean:.{digits}f} ± {half:.{digits}f}"


def student_quantile(level: float, df: int) -> float:
    """Return t such that Student's variable lies in [-t, t] with a probability.

    Args:
        level: The probability, in (0, 1).
        df: Degrees of freedom, at least 1.

    Raises:
        ValueError: If one of them is none.
    """
    if not 0.0 < level < 1.0 or df < 1:
        raise ValueError(f"level must lie in (0, 1) and df be at least 1, got {level} and {df}")
    low, high = 0.0, math.pi / 2  # of the angle, t = √df · tan(angle)
    while (middle := (low + high) / 2) not in (low, high):
        if student_within(math.tan(middle) * math.sqrt(df), df) < level:
            low = middle
        else:
            high = middle
    return math.tan(high) * math.sqrt(df)


def student_within(t: float, df: int) -> float:
    """Return the probability that Student's variable lies in [-t, t], by its finite sum.

    Source: Abramowitz and Stegun 1964, 26.7.3 and 26.7.4, for whole degrees of freedom.
    """
    angle = math.atan(t / math.sqrt(df))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = df % 2
    term, total = (cosine if odd else 1.0), 0.0
    for j in range(2 + odd, df + 1, 2):  # each term has two powers of the cosine more
        total += term
        term *= cosine**2 * (j - 1) / j
    return (angle + sine * total) * 2 / math.pi if odd else sine * total
