"""First steps of a plain RNN's training, with and without gradient clipping."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from rnnviz.core.config import ModelConfig, Nonlinearity, TrainConfig
from rnnviz.core.inspect.spectral import Draw, with_spectral_radius
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.mnist import Digits, rows
from rnnviz.training.loop.evaluate import logits
from rnnviz.training.loop.loop import seeded_model, train
from rnnviz.training.loop.schedule import batch_of_step

BATCH, LR, HIDDEN = 64, 0.1, 128


@dataclass(frozen=True, eq=False)
class Course:
    """What the first steps of a training did. What is lost, as it exploded, is NaN or inf.

    Attributes:
        limit: The largest norm that a gradient may have; 0 means that none is clipped.
        loss: Of each step's batch, before the step, shape (N,), float64.
        norm: Of all gradients together, before clipping, shape (N,).
        moved: How far the weights went in the step, shape (N,).
        weights: Norm of all weights before the first step.
        loss_after: Of the first batch, after the first step.
    """

    limit: float
    loss: Tensor
    norm: Tensor
    moved: Tensor
    weights: float
    loss_after: float

    @property
    def applied(self) -> Tensor:
        """The gradient's norm after clipping, shape (N,)."""
        return self.norm.clamp(max=self.limit) if self.limit else self.norm


def course(
    digits: Digits,
    radius: float,
    *,
    nonlinearity: Nonlinearity = "relu",
    draw: Draw = "orthogonal",
    limit: float = 1.0,
    steps: int = 30,
    seed: int = 0,
) -> Course:
    """Do the first steps of a plain RNN's training, by stochastic gradient descent.

    The loop is the one that trains everywhere; a batch is 64 digits, the learning rate 0.1.

    Args:
        digits: From which the batches are drawn, at least 64.
        radius: Spectral radius of W_hh at the start.
        nonlinearity: Of the RNN.
        draw: How W_hh is drawn, as in `core.inspect.spectral`.
        limit: Largest norm of the gradients; 0 for no clipping.
        steps: N, at most as many as there are batches of 64 in the digits.
        seed: Of the weights and the batches.
    """
    config = TrainConfig(
        epochs=1,
        batch_size=BATCH,
        lr=LR,
        optimizer="sgd",
        momentum=0.0,
        schedule="constant",
        clip_norm=limit,
        seed=seed,
    )
    model = seeded_model(
        ModelConfig(cell="rnn", hidden_size=HIDDEN, nonlinearity=nonlinearity), seed
    )
    model.rnn = with_spectral_radius(model.rnn, radius, draw)
    first = digits[batch_of_step(config, len(digits), 1)]
    before = [_weights(model)]
    told: list[tuple[float, float, float]] = []
    loss_after = math.nan
    for log in train(model, digits, config):
        before.append(_weights(model))
        told.append((log.loss, log.grad_norm, float((before[-1] - before[-2]).norm())))
        if log.step == 1:
            found = logits(model, first.images, sequences=rows).double()
            loss_after = float(F.cross_entropy(found, first.labels))
        if log.step == steps:
            break
    columns = torch.tensor(told, dtype=torch.float64).T
    return Course(limit, columns[0], columns[1], columns[2], float(before[0].norm()), loss_after)


def _weights(model: SequenceClassifier) -> Tensor:
    return torch.cat([p.detach().double().flatten() for p in model.parameters()])
