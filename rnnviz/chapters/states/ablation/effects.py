"""Effect of interventions on accuracy, beside that of as many random units, in chunks of digits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev

import torch
from torch import Tensor

from rnnviz.core.inspect.layer_trace import Direction
from rnnviz.core.intervene.apply_interventions import Means, answers
from rnnviz.core.intervene.checks import check_fits
from rnnviz.core.intervene.intervention_spec import Intervention
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.mnist import Digits, rows
from rnnviz.training.loop.evaluate import Sequences
from rnnviz.training.statistics import student_quantile

CHUNK = 1000  # digits read in one call; 250 to 2,000 are about as quick
DRAWS = 20


@dataclass(frozen=True, eq=False)
class Effect:
    """What a change does to the answers on the digits read so far.

    Attributes:
        total: So many digits there are in all.
        labels: What they are, int64, shape (N,) with N ≤ total.
        before: What the network answers as it is, int64, shape (N,).
        after: What it answers when it is changed, int64, shape (N,).
    """

    total: int
    labels: Tensor
    before: Tensor
    after: Tensor

    @property
    def done(self) -> int:
        """So many digits were read."""
        return len(self.labels)

    @property
    def accuracy_before(self) -> float:
        """Share of right answers as it is, 0…1."""
        return int((self.before == self.labels).sum()) / self.done

    @property
    def accuracy_after(self) -> float:
        """Share of right answers when it is changed, 0…1."""
        return int((self.after == self.labels).sum()) / self.done

    def per_class(self, K: int = 10) -> tuple[Tensor, Tensor, Tensor]:
        """Count by class: digits, right before and right after, each int64, shape (K,)."""
        count = torch.bincount(self.labels, minlength=K)
        right_before = torch.bincount(self.labels[self.before == self.labels], minlength=K)
        right_after = torch.bincount(self.labels[self.after == self.labels], minlength=K)
        return count, right_before, right_after


@dataclass(frozen=True)
class Control:
    """Accuracy when as many units, drawn by chance, are changed instead, of the draws so far.

    Attributes:
        accuracies: Of each draw that is complete, 0…1.
        done: Digits read, over all draws.
        total: So many will be.
    """

    accuracies: tuple[float, ...]
    done: int
    total: int

    @property
    def mean(self) -> float | None:
        """Mean accuracy over the draws; None before the first is complete."""
        return fmean(self.accuracies) if self.accuracies else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where one more draw would fall, 95 times in 100; None before there are five draws.

        Student's prediction interval, mean ± t · s · √(1 + 1/n), cut at 0 and 1. Not the interval
        of the mean: that shrinks as draws are added, and would call any chosen units special. Nor
        lowest and highest draw: of 20, one more lies between them only 19 times in 21. It takes the
        draws to be about normal; `as_bad` does not.
        """
        n = len(self.accuracies)
        if n < 5:
            return None
        mean = fmean(self.accuracies)
        reach = student_quantile(0.95, n - 1) * stdev(self.accuracies) * math.sqrt(1 + 1 / n)
        return max(mean - reach, 0.0), min(mean + reach, 1.0)

    def as_bad(self, accuracy: float) -> int:
        """Return how many draws came out at this accuracy or below it."""
        return sum(one <= accuracy for one in self.accuracies)


def effect(
    model: SequenceClassifier,
    digits: Digits,
    interventions: Sequence[Intervention],
    *,
    means: Means | None = None,
    before: Tensor | None = None,
    sequences: Sequences = rows,
    chunk: int = CHUNK,
) -> Iterator[Effect]:
    """Read digits with a network as it is and as it is changed.

    Stop asking, and it stops: nothing is read ahead.

    Args:
        model: The classifier; left as found, and read without dropout.
        digits: On the model's device.
        interventions: As `apply_interventions.run` takes them.
        means: As there.
        before: Answers of the network as it is, if they are known, int64, shape (N,): half of the
            time is saved.
        sequences: From pictures to sequences, float32 (T, B, I).
        chunk: Digits at once.

    Yields: After every chunk what is known so far; the last one is of all digits.

    Raises:
        ValueError: As `apply_interventions.run`, or if there are no digits.
    """
    if not len(digits) or chunk < 1:
        raise ValueError(f"digits and chunk must be 1 or more, got {len(digits)} and {chunk}")
    was: list[Tensor] = []
    now: list[Tensor] = []
    for start in range(0, len(digits), chunk):
        part = digits[start : start + chunk]
        with torch.no_grad():
            x = sequences(part.images)
            known = None if before is None else before[start : start + chunk]
            was.append(answers(model, x).argmax(-1) if known is None else known)
            now.append(answers(model, x, interventions, means=means).argmax(-1))
        labels = digits.labels[: start + len(part)]
        yield Effect(len(digits), labels, torch.cat(was), torch.cat(now))


def control(
    model: SequenceClassifier,
    digits: Digits,
    interventions: Sequence[Intervention],
    *,
    seed: int = 0,
    draws: int = DRAWS,
    means: Means | None = None,
    sequences: Sequences = rows,
    chunk: int = CHUNK,
) -> Iterator[Control]:
    """Do the same to as many units drawn by chance, several times over.

    Each draw relabels the units of a layer and direction by chance and changes the units that have
    the chosen ones' numbers then: as many, in the same layers, rows and gates, and what meets in
    one unit still does. The chosen ones may be among them.

    Args:
        model: As for `effect`.
        digits: As for `effect`, and the same ones if the two are to be compared.
        interventions: What was done to the chosen units.
        seed: Of the draws.
        draws: How many, 5 or more.
        means: As for `effect`.
        sequences: As for `effect`.
        chunk: As for `effect`.

    Yields: After every chunk the draws that are complete so far.

    Raises:
        ValueError: If no other units could be drawn, or as `effect`.
    """
    if draws < 5:
        raise ValueError(f"draws must be 5 or more, got {draws}")
    if not len(digits) or chunk < 1:
        raise ValueError(f"digits and chunk must be 1 or more, got {len(digits)} and {chunk}")
    widths = [check_fits(model.rnn, one) for one in interventions]
    both = zip(interventions, widths, strict=True)
    if all(one.units is None or len(one.units) == width for one, width in both):
        raise ValueError("all units are changed: there are no others to draw")
    generator = torch.Generator().manual_seed(seed)
    so_far = Control((), 0, draws * len(digits))
    for _ in range(draws):
        drawn = _relabelled(interventions, widths, generator)
        right = 0
        for start in range(0, len(digits), chunk):
            part = digits[start : start + chunk]
            with torch.no_grad():
                guesses = answers(model, sequences(part.images), drawn, means=means).argmax(-1)
            right += int((guesses == part.labels).sum())
            so_far = replace(so_far, done=so_far.done + len(part))
            if start + len(part) == len(digits):
                so_far = replace(so_far, accuracies=(*so_far.accuracies, right / len(digits)))
            yield so_far


def _relabelled(
    interventions: Sequence[Intervention], widths: Sequence[int], generator: torch.Generator
) -> list[Intervention]:
    """Draw new numbers for the units of each layer and direction; of an LSTM's P its own."""
    numbers: dict[tuple[int, Direction, int], list[int]] = {}
    drawn = []
    for one, width in zip(interventions, widths, strict=True):
        place = (one.layer, one.direction, width)
        if place not in numbers:
            numbers[place] = torch.randperm(width, generator=generator).tolist()
        of = numbers[place]
        units = None if one.units is None else tuple(sorted(of[unit] for unit in one.units))
        drawn.append(replace(one, units=units))
    return drawn
