"""Config of a run on MNIST: model, training, digits, and the limits of one run."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from rnnviz.core.config import NUM_GATES, ModelConfig, TrainConfig, check_choices, check_kinds
from rnnviz.data.mnist_sizes import (
    FOLD_DIGITS,
    FOLDS,
    TEST_DIGITS,
    TRAINING_DIGITS,
    TimeStep,
)
from rnnviz.training.tasks.config_parsing import check_whole, parts_of

Augmentation = Literal["none", "shifted", "redrawn"]
TrainedPooling = Literal["last", "mean", "max"]  # "output" is for networks trained elsewhere

# The most that one run may ask of a machine that others use too.
RUN_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "hidden_size": 512,
        "num_layers": 4,
        "batch_size": 1024,
        "epochs": 100,
        "digits": TRAINING_DIGITS,
        "fold": FOLDS - 1,
        "chunk": 784,
        "lr": 10,
        "seed": 2**32 - 1,
        "steps": 1_000_000,
        "parameters": 5_000_000,  # with their gradients and Adam's averages: 80 MB
        "states": 32_000_000,  # T·B·L·D·H; an LSTM keeps about 6 floats of each: 800 MB
    }
)


@dataclass(frozen=True)
class RunConfig:
    """One training on MNIST, within what one person may ask of the machine.

    Attributes:
        model: What is trained; `input_size` must be what a time step holds.
        training: How.
        digits: So many of the training digits are learnt, the first ones.
        time_step: What one is: a row ("rows", from the top), a column ("columns", from the left), a
            row in a fixed random order ("permuted"), or the next `chunk` pixels in reading order
            ("pixels").
        chunk: Pixels of a time step; 28 unless it is "pixels", and then a divisor of 784.
        augmentation: "none"; "shifted": each epoch moves, turns and slants the digits a little; or
            "redrawn": each epoch writes them anew, as the embedded networks were trained.
        device: Where: "cpu", "cuda", "cuda:1", "mps", or "auto" for the best that is there.
        fold: Which of `FOLDS` folds of the training digits, from 0, judges the run; it is not
            learnt, and `digits` are then the first ones of the others. None: the test digits judge.

    Raises:
        ValueError: If a value is not of its kind or beyond RUN_LIMITS. Nothing is allocated.
    """

    task: ClassVar[str] = "digits"

    model: ModelConfig = field(default_factory=ModelConfig)
    training: TrainConfig = field(default_factory=TrainConfig)
    digits: int = 60_000
    time_step: TimeStep = "rows"
    chunk: int = 28
    augmentation: Augmentation = "none"
    device: str = "auto"
    fold: int | None = None

    def __post_init__(self) -> None:
        check_kinds(self)
        whole = {
            "hidden_size": self.model.hidden_size,
            "num_layers": self.model.num_layers,
            "batch_size": self.training.batch_size,
            "epochs": self.training.epochs,
            "seed": self.training.seed,
            "digits": self.digits,
            "chunk": self.chunk,
        }
        if self.fold is not None:
            whole["fold"] = self.fold
        check_choices(self, time_step=TimeStep, augmentation=Augmentation)
        check_choices(self.model, pooling=TrainedPooling)
        for name, value in whole.items():
            check_whole(name, value, RUN_LIMITS[name], 0 if name in ("seed", "fold") else 1)
        if self.training.lr > RUN_LIMITS["lr"]:
            raise ValueError(f"lr must be at most {RUN_LIMITS['lr']}, got {self.training.lr}")
        if self.digits > (most := self.most_digits):
            raise ValueError(
                f"digits must be at most {most:,}: {FOLD_DIGITS:,} are held out, got {self.digits}"
            )
        self._check_time_step()
        check_device(self.device)
        for name in ("steps", "parameters", "states"):
            if (value := getattr(self, name)) > RUN_LIMITS[name]:
                raise ValueError(f"this run has {value:,} {name}; at most {RUN_LIMITS[name]:,}")

    def _check_time_step(self) -> None:
        if self.time_step != "pixels" and self.chunk != 28:
            raise ValueError(f"chunk is for pixels alone; for {self.time_step} it is 28")
        if 784 % self.chunk:
            raise ValueError(f"chunk must divide 784, the pixels of a digit, got {self.chunk}")
        if self.model.input_size != self.chunk:
            found = self.model.input_size
            raise ValueError(f"input_size must be {self.chunk}, one time step, got {found}")
        if self.training.forget_bias is not None:
            if self.model.cell != "lstm":
                raise ValueError(f"forget_bias is for an LSTM alone, not for {self.model.cell}")
            if not self.model.bias:
                raise ValueError("forget_bias needs a model with bias")

    @property
    def length(self) -> int:
        """T: time steps of a digit."""
        return 784 // self.chunk

    @property
    def most_digits(self) -> int:
        """So many digits there are to learn."""
        return TRAINING_DIGITS - (0 if self.fold is None else FOLD_DIGITS)

    @property
    def judging(self) -> int:
        """So many digits judge the run."""
        return TEST_DIGITS if self.fold is None else FOLD_DIGITS

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
        return self.length * min(self.training.batch_size, self.digits) * per_row

    def examples_after(self, step: int) -> int:
        """Return how many digits were learnt in so many steps; the last of an epoch has fewer."""
        per_epoch = math.ceil(self.digits / self.training.batch_size)
        epochs, rest = divmod(step, per_epoch)
        return epochs * self.digits + rest * self.training.batch_size

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        return {
            "model": self.model.to_dict(),
            "training": self.training.to_dict(),
            "digits": self.digits,
            "time_step": self.time_step,
            "chunk": self.chunk,
            "augmentation": self.augmentation,
            "device": self.device,
            "fold": self.fold,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RunConfig:
        """Build a config from `to_dict`'s values; an unknown name is a ValueError."""
        return cls(**parts_of(cls, values))


def check_device(device: str) -> None:
    """Raise a ValueError if that names no device a run can ask for."""
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d{1,3})?", device):
        raise ValueError(f"device must be auto, cuda, mps or cpu, got {device!r}")
