"""Config of a run on the delay task: a symbol, then distractors, then recall of the symbol."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

from rnnviz.core.config import NUM_GATES, ModelConfig, TrainConfig, check_kinds
from rnnviz.training.tasks.config_parsing import check_whole_numbers, parts_of
from rnnviz.training.tasks.digits import RUN_LIMITS, check_device

DELAY_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "delay": 200,
        "symbols": 16,
        "sequences": 100_000,
        "hidden_size": 256,
        "num_layers": 2,
        "batch_size": 256,
        "epochs": 100,
        "seed": 2**32 - 1,
        "steps": 20_000,
        "states": 8_000_000,  # as RUN_LIMITS has them
    }
)
LOWEST: Mapping[str, int] = MappingProxyType({"symbols": 2, "seed": 0})


def _model() -> ModelConfig:
    return ModelConfig("lstm", input_size=16, hidden_size=32)


def _training() -> TrainConfig:
    return TrainConfig(
        epochs=10,
        batch_size=32,
        lr=5e-3,
        optimizer="adam",
        schedule="constant",
        forget_bias=1.0,
    )


@dataclass(frozen=True)
class DelayConfig:
    """One training on the delay task, within what one person may ask of the machine.

    A sequence is one symbol out of `symbols`, then `delay` distractors out of as many others. After
    each distractor the network is asked which symbol came first: chance is 1 / `symbols`.

    Attributes:
        model: What is trained, with a head on each h_t; `input_size` must be 2 · `symbols`.
        training: How; an epoch is `sequences`, all of them new.
        delay: k, distractors after the symbol; T is k + 1.
        symbols: K, how many symbols there are.
        sequences: Of an epoch.
        device: As of a RunConfig.

    Raises:
        ValueError: If a value is not of its kind or beyond DELAY_LIMITS. Nothing is allocated.
    """

    task: ClassVar[str] = "delay"

    model: ModelConfig = field(default_factory=_model)
    training: TrainConfig = field(default_factory=_training)
    delay: int = 50
    symbols: int = 8
    sequences: int = 1600
    device: str = "auto"

    def __post_init__(self) -> None:
        check_kinds(self)
        check_whole_numbers((self, self.model, self.training), DELAY_LIMITS, LOWEST)
        if self.model.input_size != 2 * self.symbols:
            raise ValueError(
                f"input_size must be 2 · symbols = {2 * self.symbols}, got {self.model.input_size}"
            )
        if self.model.bidirectional:
            raise ValueError("the network must read in one direction: it is asked at every step")
        if self.model.pooling != "last":
            raise ValueError(f"pooling must be last: each step is asked, got {self.model.pooling}")
        if self.training.lr > RUN_LIMITS["lr"]:
            raise ValueError(f"lr must be at most {RUN_LIMITS['lr']}, got {self.training.lr}")
        if self.training.forget_bias is not None and self.model.cell != "lstm":
            raise ValueError(f"forget_bias is for an LSTM alone, not for {self.model.cell}")
        check_device(self.device)
        for name in ("steps", "states"):
            if (value := getattr(self, name)) > DELAY_LIMITS[name]:
                raise ValueError(f"this run has {value:,} {name}; at most {DELAY_LIMITS[name]:,}")

    @property
    def length(self) -> int:
        """T: time steps of a sequence."""
        return self.delay + 1

    @property
    def chance(self) -> float:
        """The share that is right by chance."""
        return 1 / self.symbols

    @property
    def steps(self) -> int:
        """Steps of the whole training."""
        return math.ceil(self.sequences / self.training.batch_size) * self.training.epochs

    @property
    def parameters(self) -> int:
        """Numbers that are learnt, those of the head included."""
        model, p = self.model, self.model.output_size
        rows, count = NUM_GATES[model.cell] * model.hidden_size, self.symbols * (p + 1)
        for layer in range(model.num_layers):
            width = (p if layer else model.input_size) + p + 2 * model.bias
            count += rows * width + model.proj_size * model.hidden_size
        return count

    @property
    def states(self) -> int:
        """Units times steps of time times sequences that a batch keeps for its gradients."""
        batch = min(self.training.batch_size, self.sequences)
        return self.length * batch * self.model.hidden_size * self.model.num_layers

    def examples_after(self, step: int) -> int:
        """Return how many sequences were learnt in so many steps."""
        per_epoch = math.ceil(self.sequences / self.training.batch_size)
        epochs, rest = divmod(step, per_epoch)
        return epochs * self.sequences + rest * self.training.batch_size

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        return {
            "task": self.task,
            "model": self.model.to_dict(),
            "training": self.training.to_dict(),
            "delay": self.delay,
            "symbols": self.symbols,
            "sequences": self.sequences,
            "device": self.device,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DelayConfig:
        """Build a config from `to_dict`'s values; an unknown name is a ValueError."""
        return cls(**parts_of(cls, values))
