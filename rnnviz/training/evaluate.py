"""How well a classifier reads, measured without leaving a trace in it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from rnnviz.data.mnist import Digits, rows

Sequences = Callable[[Tensor], Tensor]


def logits(
    model: nn.Module, images: Tensor, *, sequences: Sequences = rows, batch_size: int = 1000
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
    model: nn.Module, digits: Digits, *, sequences: Sequences = rows, batch_size: int = 1000
) -> float:
    """Return the share of digits that a classifier reads right, 0…1."""
    found = logits(model, digits.images, sequences=sequences, batch_size=batch_size)
    guesses = found.argmax(1)
    return (guesses == digits.labels).double().mean().item()
