"""What a model is and how it is trained: frozen dataclasses that check themselves."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal, get_args

Cell = Literal["rnn", "gru", "lstm"]
Nonlinearity = Literal["tanh", "relu"]

NUM_GATES: dict[Cell, int] = {"rnn": 1, "gru": 3, "lstm": 4}

# The most that one run may ask of a machine that others use too.
RUN_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "hidden_size": 512,
        "num_layers": 4,
        "batch_size": 1024,
        "epochs": 100,
        "digits": 60_000,
        "lr": 10,
        "seed": 2**32 - 1,
        "steps": 1_000_000,
        "parameters": 5_000_000,  # with their gradients and Adam's averages: 80 MB
        "states": 32_000_000,  # T·B·L·D·H; an LSTM keeps about 6 floats of each: 800 MB
    }
)


@dataclass(frozen=True)
class ModelConfig:
    """A recurrent network, named as torch.nn.RNN, GRU and LSTM name it.

    Attributes:
        cell: "rnn", "gru" or "lstm".
        input_size: I, features per time step.
        hidden_size: H, units per layer and direction.
        num_layers: Layers on top of each other.
        bidirectional: Whether each layer also reads from the end.
        dropout: Probability of dropping an output between layers, in training only.
        bias: Whether the cells have bias_ih and bias_hh.
        proj_size: P, width of a projected hidden state, LSTM only; 0 means none.
        nonlinearity: "tanh" or "relu"; read by the plain RNN only.

    Raises:
        ValueError: If a value is none that torch accepts.
    """

    cell: Cell = "lstm"
    input_size: int = 28
    hidden_size: int = 128
    num_layers: int = 1
    bidirectional: bool = False
    dropout: float = 0.0
    bias: bool = True
    proj_size: int = 0
    nonlinearity: Nonlinearity = "tanh"

    def __post_init__(self) -> None:
        if self.cell not in get_args(Cell):
            raise ValueError(f"cell must be one of {', '.join(get_args(Cell))}, got {self.cell!r}")
        if self.nonlinearity not in get_args(Nonlinearity):
            raise ValueError(f"nonlinearity must be tanh or relu, got {self.nonlinearity!r}")
        for name in ("input_size", "hidden_size", "num_layers"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0.0 <= self.dropout <= 1.0:
            raise ValueError(f"dropout must lie in [0, 1], got {self.dropout}")
        if self.proj_size and self.cell != "lstm":
            raise ValueError(f"proj_size is the LSTM's alone, got {self.proj_size} for {self.cell}")
        if not 0 <= self.proj_size < self.hidden_size:
            raise ValueError(
                f"proj_size must lie in [0, hidden_size) = [0, {self.hidden_size}), "
                f"got {self.proj_size}"
            )

    @property
    def num_directions(self) -> int:
        """D: 2 if bidirectional, else 1."""
        return 2 if self.bidirectional else 1

    @property
    def output_size(self) -> int:
        """P: the width of h_t in one direction, proj_size or H."""
        return self.proj_size or self.hidden_size

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ModelConfig:
        """Build a config from `to_dict`'s values; an unknown name is a ValueError."""
        known = {f.name for f in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ValueError(f"unknown settings of a model: {', '.join(unknown)}")
        return cls(**values)


@dataclass(frozen=True)
class TrainConfig:
    """How a model is trained: Adam, one cycle of the learning rate, gradients clipped.

    Attributes:
        epochs: Times that every training digit is seen.
        batch_size: Digits per step; the last step of an epoch takes what is left.
        lr: Largest learning rate of the cycle.
        warmup: Share of all steps in which the rate rises to `lr`; then it falls as a cosine to 0.
        betas: Adam's decay of its two averages.
        weight_decay: Decoupled decay of the weights (AdamW).
        clip_norm: Largest norm of all gradients together; 0 means no clipping.
        label_smoothing: Share of the target spread over all classes.
        seed: Of the weights, the order of the digits and everything else that is drawn by chance.

    Raises:
        ValueError: If a value cannot be trained with.
    """

    epochs: int = 10
    batch_size: int = 128
    lr: float = 3e-3
    warmup: float = 0.2
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    clip_norm: float = 1.0
    label_smoothing: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "betas", tuple(self.betas))  # JSON knows lists only
        for name in ("epochs", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not self.lr > 0.0:
            raise ValueError(f"lr must be above 0, got {self.lr}")
        for name in ("warmup", "label_smoothing"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise ValueError(f"{name} must lie in [0, 1), got {getattr(self, name)}")
        if len(self.betas) != 2 or not all(0.0 <= beta < 1.0 for beta in self.betas):
            raise ValueError(f"betas must be two numbers in [0, 1), got {self.betas}")
        for name in ("weight_decay", "clip_norm", "seed"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        return asdict(self) | {"betas": list(self.betas)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainConfig:
        """Build a config from `to_dict`'s values; an unknown name is a ValueError."""
        known = {f.name for f in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ValueError(f"unknown settings of a training: {', '.join(unknown)}")
        return cls(**values)


@dataclass(frozen=True)
class RunConfig:
    """One training on MNIST, row by row, within what one person may ask of the machine.

    Attributes:
        model: What is trained.
        training: How.
        digits: So many of the training digits are learnt, the first ones.
        device: Where: "cpu", "cuda", "cuda:1", "mps", or "auto" for the best that is there.

    Raises:
        ValueError: If a value is not of its kind or beyond RUN_LIMITS. Nothing is allocated.
    """

    model: ModelConfig = field(default_factory=ModelConfig)
    training: TrainConfig = field(default_factory=TrainConfig)
    digits: int = 60_000
    device: str = "auto"

    def __post_init__(self) -> None:
        whole = {
            "hidden_size": self.model.hidden_size,
            "num_layers": self.model.num_layers,
            "batch_size": self.training.batch_size,
            "epochs": self.training.epochs,
            "seed": self.training.seed,
            "digits": self.digits,
        }
        for name, value in whole.items():
            if not isinstance(value, int) or isinstance(value, bool):
                raise ValueError(f"{name} must be a whole number, got {value!r}")
            lowest = 0 if name == "seed" else 1
            if not lowest <= value <= RUN_LIMITS[name]:
                raise ValueError(f"{name} must lie in [{lowest}, {RUN_LIMITS[name]}], got {value}")
        if self.training.lr > RUN_LIMITS["lr"]:
            raise ValueError(f"lr must be at most {RUN_LIMITS['lr']}, got {self.training.lr}")
        if self.model.input_size != 28:
            raise ValueError(f"input_size must be 28, a row of MNIST, got {self.model.input_size}")
        if not re.fullmatch(r"auto|cpu|mps|cuda(:\d{1,3})?", self.device):
            raise ValueError(f"device must be auto, cuda, mps or cpu, got {self.device!r}")
        for name in ("steps", "parameters", "states"):
            if (value := getattr(self, name)) > RUN_LIMITS[name]:
                raise ValueError(f"this run has {value:,} {name}; at most {RUN_LIMITS[name]:,}")

    @property
    def steps(self) -> int:
        """Steps of the whole training."""
        return math.ceil(self.digits / self.training.batch_size) * self.training.epochs

    @property
    def parameters(self) -> int:
        """Numbers that are learnt, those of the head with its 10 classes included."""
        model, d, p = self.model, self.model.num_directions, self.model.output_size
        rows, count = NUM_GATES[model.cell] * model.hidden_size, 10 * (d * p + 1)
        for layer in range(model.num_layers):
            width = (d * p if layer else model.input_size) + p + 2 * model.bias
            count += d * (rows * width + model.proj_size * model.hidden_size)
        return count

    @property
    def states(self) -> int:
        """Units times steps of time times digits that a batch keeps for its gradients."""
        model = self.model
        per_row = model.hidden_size * model.num_layers * model.num_directions
        return 28 * min(self.training.batch_size, self.digits) * per_row

    def digits_after(self, step: int) -> int:
        """Return how many digits were learnt in so many steps; the last of an epoch has fewer."""
        per_epoch = math.ceil(self.digits / self.training.batch_size)
        epochs, rest = divmod(step, per_epoch)
        return epochs * self.digits + rest * self.training.batch_size

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        parts = {"model": self.model.to_dict(), "training": self.training.to_dict()}
        return parts | {"digits": self.digits, "device": self.device}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RunConfig:
        """Build a config from `to_dict`'s values; an unknown name is a ValueError."""
        known = {f.name for f in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ValueError(f"unknown settings of a run: {', '.join(unknown)}")
        parts: dict[str, Any] = dict(values)
        for name, kind in (("model", ModelConfig), ("training", TrainConfig)):
            if name in parts:
                parts[name] = kind.from_dict(parts[name])
        return cls(**parts)
