"""Objective of the delay task: loss and accuracy of the first symbol after each distractor."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rnnviz.chapters.recurrence.recall_sequences import Recalls, one_hot
from rnnviz.core.inspect.reading import evaluating


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
