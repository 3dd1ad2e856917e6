"""A fair race: cells with as many parameters, the same seeds and digits, and what that tells."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import torch

from rnnviz.core.config import Cell, ModelConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.core.run_config import RUN_LIMITS, RunConfig

CELLS: tuple[Cell, ...] = ("rnn", "gru", "lstm")
LEVEL = 0.95
STREAMS = 3  # a run draws from its seed and the two after it


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


@dataclass(frozen=True)
class Duel:
    """Two contestants, the one with the better mean first.

    Attributes:
        better: Name of the one whose mean is not lower.
        other: Name of the other.
        interval: Of better minus other, in shares of 1.
    """

    better: str
    other: str
    interval: Interval


def contestants(
    budget: int, *, cells: Sequence[Cell] = CELLS, base: RunConfig
) -> tuple[RunConfig, ...]:
    """Give each cell the hidden size whose parameters come closest to a budget and not above it.

    All else is as in `base`, the seed too. A forget bias stays with the LSTM alone.

    Args:
        budget: Parameters of the whole network, its head included.
        cells: Who races, in this order, each once.
        base: What all of them share.

    Returns: One run for each cell.

    Raises:
        ValueError: If a cell cannot meet the budget with 1 to 512 units, so that the race would not
            be fair, if the base has a projection, or if a cell comes twice.
    """
    if base.model.proj_size:
        raise ValueError("a race has no projections: only an LSTM could have one")
    if not cells or len(set(cells)) != len(cells):
        raise ValueError(f"each cell races once, got {', '.join(cells) or 'none'}")
    return tuple(_contestant(budget, cell, base) for cell in cells)


def rounds(runs: Sequence[RunConfig], k: int) -> tuple[tuple[RunConfig, ...], ...]:
    """Repeat a race with k seeds, in each round the same one for all.

    The first seed is that of each run; the others follow at a distance, since a run draws its
    weights, its order and its shifts from three seeds in a row: no two rounds share one.

    Raises:
        ValueError: If k is below 1, or a seed would be beyond RUN_LIMITS.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    return tuple(tuple(_reseeded(run, STREAMS * i) for run in runs) for i in range(k))


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


def duels(accuracies: Mapping[str, Sequence[float]]) -> tuple[Duel, ...]:
    """Compare every two contestants, the best first, so that all intervals hold together.

    With three contestants there are three intervals, and the pair to be named is chosen by looking
    at the results: 95 % each would find a winner among equals too often. So each is widened until
    all three hold together with 95 % (Bonferroni). Holm's steps would find a little more, but
    have no intervals, and a "±" that belongs to another verdict is worse than a wide one.

    Args:
        accuracies: Of each contestant by name, one for each seed, in the same order of seeds.

    Raises:
        ValueError: If there are fewer than two, or as `interval`.
    """
    if len(accuracies) < 2:
        raise ValueError(f"a race has at least two contestants, got {len(accuracies)}")
    totals = {name: math.fsum(map(float, values)) for name, values in accuracies.items()}
    order = sorted(accuracies, key=lambda name: -totals[name])
    pairs = list(combinations(order, 2))
    found = []
    for better, other in pairs:
        result = interval(accuracies[better], accuracies[other], comparisons=len(pairs))
        found.append(Duel(better, other, result))
    return tuple(found)


def sentence(accuracies: Mapping[str, Sequence[float]]) -> str:
    """Say what a race allows to be said, and no more; see `duels` for three contestants.

    Args:
        accuracies: As for `duels`, shares of 1.

    Returns: E.g. "LSTM ahead of RNN by 1.1 ± 0.3 points over 5 seeds".
    """
    found = duels(accuracies)
    k = found[0].interval.k
    if k == 1:
        several = "s" if len(found) > 1 else ""
        return f"one seed says nothing about the difference{several}"
    if len(found) == 1:
        return _verdict(found[0], f" points over {k} seeds")
    told = "; ".join(_verdict(duel, " points") for duel in found)
    together = {3: "all three"}.get(len(found), f"all {len(found)}")
    return f"{told} (over {k} seeds; {together} hold together with 95 %)"


def _verdict(duel: Duel, unit: str) -> str:
    numbers = points(duel.interval)
    if duel.interval.tells:
        return f"{duel.better} ahead of {duel.other} by {numbers}{unit}"
    names = f"{duel.better} and {duel.other}"
    return f"no difference to be seen between {names} ({numbers}{unit})"


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


def _contestant(budget: int, cell: Cell, base: RunConfig) -> RunConfig:
    most = RUN_LIMITS["hidden_size"]
    sizes = range(1, most + 2)  # the last one only says whether there would be room for more
    hidden = bisect_right(sizes, budget, key=lambda size: _count(_model(cell, size, base)))
    name = cell.upper()
    if hidden == 0:
        least = _count(_model(cell, 1, base))
        raise ValueError(
            f"a budget of {budget:,} parameters is too small: the {name} of one unit has {least:,}"
        )
    if hidden > most:
        top = _count(_model(cell, most, base))
        raise ValueError(
            f"a budget of {budget:,} parameters is no fair race: the {name} may have {most} units, "
            f"which are {top:,} parameters"
        )
    bias = base.training.forget_bias if cell == "lstm" else None
    training = replace(base.training, forget_bias=bias)
    return replace(base, model=_model(cell, hidden, base), training=training)


def _model(cell: Cell, hidden_size: int, base: RunConfig) -> ModelConfig:
    return replace(base.model, cell=cell, hidden_size=hidden_size)


def _count(model: ModelConfig) -> int:
    """Count a network's parameters, those of its head included; none of them is allocated."""
    with torch.device("meta"):
        return sum(p.numel() for p in SequenceClassifier(model).parameters())


def _reseeded(run: RunConfig, distance: int) -> RunConfig:
    training = replace(run.training, seed=run.training.seed + distance)
    return replace(run, training=training)
