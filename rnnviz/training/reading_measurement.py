"""Accuracy of an uploaded classifier under all plausible readings, on held-out training digits.

A pass over one kind of input serves all kinds of features. A few digits discard most kinds of
input, and more digits rank the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import torch
from torch import Tensor

from rnnviz.core.config import Pooling
from rnnviz.core.model_variants import can_exchange_directions, with_pooling
from rnnviz.core.models import SequenceClassifier
from rnnviz.data import folds
from rnnviz.data.mnist import Digits
from rnnviz.data.mnist_sizes import TimeStep
from rnnviz.data.sequences import sequences
from rnnviz.training.uploaded_readings import INPUTS, POOLINGS, TIME_STEPS, Candidates, Reading

FOLD = 0  # of the training digits
DIGITS = 1000  # that rank the best ways

# Digits in each stage, at least, for a network of `_LARGE` and at most; how many kinds of input go
# on, and how far these may be behind the best.
_SIZES = ((10, 20, 100), (20, 100, 100), (100, DIGITS, DIGITS))
_GO_ON = ((6, 0.35), (2, 0.15), (2, 1.0))
_LARGE = 1_300_000  # recurrent weights: an LSTM of 512 units has 1,110,016
_PIECE = 25_000_000  # weights times digits between two looks: 0.1 s


@dataclass(frozen=True)
class Progress:
    """State of a measurement.

    Attributes:
        done: Fraction of the work that is done, in [0, 1].
        ways: Number of kinds of input that are still compared.
        readings: All ways with their accuracy, the best first; those that were read most come
            first. Empty before the end.
    """

    done: float
    ways: int
    readings: tuple[Reading, ...] = ()


def measure(candidates: Candidates, digits: Digits) -> Iterator[Progress]:
    """Measure the accuracy of networks under all plausible ways of reading, in short pieces.

    Args:
        candidates: Networks that a file may hold, each with a label of what it assumes; the first
            is the default. In eval mode and on one device; left as found.
        digits: From `held_out`, on the same device.

    Returns: Progress after each piece; the last one has the readings.
    """
    trials = [
        _Trial(inputs, time_step, group)
        for group in _groups(candidates)
        for inputs in INPUTS
        for time_step in TIME_STEPS
    ]
    default, kept, done = trials[0], trials, 0
    sizes = [min(size, len(digits)) for size in stage_sizes(candidates[0][1])]
    for stage, (ways, margin) in enumerate(_GO_ON):
        for trial in kept:
            while trial.read < sizes[stage]:
                done += trial.go_on(digits, sizes[stage])
                left = _left(kept, sizes, stage)
                yield Progress(done / (done + left) if left else 1.0, len(kept))
        kept = _best(kept, ways, margin, default)
    found = [reading for trial in trials for reading in trial.readings()]
    found.sort(key=lambda one: (-one.digits, -one.accuracy))  # stable: the default before its like
    yield Progress(1.0, len(kept), tuple(found))


def held_out(load: Callable[[bool], Digits], count: int = DIGITS) -> Digits:
    """Return training digits of one fold, the classes in turn, so that the first 10 are all ten.

    Args:
        load: As in `folds.split`.
        count: Number of digits.
    """
    every = load(True)
    fold = every[folds.members(FOLD, every.labels)]
    place = torch.empty_like(fold.labels)  # of a digit among those of its class
    for digit in range(10):
        of_class = fold.labels == digit
        place[of_class] = torch.arange(int(of_class.sum()))
    return fold[(place * 10 + fold.labels).argsort()[:count]]


def stage_sizes(model: SequenceClassifier) -> tuple[int, ...]:
    """Return the number of digits that each stage has read at its end, fewer for a large network.

    All stages together then take about the time that they take for an LSTM of 512 units, some 6 s
    on one core, but the last reads 100 digits at least.
    """
    share = _LARGE / _weights(model)
    return tuple(
        min(most, max(least, int(size * share) // 10 * 10)) for least, size, most in _SIZES
    )


@dataclass(eq=False)
class _Group:
    """Candidates that have the same recurrent network, by their index."""

    members: list[tuple[int, str, SequenceClassifier]]

    def readings(self, inputs: str, time_step: TimeStep) -> list[Reading]:
        """Return all ways to read the states, without accuracies, the default first."""
        return [
            Reading(inputs, time_step, pooling, exchanged, index, label)
            for index, label, model in self.members
            for pooling in _poolings(model)
            for exchanged in ((False, True) if can_exchange_directions(model) else (False,))
        ]


@dataclass(eq=False)
class _Trial:
    """One kind of input to the candidates of a group, and the digits predicted correctly so far."""

    inputs: str
    time_step: TimeStep
    group: _Group
    read: int = 0
    correct: dict[Reading, int] = field(default_factory=dict)

    def go_on(self, digits: Digits, size: int) -> int:
        """Read some more digits, up to `size` of them; return how many."""
        rnn_owner = self.group.members[0][2]
        count = min(size - self.read, max(8, _PIECE // _weights(rnn_owner)))
        part = digits[self.read : self.read + count]
        scale, shift = INPUTS[self.inputs]
        models = {index: model for index, _, model in self.group.members}
        with torch.inference_mode():
            x = sequences(part.images, self.time_step)
            output, state = rnn_owner.rnn(x.mul_(scale).add_(shift))
            for one in self.group.readings(self.inputs, self.time_step):
                features = _features(models[one.candidate], one, output, state)
                found = models[one.candidate].head(features).argmax(-1)
                right = int((found == part.labels).sum())
                self.correct[one] = self.correct.get(one, 0) + right
        self.read += count
        return count

    @property
    def best(self) -> float:
        """Accuracy of the best way to read the states."""
        return max(self.correct.values()) / self.read

    def readings(self) -> list[Reading]:
        """Return all ways to read the states with their accuracies."""
        return [
            replace(one, correct=correct, digits=self.read) for one, correct in self.correct.items()
        ]


def _features(
    model: SequenceClassifier,
    reading: Reading,
    output: Tensor,
    state: Tensor | tuple[Tensor, Tensor],
) -> Tensor:
    """Return what the head reads, (B, D·P) or whatever the model's own pooling gives."""
    own = reading.pooling == model.config.pooling
    features = (model if own else with_pooling(model, reading.pooling)).pool(output, state)
    return features.roll(model.config.output_size, -1) if reading.exchanged else features


def _groups(candidates: Candidates) -> list[_Group]:
    groups: list[_Group] = []
    for index, (label, model) in enumerate(candidates):
        member = (index, label, model)
        for group in groups:
            if _same_network(group.members[0][2], model):
                group.members.append(member)
                break
        else:
            groups.append(_Group([member]))
    return groups


def _same_network(one: SequenceClassifier, other: SequenceClassifier) -> bool:
    if one.rnn is other.rnn:
        return True
    if replace(one.config, pooling="last") != replace(other.config, pooling="last"):
        return False
    mine, theirs = one.rnn.state_dict(), other.rnn.state_dict()
    return mine.keys() == theirs.keys() and all(
        torch.equal(value, theirs[name]) for name, value in mine.items()
    )


def _poolings(model: SequenceClassifier) -> tuple[Pooling, ...]:
    """Return what the head may read; its own pooling alone if that is determined by its width."""
    if model.config.pooling not in POOLINGS:
        return (model.config.pooling,)
    return tuple(p for p in POOLINGS if p != "output" or model.config.bidirectional)


def _best(trials: list[_Trial], ways: int, margin: float, default: _Trial) -> list[_Trial]:
    """Return the default and the best others that are not further behind than the margin."""
    best = max(trial.best for trial in trials)
    others = sorted((t for t in trials if t is not default), key=lambda t: -t.best)
    return [default, *(t for t in others[:ways] if t.best >= best - margin)]


def _left(trials: list[_Trial], sizes: Sequence[int], stage: int) -> int:
    """Return how many digits are left to read if as many trials go on as may."""
    left = sum(max(0, sizes[stage] - trial.read) for trial in trials)
    for later, (before, after) in enumerate(pairwise(sizes)):
        if later >= stage:
            left += (_GO_ON[later][0] + 1) * (after - before)
    return left


def _weights(model: SequenceClassifier) -> int:
    return sum(parameter.numel() for parameter in model.rnn.parameters())
