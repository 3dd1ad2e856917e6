"""Ranking of a layer's units by the effect of ablating each one, on many digits or on one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnviz.core.inspect.layer_trace import Direction
from rnnviz.core.intervene.apply_interventions import answers
from rnnviz.core.intervene.checks import check_fits
from rnnviz.core.intervene.each_unit import without_each
from rnnviz.core.intervene.intervention_spec import Intervention
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.mnist import Digits, rows
from rnnviz.training.loop.evaluate import Sequences

UNITS_AT_ONCE = 8  # each out in a copy of its own
CHUNK = 250  # digits in each copy: what one step holds then stays near the processor


@dataclass(frozen=True, eq=False)
class Ranking:
    """What is lost when each unit by itself is out, of the units and digits read so far.

    Attributes:
        units: The units that were read through, in the order of the other fields, shape (U,).
        accuracy_drop: Share of right answers lost, 0…1, or below 0 if it does better without,
            float64, shape (U,); None for one digit.
        log_prob_drop: Mean log-probability of the true class that is lost; for one digit, of the
            network's own answer. Float64, shape (U,).
        done: Readings of a digit without a unit that were made.
        total: So many there will be.
    """

    units: Tensor
    accuracy_drop: Tensor | None
    log_prob_drop: Tensor
    done: int
    total: int

    def most(self, count: int = 10) -> tuple[int, ...]:
        """Return the units that matter most: by accuracy, and where that ties by log-probability.

        Units that tie in both come in the order of their numbers.
        """
        keys = [] if self.accuracy_drop is None else [self.accuracy_drop.tolist()]
        keys.append(self.log_prob_drop.tolist())
        order = sorted(range(len(self.units)), key=lambda k: [-key[k] for key in keys])
        return tuple(self.units[order[:count]].tolist())


def rank_units(
    model: SequenceClassifier,
    digits: Digits,
    layer: int,
    direction: Direction = "forward",
    *,
    sequences: Sequences = rows,
    chunk: int = CHUNK,
) -> Iterator[Ranking]:
    """Take every unit of a layer out by itself, h = 0 in all rows, and see what is lost.

    Eight units at a time are folded into the batch. Stop asking, and it stops.

    Args:
        model: The classifier; left as found, and read without dropout.
        digits: On the model's device.
        layer: Counted from 0.
        direction: "forward" or "reverse".
        sequences: From pictures to sequences, float32 (T, B, I).
        chunk: Digits at once.

    Yields: What is known so far, after each piece of digits; `units` grows by eight.

    Raises:
        ValueError: If the network has no such layer or direction, or there are no digits.
    """
    width = check_fits(model.rnn, Intervention(layer, direction, "h", None))
    if not len(digits) or chunk < 1:
        raise ValueError(f"digits and chunk must be 1 or more, got {len(digits)} and {chunk}")
    parts = [digits[start : start + chunk] for start in range(0, len(digits), chunk)]
    with torch.no_grad():
        plain = torch.stack([_scores(answers(model, sequences(p.images)), p.labels) for p in parts])
    plain = plain.sum(0)  # right answers and log-probabilities, (2,)
    lost, done, total = plain.new_zeros(0, 2), 0, width * len(digits)
    for units in torch.split(torch.arange(width), UNITS_AT_ONCE):
        sums = plain.new_zeros(len(units), 2)
        for k, part in enumerate(parts):
            x = sequences(part.images)
            sums += _scores(without_each(model, x, layer, direction, units.tolist()), part.labels)
            done += len(units) * len(part)
            if k + 1 == len(parts):
                lost = torch.cat((lost, (plain - sums) / len(digits)))  # (U, 2)
            yield Ranking(torch.arange(len(lost)), lost[:, 0], lost[:, 1], done, total)


def rank_units_for(
    model: SequenceClassifier, x: Tensor, layer: int, direction: Direction = "forward"
) -> Ranking:
    """Take every unit of a layer out by itself while one digit is read, all in one batch.

    Args:
        model: The classifier; left as found, and read without dropout.
        x: The digit, shape (T, 1, I).
        layer: Counted from 0.
        direction: "forward" or "reverse".

    Returns: What each unit's loss takes from the log-probability of the network's own answer.

    Raises:
        ValueError: If x is not one digit, or the network has no such layer or direction.
    """
    if x.dim() != 3 or x.shape[1] != 1:
        raise ValueError(f"x must be one digit, (T, B, I) with B = 1, got {tuple(x.shape)}")
    with torch.no_grad():
        logits = torch.cat((answers(model, x), without_each(model, x, layer, direction)[:, 0]))
    log_probs = logits.cpu().double().log_softmax(-1)  # the first as it is, (1 + U, K)
    answer = log_probs[0].argmax()
    lost = log_probs[0, answer] - log_probs[1:, answer]
    return Ranking(torch.arange(len(lost)), None, lost, len(lost), len(lost))


def _scores(logits: Tensor, labels: Tensor) -> Tensor:
    """Right answers and log-probability of the true class, summed: (…, B, K) -> (…, 2)."""
    logits, labels = logits.cpu().double(), labels.cpu()  # some GPUs have no float64
    true = labels.expand(logits.shape[:-1]).unsqueeze(-1)  # (…, B, 1)
    log_probs = logits.log_softmax(-1).gather(-1, true).sum((-2, -1))
    right = (logits.argmax(-1) == labels).double().sum(-1)
    return torch.stack((right, log_probs), dim=-1)
