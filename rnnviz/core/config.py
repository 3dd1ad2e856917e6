"""Configs of a model and of its training: frozen dataclasses that validate their fields."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any, Literal, get_args

Cell = Literal["rnn", "gru", "lstm"]
Nonlinearity = Literal["tanh", "relu"]
Pooling = Literal["last", "mean", "max", "output", "all"]
Optimizer = Literal["adam", "adamw", "sgd", "rmsprop"]
Schedule = Literal["constant", "cosine", "one_cycle"]
Precision = Literal["float32", "bfloat16"]

NUM_GATES: dict[Cell, int] = {"rnn": 1, "gru": 3, "lstm": 4}

# What a field holds, by its annotation: JSON that somebody wrote may hold anything else.
_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = MappingProxyType(
    {
        "int": ((int,), "a whole number"),
        "int | None": ((int, type(None)), "a whole number"),
        "float": ((int, float), "a number"),
        "float | None": ((int, float, type(None)), "a number"),
        "bool": ((bool,), "true or false"),
        "str": ((str,), "a text"),
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
        pooling: What a head reads of the top layer's h over the steps: the "last" of each
            direction, their "mean", of each unit the "max", the "output" at the last step, where a
            reverse direction has just begun, or "all" one after the other. "output" and "all" are
            for uploaded networks alone: no run is trained with them.

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
    pooling: Pooling = "last"

    def __post_init__(self) -> None:
        check_kinds(self)
        check_choices(self, cell=Cell, nonlinearity=Nonlinearity, pooling=Pooling)
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
    """How a model is trained.

    Attributes:
        epochs: Times that every training digit is seen.
        batch_size: Digits per step; the last step of an epoch takes what is left.
        lr: Largest learning rate.
        optimizer: "adam", "adamw", "sgd" or "rmsprop"; what is not named here is as torch has it.
        momentum: Of "sgd".
        schedule: "constant": `lr` throughout. "cosine": from `lr` down a cosine to 0. "one_cycle":
            up in a line to `lr`, then down a cosine to 0.
        warmup: Of "one_cycle", the share of all steps in which the rate rises.
        betas: Adam's decay of its two averages.
        weight_decay: Decay of the weights: decoupled for "adamw", else added to the gradient.
        clip_norm: Largest norm of all gradients together; 0 means no clipping.
        label_smoothing: Share of the target spread over all classes.
        forget_bias: What b_ih + b_hh of an LSTM's forget gates sum to at the start; None is as
            torch draws them, around 0 (Jozefowicz et al. 2015 recommend 1).
        seed: Of the weights, the order of the digits and everything else that is drawn by chance.
        precision: What a classifier's network computes with while it learns; weights, loss and
            steps are float32 either way, and so is what it reads afterwards.

    Raises:
        ValueError: If a value cannot be trained with.
    """

    epochs: int = 10
    batch_size: int = 128
    lr: float = 3e-3
    optimizer: Optimizer = "adamw"
    momentum: float = 0.9
    schedule: Schedule = "one_cycle"
    warmup: float = 0.2
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    clip_norm: float = 1.0
    label_smoothing: float = 0.0
    forget_bias: float | None = None
    seed: int = 0
    precision: Precision = "float32"

    def __post_init__(self) -> None:
        check_kinds(self)
        numbers = isinstance(self.betas, list | tuple) and all(
            isinstance(beta, int | float) and not _is_endless(beta) for beta in self.betas
        )
        if not numbers:
            raise ValueError(f"betas must be two numbers in [0, 1), got {repr(self.betas)[:60]}")
        object.__setattr__(self, "betas", tuple(self.betas))  # JSON knows lists only
        check_choices(self, optimizer=Optimizer, schedule=Schedule, precision=Precision)
        for name in ("epochs", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0.0 < self.lr < math.inf:
            raise ValueError(f"lr must be above 0, got {self.lr}")
        if self.forget_bias is not None and not math.isfinite(self.forget_bias):
            raise ValueError(f"forget_bias must be a number, got {self.forget_bias}")
        for name in ("warmup", "label_smoothing", "momentum"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise ValueError(f"{name} must lie in [0, 1), got {getattr(self, name)}")
        if len(self.betas) != 2 or not all(0.0 <= beta < 1.0 for beta in self.betas):
            raise ValueError(f"betas must be two numbers in [0, 1), got {self.betas}")
        for name in ("weight_decay", "clip_norm", "seed"):
            if not 0 <= getattr(self, name) < math.inf:  # nor be no number at all
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


def check_kinds(config: object) -> None:
    """Raise a ValueError if a field of a config is not of the kind that it is declared as."""
    for part in fields(config):  # type: ignore[arg-type]
        kinds, words = _KINDS.get(str(part.type), ((object,), ""))
        value = getattr(config, part.name)
        fits = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
        if not fits or _is_endless(value):
            raise ValueError(f"{part.name} must be {words}, got {_short(value)}")


def _is_endless(value: object) -> bool:
    """Whether it is a whole number that no float holds, and that nobody wants to read."""
    return isinstance(value, int) and value.bit_length() > 1000


def _short(value: object) -> str:
    return "one without end" if _is_endless(value) else repr(value)[:60]


def check_choices(config: object, **kinds: object) -> None:
    """Raise a ValueError if a field is none of the words of its Literal."""
    for name, kind in kinds.items():
        if (value := getattr(config, name)) not in get_args(kind):
            choices = ", ".join(get_args(kind))
            raise ValueError(f"{name} must be one of {choices}, got {value!r}")
