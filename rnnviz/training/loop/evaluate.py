"""Evaluation of a classifier: logits, accuracy, and accuracy by row; leaves the model unchanged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rnnviz.core.inspect.reading import belief
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.mnist import Digits, rows

Sequences = Callable[[Tensor], Tensor]

BATCH = 500  # digits in one reading; `bench evaluate` tells what others cost
STATES_AT_ONCE = 14_000  # T·B in one reading that keeps the belief after every row


def logits(
    model: nn.Module, images: Tensor, *, sequences: Sequences = rows, batch_size: int = BATCH
) -> Tensor:
    """Read digits in large batches; the model's training flags are as before afterwards.

    Args:
        model: From sequences, float32 (T, B, I), to logits (B, K).
        images: Grey values, uint8, shape (N, 28, 28), on the model's device.
        sequences: From pictures to sequences, float32 (T, B, I).
        batch_size: Digits at once.

    Returns: Logits, shape (N, K), without a graph.
    """
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            return torch.cat([model(sequences(part)) for part in torch.split(images, batch_size)])
    finally:
        for module, flag in flags:
            module.training = flag


def accuracy(
    model: nn.Module, digits: Digits, *, sequences: Sequences = rows, batch_size: int = BATCH
) -> float:
    """Return the share of digits that a classifier reads right, 0…1."""
    found = logits(model, digits.images, sequences=sequences, batch_size=batch_size)
    guesses = found.argmax(1)
    return (guesses == digits.labels).double().mean().item()


@dataclass(frozen=True, eq=False)
class RowAccuracy:
    """How many digits are read right if the reading stops at a row.

    Attributes:
        read: Digits read so far.
        right: Of them, those read right after each row, int64, shape (T,).
        by_class: The same for each class, int64, shape (T, K).
        labels: Digits of each class read so far, int64, shape (K,).
    """

    read: int
    right: Tensor
    by_class: Tensor
    labels: Tensor

    @property
    def accuracy(self) -> Tensor:
        """Share of digits read right after each row, shape (T,)."""
        return self.right.double() / self.read


def accuracy_by_row(
    model: SequenceClassifier, digits: Digits, *, sequences: Sequences = rows
) -> Iterator[RowAccuracy]:
    """Read digits and tell, again and again, how many are read right if reading stops at a row.

    What the answer would be at a row is said by `reading.belief`; the last row's is the
    model's own. In two directions T readings of up to T rows are made of each digit.

    Args:
        model: The classifier; left as found.
        digits: At least one.
        sequences: From pictures to sequences, float32 (T, B, I).

    Yields: The counts over all digits read so far, after each chunk; the last over all.

    Raises:
        ValueError: If there is no digit, or the sequences do not fit the model.
    """
    if not len(digits):
        raise ValueError("at least one digit must be read")
    K = model.num_classes
    T = len(sequences(digits.images[:1]))
    by_class, labels = (digits.labels.new_zeros(*shape) for shape in ((T, K), (K,)))
    count = max(1, STATES_AT_ONCE // T)
    for start in range(0, len(digits), count):
        part = digits[start : start + count]
        with torch.inference_mode():  # not around the yield: it would reach whoever listens
            right = belief(model, sequences(part.images)).argmax(-1) == part.labels  # (T, B)
            classes = nn.functional.one_hot(part.labels, K)  # (B, K)
            found, there = (right.double() @ classes.double()).long(), classes.sum(0)
        by_class, labels = by_class + found, labels + there
        read = min(start + count, len(digits))
        yield RowAccuracy(read, by_class.sum(1), by_class, labels)
