"""Training on cumulative sums with the NumPy autograd and, from the same weights, with PyTorch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from rnnviz.chapters.scratch import cumulative_sum
from rnnviz.chapters.scratch.cumulative_sum import Sums
from rnnviz.chapters.scratch.torch_twin import Twin, copy_linear, torch_twin
from rnnviz.scratch import nn, optim
from rnnviz.scratch.tensor import Tensor

RIGHT = 0.5  # an error below it is right when rounded

Array = NDArray[np.float64]
Cell = Literal["rnn", "gru", "lstm"]
Nonlinearity = Literal["relu", "tanh"]
CELLS: Mapping[str, type[nn.Recurrent]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


@dataclass(frozen=True)
class ByHandConfig:
    """What is trained, and on what.

    Attributes:
        cell: "rnn", "gru" or "lstm".
        hidden_size: H: units of each layer.
        num_layers: Layers over each other.
        nonlinearity: "relu" or "tanh"; of an RNN.
        length: T: numbers in a sequence.
        low: The least of them.
        high: The greatest.
        count: Sequences to learn from, all in each step; as many are held out.
        optimizer: "adam" or "sgd", the latter with momentum 0.9.
        lr: Learning rate.
        steps: How often the weights are moved.
        seed: Of the weights, and of the sequences.
    """

    cell: Cell = "rnn"
    hidden_size: int = 10
    num_layers: int = 3
    nonlinearity: Nonlinearity = "relu"
    length: int = 6
    low: int = 1
    high: int = 9
    count: int = 100
    optimizer: Literal["adam", "sgd"] = "adam"
    lr: float = 0.01
    steps: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise ValueError(f"cell must be one of {', '.join(CELLS)}, got {self.cell!r}")
        if self.optimizer not in ("adam", "sgd"):
            raise ValueError(f'optimizer must be "adam" or "sgd", got {self.optimizer!r}')


class Network(nn.Module):
    """Many to many: an RNN, GRU or LSTM, and a Linear that reads its h at every step."""

    def __init__(self, config: ByHandConfig) -> None:
        rng = np.random.default_rng(config.seed)
        options: dict[str, Any] = {"rng": rng}
        if config.cell == "rnn":
            options["nonlinearity"] = config.nonlinearity
        self.rnn = CELLS[config.cell](1, config.hidden_size, config.num_layers, **options)
        self.head = nn.Linear(config.hidden_size, 1, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """Answer at every step: x (T, B, 1) to (T, B, 1)."""
        output, _ = self.rnn(x)
        y: Tensor = self.head(output)
        return y


@dataclass(frozen=True, eq=False)
class Both:
    """One step of both trainings.

    Attributes:
        step: How often the weights have been moved.
        loss: Ours, the mean squared error over all steps of all sequences.
        torch_loss: PyTorch's.
        held_out: Ours on sequences that it does not learn from.
        differences: By the name of each of our parameters, max |ours − PyTorch's|.
    """

    step: int
    loss: float
    torch_loss: float
    held_out: float
    differences: dict[str, float]

    @property
    def difference(self) -> float:
        """The largest of all."""
        return max(self.differences.values())


@dataclass(eq=False)
class Beside:
    """The same network in PyTorch, with its optimizer."""

    twin: Twin
    head: torch.nn.Linear
    optimizer: torch.optim.Optimizer

    def loss(self, data: Sums) -> float:
        """Compute the loss and its gradients."""
        self.optimizer.zero_grad()
        output, _ = self.twin.module(torch.from_numpy(data.x))
        loss = torch.nn.functional.mse_loss(self.head(output), torch.from_numpy(data.y))
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    def weights(self) -> list[Array]:
        """Return the weights in the order of our parameters."""
        head = [parameter.detach().numpy() for parameter in self.head.parameters()]
        return [*self.twin.weights(), *head]


def beside(network: Network, config: ByHandConfig) -> Beside:
    """Build the same network in PyTorch, from the same weights."""
    twin, head = torch_twin(network.rnn), copy_linear(network.head)
    trained = [*twin.trained, *head.parameters()]
    optimizer: torch.optim.Optimizer
    if config.optimizer == "adam":
        optimizer = torch.optim.Adam(trained, lr=config.lr)
    else:
        optimizer = torch.optim.SGD(trained, lr=config.lr, momentum=0.9)
    return Beside(twin, head, optimizer)


def optimizer_of(network: nn.Module, config: ByHandConfig) -> optim.SGD | optim.Adam:
    """Build our own optimizer for a network."""
    if config.optimizer == "adam":
        return optim.Adam(network.parameters(), lr=config.lr)
    return optim.SGD(network.parameters(), lr=config.lr, momentum=0.9)


@dataclass(eq=False)
class ByHand:
    """A training by hand and its twin.

    Attributes:
        config: What is trained.
        network: Ours, as far as it is trained.
        train: What it learns from.
        held_out: What it does not.
    """

    config: ByHandConfig
    network: Network = field(init=False)
    train: Sums = field(init=False)
    held_out: Sums = field(init=False)

    def __post_init__(self) -> None:
        config = self.config
        self.network = Network(config)
        numbers = (config.count, config.length, config.low, config.high)
        self.train = cumulative_sum.draw(*numbers, seed=config.seed)
        self.held_out = cumulative_sum.draw(*numbers, seed=config.seed + 1_000_000)

    def steps(self) -> Iterator[Both]:
        """Train both: yields where they stand at first and after each step.

        The numbers of torch's generator are not touched.
        """
        optimizer = optimizer_of(self.network, self.config)
        with torch.random.fork_rng(devices=[]):
            other = beside(self.network, self.config)
        loss_of, x, y = nn.MSELoss(), Tensor(self.train.x), Tensor(self.train.y)
        for step in range(self.config.steps + 1):
            optimizer.zero_grad()
            loss = loss_of(self.network(x), y)
            held_out, differences = self._held_out_loss(), self._differences(other)
            yield Both(step, loss.item(), other.loss(self.train), held_out, differences)
            if step < self.config.steps:
                loss.backward()
                optimizer.step()
                other.optimizer.step()

    def answers(self, x: Array) -> Array:
        """Return what our network makes of sequences, (T, B, 1)."""
        y: Array = self.network(Tensor(x)).data
        return y

    def _held_out_loss(self) -> float:
        return float(((self.answers(self.held_out.x) - self.held_out.y) ** 2).mean())

    def _differences(self, other: Beside) -> dict[str, float]:
        pairs = zip(self.network.named_parameters(), other.weights(), strict=True)
        return {name: float(np.abs(one.data - two).max()) for (name, one), two in pairs}


def longer(trained: ByHand, length: int, count: int = 200) -> Array:
    """Let a trained network add on beyond the length that it was trained with.

    Args:
        trained: The training, as far as it has come.
        length: How far to go.
        count: Sequences.

    Returns: Mean |error| after each step, shape (length,).
    """
    config = trained.config
    data = cumulative_sum.draw(count, length, config.low, config.high, seed=config.seed + 2_000_000)
    error: Array = np.abs(trained.answers(data.x) - data.y).mean((1, 2))
    return error
