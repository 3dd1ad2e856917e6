"""What the numbers mean, the same everywhere: belief after each row, and the row that decided."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.core.models import SequenceClassifier

# Prefixes in one call for two directions: at T = 28 and H = 128 some 30 MB a layer.
PREFIXES_AT_ONCE = 2048


@dataclass(frozen=True)
class Reading:
    """How a classifier read a batch of sequences.

    Attributes:
        belief: Probabilities after each row, shape (T, B, K).
        h: What the top layer put out, shape (T, B, D·P).
        decided_row: The row that decided, counted from 1, shape (B,).
    """

    belief: Tensor
    h: Tensor
    decided_row: Tensor

    @property
    def probabilities(self) -> Tensor:
        """The final answer, shape (B, K)."""
        return self.belief[-1]

    @property
    def digit(self) -> Tensor:
        """The most probable class of the final answer, int64, shape (B,)."""
        return self.probabilities.argmax(dim=-1)


def read(model: SequenceClassifier, x: Tensor) -> Reading:
    """Read a batch of sequences without autograd and without dropout.

    Args:
        model: The classifier; left as found.
        x: Input, shape (T, B, I).

    Returns: The reading.

    Raises:
        ValueError: If x is not (T, B, I) with at least one row.
    """
    _check_input(model, x)
    with torch.inference_mode(), _evaluating(model):
        h, _ = model.rnn(x)  # (T, B, D·P)
        after_rows = _prefix_belief(model, x) if model.config.bidirectional else _head(model, h)
        return Reading(belief=after_rows, h=h, decided_row=decided_row(after_rows))


def belief(model: SequenceClassifier, x: Tensor) -> Tensor:
    """What the model would answer if the sequence ended here, for every row.

    In one direction that is the head applied to the top layer's h_t; the head was trained on the
    last row alone. In two directions rows 1…t are read again as a sequence of their own, since the
    reverse direction begins with the last row. Either way the last row's belief is the model's
    answer: belief[-1] equals softmax(model(x)), dropout aside.

    Args:
        model: The classifier; left as found.
        x: Input, shape (T, B, I).

    Returns: Probabilities, shape (T, B, K).

    Raises:
        ValueError: If x is not (T, B, I) with at least one row.
    """
    _check_input(model, x)
    with _evaluating(model):
        if model.config.bidirectional:
            return _prefix_belief(model, x)
        h, _ = model.rnn(x)  # (T, B, P)
        return _head(model, h)


def decided_row(belief: Tensor) -> Tensor:
    """The first row from which the answer is the final one at all later rows.

    Args:
        belief: Probabilities, or any scores, after each row, shape (T, B, K).

    Returns: Rows counted from 1, int64, shape (B,).
    """
    answer = belief.argmax(dim=-1)  # (T, B)
    agrees = (answer == answer[-1]).long()
    agreeing_at_the_end = agrees.flip(0).cumprod(dim=0).sum(dim=0)  # (B,)
    return len(answer) - agreeing_at_the_end + 1


def _head(model: SequenceClassifier, h: Tensor) -> Tensor:
    """Apply the head to every row: (T, B, P) -> probabilities (T, B, K)."""
    logits: Tensor = model.head(h)
    return logits.softmax(dim=-1)


def _prefix_belief(model: SequenceClassifier, x: Tensor) -> Tensor:
    """Read every prefix as a sequence of its own: (T, B, I) -> probabilities (T, B, K)."""
    sequences = max(1, PREFIXES_AT_ONCE // len(x))
    parts = torch.split(x, sequences, dim=1)
    return torch.cat([_read_prefixes(model, part) for part in parts], dim=1)


def _read_prefixes(model: SequenceClassifier, x: Tensor) -> Tensor:
    """Read all prefixes of x (T, B, I) in one call, the longest first."""
    T, B, I = x.shape
    lengths = torch.arange(T, 0, -1).repeat_interleave(B)  # (T·B,)
    copies = x.unsqueeze(1).expand(T, T, B, I).reshape(T, T * B, I)
    _, state = model.rnn(pack_padded_sequence(copies, lengths))
    return model.read(state).softmax(dim=-1).view(T, B, -1).flip(0)


def _check_input(model: SequenceClassifier, x: Tensor) -> None:
    I = model.config.input_size
    if x.dim() != 3 or x.shape[0] == 0 or x.shape[-1] != I:
        raise ValueError(f"x must be (T, B, I) = (T ≥ 1, B, {I}), got {tuple(x.shape)}")


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Switch dropout off inside; afterwards every submodule has its own flag again."""
    training = [module for module in model.modules() if module.training]
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True
