"""A broken training loop that does not learn, fixed one line at a time.

The functions are what runs and what is shown: their source is read, not retyped.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from rnnviz.chapters.scratch.numpy_training import ByHand, ByHandConfig
from rnnviz.scratch.optim import Adam
from rnnviz.scratch.tensor import Tensor

Network = Callable[[Tensor], Tensor]
StepFunction = Callable[[Network, Adam, Tensor, Tensor], Tensor]


def as_taught(network: Network, optimizer: Adam, x: Tensor, target: Tensor) -> Tensor:
    """Train as it is first written."""
    y = network(x)
    loss = Tensor(np.mean((y.data - target.data) ** 2), requires_grad=True)
    loss.backward()
    optimizer.step()
    return loss


def with_parents(network: Network, optimizer: Adam, x: Tensor, target: Tensor) -> Tensor:
    """Compute the loss on Tensors: it remembers what it was made of."""
    y = network(x)
    loss = ((y - target) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss


def mended(network: Network, optimizer: Adam, x: Tensor, target: Tensor) -> Tensor:
    """Forget the gradients of the step before, too."""
    optimizer.zero_grad()
    y = network(x)
    loss = ((y - target) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss


STEPS: tuple[StepFunction, ...] = (as_taught, with_parents, mended)


@dataclass(frozen=True)
class LessonStep:
    """Where one of the trainings stands.

    Attributes:
        step: How often the optimizer has stepped.
        loss: The mean squared error there.
        moved: How far the weight that moved most is from where it began.
    """

    step: int
    loss: float
    moved: float


def body(function: StepFunction) -> list[str]:
    """Return the lines of a step as they stand in the source, without signature and docstring."""
    lines = inspect.getsource(function).splitlines()
    start = next(n for n, line in enumerate(lines) if line.strip().startswith('"""')) + 1
    return [line.removeprefix("    ") for line in lines[start:]]


def run(function: StepFunction, config: ByHandConfig) -> Iterator[LessonStep]:
    """Train by one of the functions; yields where it stands at first and after each step."""
    begun = ByHand(config)
    network, train = begun.network, begun.train
    x, target = Tensor(train.x), Tensor(train.y)
    optimizer = Adam(network.parameters(), lr=config.lr)
    first = [parameter.data for parameter in network.parameters()]
    for step in range(config.steps + 1):
        now = zip(network.parameters(), first, strict=True)
        moved = max(float(np.abs(parameter.data - start).max()) for parameter, start in now)
        error = float(((network(x).data - train.y) ** 2).mean())
        yield LessonStep(step, error, moved)
        if step < config.steps:
            function(network, optimizer, x, target)
