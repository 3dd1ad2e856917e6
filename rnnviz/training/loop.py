"""Training as a generator: one step, one log, and no idea of who looks at it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.mnist import Digits, rows
from rnnviz.training.evaluate import accuracy

Renew = Callable[[torch.Generator], Digits]


@dataclass(frozen=True)
class StepLog:
    """What one step of training did.

    Attributes:
        step: Counted from 1, over all epochs.
        epoch: Counted from 1.
        steps: Steps of the whole training.
        loss: Mean cross-entropy of the batch, label smoothing included, before the step.
        accuracy: Share of the batch read right, before the step.
        lr: Learning rate of the step.
        grad_norm: Norm of all gradients together, before clipping.
        held_out: Share of the held-out digits read right; None but after an epoch's last step.
    """

    step: int
    epoch: int
    steps: int
    loss: float
    accuracy: float
    lr: float
    grad_norm: float
    held_out: float | None = None


def seeded_model(config: ModelConfig, seed: int) -> SequenceClassifier:
    """Build a classifier whose weights follow from the seed; torch's own chance is left alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return SequenceClassifier(config)


def train(
    model: nn.Module,
    digits: Digits,
    config: TrainConfig,
    *,
    held_out: Digits | None = None,
    renew: Renew | None = None,
) -> Iterator[StepLog]:
    """Train a classifier on digits, row by row, the loss at the last row only.

    Each step is done when its log comes; a caller that stops asking stops the training.

    Args:
        model: From sequences, float32 (T, B, I), to logits (B, K); trained in place.
        digits: What to learn, on the model's device.
        config: How.
        held_out: Digits to measure at the end of each epoch.
        renew: Returns the digits of the coming epoch, as many as `digits`; called once per epoch.
            None takes `digits` each time.

    Yields: One log per step.
    """
    order, chance = (torch.Generator().manual_seed(config.seed + k) for k in (1, 2))
    device = digits.labels.device
    per_epoch = math.ceil(len(digits) / config.batch_size)
    steps = per_epoch * config.epochs
    optimizer = torch.optim.AdamW(
        model.parameters(),
        lr=config.lr,
        betas=config.betas,
        weight_decay=config.weight_decay,
        fused=device.type in ("cpu", "cuda", "mps"),
    )
    step = 0
    for epoch in range(1, config.epochs + 1):
        pool = digits if renew is None else renew(chance)
        shuffled = torch.randperm(len(pool), generator=order).to(device)
        for index in torch.split(shuffled, config.batch_size):
            step += 1
            model.train()
            lr = learning_rate(config, step, steps)
            for group in optimizer.param_groups:
                group["lr"] = lr
            loss, right, norm = _step(model, optimizer, pool[index], config)
            last = step % per_epoch == 0
            measured = accuracy(model, held_out) if last and held_out is not None else None
            yield StepLog(step, epoch, steps, loss, right, lr, norm, measured)


def learning_rate(config: TrainConfig, step: int, steps: int) -> float:
    """Return the rate of a step (from 1): up in a line to `lr`, then down a cosine towards 0."""
    top = config.warmup * steps
    if step <= top:
        return config.lr * step / top
    return config.lr * 0.5 * (1 + math.cos(math.pi * (step - top) / (steps - top + 1)))


def _step(
    model: nn.Module, optimizer: torch.optim.Optimizer, batch: Digits, config: TrainConfig
) -> tuple[float, float, float]:
    """Do one step; return its loss, its accuracy and the norm of its gradients."""
    optimizer.zero_grad()
    logits: Tensor = model(rows(batch.images))
    loss = F.cross_entropy(logits, batch.labels, label_smoothing=config.label_smoothing)
    loss.backward()  # type: ignore[no-untyped-call]
    limit = config.clip_norm or math.inf
    norm = nn.utils.clip_grad_norm_(model.parameters(), limit)
    optimizer.step()
    right = (logits.argmax(1) == batch.labels).float().mean()
    return loss.item(), right.item(), norm.item()
