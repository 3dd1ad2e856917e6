"""What a step of training learns from its batch, and how what was learnt is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rnnviz.core.config import Precision
from rnnviz.core.reading import evaluating
from rnnviz.data.delay import Recalls, one_hot
from rnnviz.data.mnist import Digits, rows
from rnnviz.training.evaluate import Sequences, accuracy

Batch = TypeVar("Batch", contravariant=True)


class Objective(Protocol[Batch]):
    """What is learnt and judged; a model goes in, and is left with its gradients' graph alone."""

    def loss(self, model: nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the loss of a batch, a scalar, and the share of it answered right, likewise."""

    def judge(self, model: nn.Module, held_out: Batch) -> float:
        """Return the share of held-out examples answered right, without a trace in the model."""


@dataclass(frozen=True)
class Classification:
    """Which digit it is, answered when all of it was read.

    Attributes:
        sequences: From pictures, uint8 (B, 28, 28), to sequences, float32 (T, B, I).
        label_smoothing: Share of the target spread over all classes.
        precision: As of a TrainConfig.
    """

    sequences: Sequences = rows
    label_smoothing: float = 0.0
    precision: Precision = "float32"

    def loss(self, model: nn.Module, batch: Digits) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy, and the share read right."""
        x = self.sequences(batch.images)
        if self.precision == "bfloat16":
            # Each weight is read once: there is nothing to gain from keeping it.
            with torch.autocast(x.device.type, torch.bfloat16, cache_enabled=False):
                logits: Tensor = model(x)
            logits = logits.float()
        else:
            logits = model(x)
        loss = F.cross_entropy(logits, batch.labels, label_smoothing=self.label_smoothing)
        return loss, (logits.argmax(1) == batch.labels).float().mean()

    def judge(self, model: nn.Module, held_out: Digits) -> float:
        """The share read right."""
        return accuracy(model, held_out, sequences=self.sequences)


@dataclass(frozen=True)
class Recall:
    """Which symbol came first, asked after each distractor.

    Attributes:
        symbols: K.
        label_smoothing: As of a Classification.
    """

    symbols: int
    label_smoothing: float = 0.0

    def loss(self, model: nn.Module, batch: Recalls) -> tuple[Tensor, Tensor]:
        """Cross-entropy and share right, means over all questions."""
        logits: Tensor = model(one_hot(batch.codes, self.symbols))[1:]  # (k, B, K)
        asked = batch.labels.expand(logits.shape[:2])
        loss = F.cross_entropy(
            logits.flatten(0, 1), asked.flatten(), label_smoothing=self.label_smoothing
        )
        return loss, (logits.argmax(2) == asked).float().mean()

    def judge(self, model: nn.Module, held_out: Recalls) -> float:
        """The share right of the last question, after the whole delay."""
        return float(recalled(model, held_out, self.symbols)[-1])


def recalled(model: nn.Module, held_out: Recalls, symbols: int) -> Tensor:
    """Return the share that is right after each delay, 1 … k.

    Args:
        model: From (T, B, 2K) to logits (T, B, K); its training flags are as before afterwards.
        held_out: N sequences, on the model's device.
        symbols: K.

    Returns: Shares, float64, shape (k,), on the CPU.
    """
    with evaluating(model), torch.no_grad():
        logits: Tensor = model(one_hot(held_out.codes, symbols))[1:]
    return (logits.argmax(2) == held_out.labels).double().mean(1).cpu()
