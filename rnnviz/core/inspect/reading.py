"""Predicted probabilities after each time step, and the step from which the prediction is final."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnviz.core.models import SequenceClassifier

# Time steps in one call for two directions, padding included: at H = 128 some 60 MB a layer. At
# T = 28 these are 2,048 prefixes.
STEPS_AT_ONCE = 57_344


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
    check_input(model, x)
    with torch.inference_mode(), evaluating(model):
        h, _ = model.rnn(x)  # (T, B, D·P)
        both_ways = model.config.bidirectional
        after_rows = _prefix_belief(model, x) if both_ways else row_belief(model, h)
        return Reading(belief=after_rows, h=h, decided_row=decided_row(after_rows))


def belief(model: SequenceClassifier, x: Tensor) -> Tensor:
    """What the model would answer if the sequence ended here, for every row.

    In one direction that is the head applied to the top layer's h_t, or to the mean or the maximum
    of h_1…h_t, as the model pools, or if it reads all rows to h_1…h_t with 0 for h of the rows not
    yet read; the head was trained on whole sequences alone. In two directions
    rows 1…t are read again as a sequence of their own, since the reverse direction begins with the
    last row: T readings of up to T rows. Either way the last row's belief is the model's answer:
    belief[-1] equals softmax(model(x)), dropout aside.

    Args:
        model: The classifier; left as found.
        x: Input, shape (T, B, I).

    Returns: Probabilities, shape (T, B, K).

    Raises:
        ValueError: If x is not (T, B, I) with at least one row.
    """
    check_input(model, x)
    with evaluating(model):
        if model.config.bidirectional:
            return _prefix_belief(model, x)
        h, _ = model.rnn(x)  # (T, B, P)
        return row_belief(model, h)


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


def row_belief(model: SequenceClassifier, h: Tensor) -> Tensor:
    """Apply the head after every row, as the model pools: (T, B, P) -> probabilities (T, B, K).

    A head that reads all rows gets 0 for h of the rows not yet read.
    """
    if model.config.pooling == "all":
        prefixes = (model.flattened(h[:t]) for t in range(1, len(h) + 1))  # each (B, T·P)
        return torch.stack([probabilities_of(model, features) for features in prefixes])
    if model.config.pooling == "mean":
        rows = torch.arange(1, len(h) + 1, device=h.device)
        h = h.cumsum(0) / rows.view(-1, 1, 1)
    elif model.config.pooling == "max":
        h = h.cummax(0).values
    return probabilities_of(model, h)


def probabilities_of(model: SequenceClassifier, features: Tensor) -> Tensor:
    """Apply the head to what it reads: (…, D·P) -> probabilities (…, K)."""
    if isinstance(model.head, nn.Linear):
        logits: Tensor = model.head(features)
        return logits.softmax(dim=-1)
    with evaluating(model.head):
        logits = model.head(features.flatten(0, -2))  # BatchNorm1d takes (N, D·P)
    return logits.view(*features.shape[:-1], -1).softmax(dim=-1)


def _prefix_belief(model: SequenceClassifier, x: Tensor) -> Tensor:
    """Read every prefix as a sequence of its own: (T, B, I) -> probabilities (T, B, K)."""
    T = len(x)
    parts = []
    for part in torch.split(x, max(1, STEPS_AT_ONCE // T**2), dim=1):
        rows: list[Tensor] = []
        longest = T
        while longest:
            count = min(longest, max(1, STEPS_AT_ONCE // (longest * part.shape[1])))
            rows.append(_read_prefixes(model, part[:longest], count))
            longest -= count
        parts.append(torch.cat(rows).flip(0))
    return torch.cat(parts, dim=1)


def _read_prefixes(model: SequenceClassifier, x: Tensor, count: int) -> Tensor:
    """Read the `count` longest prefixes of x (T, B, I) in one call -> (count, B, K), longest first.

    They are packed: the reverse direction must begin with a prefix's own last row.
    """
    T, B, I = x.shape
    lengths = torch.arange(T, T - count, -1).repeat_interleave(B)  # (count·B,)
    copies = x.unsqueeze(1).expand(T, count, B, I).reshape(T, count * B, I)
    output, state = model.rnn(pack_padded_sequence(copies, lengths))
    pooled = model.config.pooling != "last"
    features = _pool_prefixes(model, output) if pooled else model.last(state)
    return probabilities_of(model, features).view(count, B, -1)


def _pool_prefixes(model: SequenceClassifier, output: PackedSequence) -> Tensor:
    """Pool each prefix over its own rows, (count·B, D·P), with a padding that changes nothing."""
    if model.config.pooling == "all":
        return model.flattened(pad_packed_sequence(output)[0])  # (count·B, T·D·P)
    if model.config.pooling == "max":
        return pad_packed_sequence(output, padding_value=-torch.inf)[0].max(0).values
    h, lengths = pad_packed_sequence(output)  # (T, count·B, D·P)
    if model.config.pooling == "output":
        return h[lengths - 1, torch.arange(h.shape[1])]
    return h.sum(0) / lengths.to(h.device).unsqueeze(-1)


def check_input(model: SequenceClassifier, x: Tensor) -> None:
    """Raise ValueError unless x is (T, B, I) with at least one row and the model's I."""
    I = model.config.input_size
    if x.dim() != 3 or x.shape[0] == 0 or x.shape[-1] != I:
        raise ValueError(f"x must be (T, B, I) = (T ≥ 1, B, {I}), got {tuple(x.shape)}")


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Switch dropout off inside; afterwards every submodule has its own flag again."""
    training = [module for module in model.modules() if module.training]
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True
