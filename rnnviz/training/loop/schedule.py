"""Schedule of a training: the order of the examples, the batches, the learning rate by step."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

import torch
from torch import Tensor

from rnnviz.core.config import TrainConfig
from rnnviz.data.dataset_protocol import Examples

E = TypeVar("E", bound=Examples)

STREAMS = 3  # a run draws from its seed and the two after it
GATHERED = 4096  # digits put in order at once: 3 MB


@dataclass(frozen=True)
class Planned(Generic[E]):
    """What a step has to do.

    Attributes:
        step: Counted from 1, over all epochs.
        epoch: Counted from 1.
        lr: Learning rate.
        batch: What to learn from.
    """

    step: int
    epoch: int
    lr: float
    batch: E


def orders(config: TrainConfig, count: int) -> Iterator[Tensor]:
    """Yield for each epoch the order in which its digits are learnt, int64 (count,)."""
    order = torch.Generator().manual_seed(config.seed + 1)
    for _ in range(config.epochs):
        yield torch.randperm(count, generator=order)


def batches(pool: E, shuffled: Tensor, size: int) -> Iterator[E]:
    """Yield an epoch's batches, gathered many at a time: slices of them are quicker to take."""
    at_once = size * max(1, GATHERED // size)
    for index in torch.split(shuffled.to(pool.labels.device), at_once):
        block = pool[index]
        for start in range(0, len(block), size):
            yield block[start : start + size]


def batch_of_step(config: TrainConfig, count: int, step: int) -> Tensor:
    """Return which digits a step (from 1) learns from, int64 (B,); as `train` takes them."""
    per_epoch = math.ceil(count / config.batch_size)
    epoch, place = divmod(step - 1, per_epoch)
    order = next(islice(orders(config, count), epoch, None))
    return torch.split(order, config.batch_size)[place]


def learning_rate(config: TrainConfig, step: int, steps: int) -> float:
    """Return the rate of a step (from 1) by the config's schedule."""
    if config.schedule == "constant":
        return config.lr
    top = config.warmup * steps if config.schedule == "one_cycle" else 0.0
    if step <= top:
        return config.lr * step / top
    return config.lr * 0.5 * (1 + math.cos(math.pi * (step - top) / (steps - top + 1)))
