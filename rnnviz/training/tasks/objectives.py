"""Objective of a training: the loss of a batch, and the accuracy on held-out examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rnnviz.core import device as devices
from rnnviz.core.config import Precision
from rnnviz.data.mnist import Digits, rows
from rnnviz.training.loop.evaluate import Sequences, accuracy

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
        precision: As of a TrainConfig; float32 where the device does not run bfloat16.
    """

    sequences: Sequences = rows
    label_smoothing: float = 0.0
    precision: Precision = "float32"

    def loss(self, model: nn.Module, batch: Digits) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy, and the share read right."""
        x = self.sequences(batch.images)
        if self.precision == "bfloat16":
            # Each weight is read once: there is nothing to gain from keeping it.
            runs, kind = devices.runs_bfloat16(x.device), x.device.type
            with torch.autocast(kind, torch.bfloat16, enabled=runs, cache_enabled=False):
                logits: Tensor = model(x)
            logits = logits.float()
        else:
            logits = model(x)
        loss = F.cross_entropy(logits, batch.labels, label_smoothing=self.label_smoothing)
        return loss, (logits.argmax(1) == batch.labels).float().mean()

    def judge(self, model: nn.Module, held_out: Digits) -> float:
        """The share read right."""
        return accuracy(model, held_out, sequences=self.sequences)
