"""Results of a search: fit and overfit by setting, and whether the best trial is better."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from rnnviz.chapters.runs.search.plan import Range, Space, Value
from rnnviz.chapters.runs.search.trials import Trial
from rnnviz.data.mnist_sizes import FOLD_DIGITS
from rnnviz.training.statistics import Interval, interval

Z = 1.959963984540054  # of 95 %


@dataclass(frozen=True)
class FitPoint:
    """What came of one value of a setting.

    Attributes:
        value: Of the setting.
        kind: Value of the other setting that varies; None if none does.
        train: Accuracy on the training digits, of each fold.
        held_out: Accuracy on the held-out digits, of each fold.
    """

    value: float
    kind: Value
    train: tuple[float, ...]
    held_out: tuple[float, ...]


@dataclass(frozen=True)
class Verdict:
    """What the numbers allow to be said of the best trial.

    Attributes:
        best: The one with the highest mean.
        second: The next one with other values; None if there is none.
        error: Half of the 95 % interval of the best one's share, by the number of digits that were
            read alone: how far chance in these digits may move it.
        interval: Of best minus second over the folds; None with one fold.
    """

    best: Trial
    second: Trial | None
    error: float
    interval: Interval | None


def axes(space: Space) -> tuple[str, str | None] | None:
    """Return the setting to draw results against, and the one that tells lines apart, if any.

    There must be one setting of numbers alone, and at most one more; None if it is not so.
    """
    numbers = [name for name, choices in space.settings.items() if _is_numeric(choices)]
    others = [name for name in space.settings if name not in numbers]
    if len(numbers) != 1 or len(others) > 1:
        return None
    return numbers[0], others[0] if others else None


def fit(trials: Iterable[Trial], space: Space) -> tuple[FitPoint, ...]:
    """Return a point for each trial that was judged, by kind and then by value; see `axes`."""
    found = axes(space)
    if found is None:
        return ()
    number, other = found
    points = {
        (trial.values[number], trial.values.get(other or "")): trial
        for trial in trials
        if trial.state == "done"
    }
    kinds = list(dict.fromkeys(kind for _, kind in points))
    return tuple(
        FitPoint(float(value or 0), kind, trial.train, trial.held_out)
        for (value, kind), trial in sorted(
            points.items(), key=lambda item: (kinds.index(item[0][1]), float(item[0][0] or 0))
        )
    )


def verdict(ranked: tuple[Trial, ...]) -> Verdict | None:
    """Compare the best trial with the second, fold by fold.

    Both were chosen by looking at all results, so the interval is widened until those of all pairs
    of trials hold together with 95 % (Bonferroni), as in a race. The folds of a trial learn nearly
    the same digits: the interval is over held-out digits and seeds, not over what was learnt.

    Args:
        ranked: The trials that were judged, the best first.
    """
    if not ranked:
        return None
    best = ranked[0]
    share, read = best.accuracy or 0.0, FOLD_DIGITS * len(best.held_out)
    error = Z * math.sqrt(share * (1 - share) / read)
    others = {tuple(trial.values.items()): trial for trial in reversed(ranked)}
    second = next((trial for trial in ranked if trial.values != best.values), None)
    if second is None or len(best.held_out) < 2:
        return Verdict(best, second, error, None)
    pairs = math.comb(len(others), 2)
    found = interval(best.held_out, second.held_out, comparisons=pairs)
    return Verdict(best, second, error, found)


def _is_numeric(choices: tuple[Value, ...] | Range) -> bool:
    if isinstance(choices, Range):
        return True
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in choices)
