"""Training as a generator: one step, one log, and no idea of who looks at it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.mnist import Digits, rows
from rnnviz.training.evaluate import Sequences, accuracy
from rnnviz.training.optimizers import build_optimizer, stepper

Renew = Callable[[torch.Generator], Digits]

GATHERED = 4096  # digits put in order at once: 3 MB
GLANCE = 500  # held-out digits, the first ones, read now and then within an epoch


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
        held_out: Share of the held-out digits read right after the step; None if none were read.
        read: So many were: all after an epoch's last step, the first `GLANCE` at a glance.
    """

    step: int
    epoch: int
    steps: int
    loss: float
    accuracy: float
    lr: float
    grad_norm: float
    held_out: float | None = None
    read: int = 0


def seeded_model(
    config: ModelConfig, seed: int, forget_bias: float | None = None
) -> SequenceClassifier:
    """Build a classifier whose weights follow from the seed; torch's own chance is left alone.

    Args:
        config: What to build.
        seed: Of the weights.
        forget_bias: What b_ih + b_hh of an LSTM's forget gates sum to; None leaves them as drawn.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = SequenceClassifier(config)
    if forget_bias is not None:
        rows_of_f = slice(config.hidden_size, 2 * config.hidden_size)  # of i, f, g, o
        with torch.no_grad():
            for name, value in model.rnn.named_parameters():
                if name.startswith("bias_"):
                    value[rows_of_f] = forget_bias if name.startswith("bias_ih") else 0.0
    return model


def train(
    model: nn.Module,
    digits: Digits,
    config: TrainConfig,
    *,
    held_out: Digits | None = None,
    renew: Renew | None = None,
    sequences: Sequences = rows,
    glances: Collection[int] = (),
) -> Iterator[StepLog]:
    """Train a classifier on digits, the loss at the end of each sequence only.

    Each step is done when its log comes; a caller that stops asking stops the training.

    Args:
        model: From sequences, float32 (T, B, I), to logits (B, K); trained in place.
        digits: What to learn, on the model's device.
        config: How.
        held_out: Digits to measure at the end of each epoch.
        renew: Returns the digits of the coming epoch, as many as `digits`; called once per epoch.
            None takes `digits` each time.
        sequences: From pictures, uint8 (B, 28, 28), to sequences, float32 (T, B, I).
        glances: Steps after which the first `GLANCE` of `held_out` are measured as well.

    Yields: One log per step.
    """
    chance = torch.Generator().manual_seed(config.seed + 2)
    per_epoch = math.ceil(len(digits) / config.batch_size)
    steps = per_epoch * config.epochs
    most = len(held_out or ())
    optimizer = build_optimizer(model, config)
    make_step = stepper(optimizer)
    parameters = list(model.parameters())
    step = 0
    for epoch, shuffled in enumerate(orders(config, len(digits)), start=1):
        pool = digits if renew is None else renew(chance)
        for batch in _batches(pool, shuffled, config.batch_size):
            step += 1
            if not model.training:
                model.train()
            lr = learning_rate(config, step, steps)
            for group in optimizer.param_groups:
                group["lr"] = lr
            loss, right, norm = _step(model, parameters, make_step, batch, config, sequences)
            read = most if step % per_epoch == 0 else min(GLANCE, most) * (step in glances)
            measured = (
                accuracy(model, held_out[:read], sequences=sequences) if held_out and read else None
            )
            yield StepLog(step, epoch, steps, loss, right, lr, norm, measured, read)


def orders(config: TrainConfig, count: int) -> Iterator[Tensor]:
    """Yield for each epoch the order in which its digits are learnt, int64 (count,)."""
    order = torch.Generator().manual_seed(config.seed + 1)
    for _ in range(config.epochs):
        yield torch.randperm(count, generator=order)


def _batches(pool: Digits, shuffled: Tensor, size: int) -> Iterator[Digits]:
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


def _step(
    model: nn.Module,
    parameters: list[nn.Parameter],
    make_step: Callable[[], object],
    batch: Digits,
    config: TrainConfig,
    sequences: Sequences,
) -> tuple[float, float, float]:
    """Do one step; return its loss, its accuracy and the norm of its gradients."""
    for p in parameters:
        p.grad = None  # as zero_grad does, without its bookkeeping
    logits: Tensor = model(sequences(batch.images))
    loss = F.cross_entropy(logits, batch.labels, label_smoothing=config.label_smoothing)
    loss.backward()  # type: ignore[no-untyped-call]
    norm = _clip(parameters, config.clip_norm)
    make_step()
    right = (logits.argmax(1) == batch.labels).float().mean()
    told = torch.stack((loss.detach(), right, norm)).tolist()  # once, for a GPU's sake
    return told[0], told[1], told[2]


def _clip(parameters: list[nn.Parameter], limit: float) -> Tensor:
    """Scale the gradients as torch's clip_grad_norm_, if at all; return their norm before."""
    norms = torch._foreach_norm([p.grad for p in parameters if p.grad is not None])
    norm: Tensor = torch.linalg.vector_norm(torch.stack(norms))
    if limit and not norm + 1e-6 <= limit:  # else torch multiplies by 1; NaN goes to all
        nn.utils.clip_grads_with_norm_(parameters, limit, norm)
    return norm
