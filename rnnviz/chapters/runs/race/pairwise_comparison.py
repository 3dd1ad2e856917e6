"""Pairwise comparison of a race's networks: an interval for each pair, and a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from rnnviz.training.statistics import Interval, interval, points


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
