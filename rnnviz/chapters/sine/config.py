"""Config of a run on the sine task: a signal in segments, with the state passed or reset."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from rnnviz.core.config import NUM_GATES, ModelConfig, TrainConfig, check_choices, check_kinds
from rnnviz.training.tasks.config_parsing import (
    check_whole_numbers,
    notebook_training,
    parts_of,
)
from rnnviz.training.tasks.digits import RUN_LIMITS, check_device

Signal = Literal["sine", "two_sines", "chirp", "noise"]
Target = Literal["shift", "next"]
Carry = Literal["detach", "reset", "full"]

SINE_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "segment_length": 200,
        "segments": 2000,
        "hidden_size": 256,
        "num_layers": 2,
        "epochs": 500,
        "phase": 359,
        "pace": 1000,
        "seed": 2**32 - 1,
        "steps": 20_000,
        "graph_steps": 5_000,
        "time_steps": 1_000_000,
    }
)
LOWEST: Mapping[str, int] = MappingProxyType({"phase": 0, "pace": 0, "seed": 0})
LONGEST_PERIOD = 1000.0


def _model() -> ModelConfig:
    return ModelConfig("rnn", input_size=1, hidden_size=32)


@dataclass(frozen=True)
class SineConfig:
    """One training on a signal that is read in segments, within what one person may ask for.

    The defaults are the notebook's: sin t comes in segments of 10 steps, half a period each, and
    cos t is asked for at every step.

    Attributes:
        model: What is trained, with a head P → 1 on each h_t; `input_size` must be 1.
        training: How; an epoch is `segments`, the next ones of the signal, which never ends.
            `batch_size` must be 1: there is one signal.
        signal: What is read: a "sine"; "two_sines", the second √2 times as fast; a "chirp", faster
            and slower between half and one and a half times the rate; "noise", sixteen sines of
            rates and phases drawn by chance.
        target: What is asked for: the signal with each of its sines moved on by `phase` ("shift"),
            or its "next" step.
        phase: In degrees, of "shift"; 90 makes a cosine of a sine.
        steps_per_period: Of the slowest rate of a sine; below 2 it looks like a slower one.
        segment_length: T, steps of a segment.
        segments: N, in an epoch.
        carry: What becomes of the state at a border: carried on without its graph ("detach"), set
            to zeros ("reset"), or carried with its graph through the N segments of an epoch, after
            which alone a step is made ("full").
        pace: Steps a second at most, so that one can watch; 0 is as fast as can be.
        device: As of a RunConfig.

    Raises:
        ValueError: If a value is not of its kind or beyond SINE_LIMITS. Nothing is allocated.
    """

    task: ClassVar[str] = "sine"

    model: ModelConfig = field(default_factory=_model)
    training: TrainConfig = field(default_factory=partial(notebook_training, 1, 0.02))
    signal: Signal = "sine"
    target: Target = "shift"
    phase: int = 90
    steps_per_period: float = 20.0
    segment_length: int = 10
    segments: int = 100
    carry: Carry = "detach"
    pace: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        check_kinds(self)
        check_choices(self, signal=Signal, target=Target, carry=Carry)
        check_whole_numbers((self, self.model, self.training), SINE_LIMITS, LOWEST)
        check_period(self.steps_per_period)
        object.__setattr__(self, "steps_per_period", float(self.steps_per_period))
        self._check_network()
        if self.training.batch_size != 1:
            raise ValueError(f"batch_size must be 1, one signal, got {self.training.batch_size}")
        if self.training.lr > RUN_LIMITS["lr"]:
            raise ValueError(f"lr must be at most {RUN_LIMITS['lr']}, got {self.training.lr}")
        check_device(self.device)
        if self.graph_steps > (most := SINE_LIMITS["graph_steps"]):
            raise ValueError(
                f"one graph would reach through {self.graph_steps:,} time steps; at most {most:,}: "
                "take fewer or shorter segments, or detach the state at each border"
            )
        for name in ("steps", "time_steps"):
            if (value := getattr(self, name)) > SINE_LIMITS[name]:
                words = name.replace("_", " ")
                raise ValueError(f"this run has {value:,} {words}; at most {SINE_LIMITS[name]:,}")

    def _check_network(self) -> None:
        model = self.model
        if model.input_size != 1:
            raise ValueError(f"input_size must be 1, one number a step, got {model.input_size}")
        if model.bidirectional:
            raise ValueError("the network must read in one direction: it is asked at every step")
        if model.pooling != "last":
            raise ValueError(f"pooling must be last: each step is asked, got {model.pooling}")
        if self.training.forget_bias is not None and model.cell != "lstm":
            raise ValueError(f"forget_bias is for an LSTM alone, not for {model.cell}")

    @property
    def per_step(self) -> int:
        """Segments that one optimizer step learns from."""
        return self.segments if self.carry == "full" else 1

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole training."""
        return self.segments // self.per_step * self.training.epochs

    @property
    def graph_steps(self) -> int:
        """Time steps through which one graph reaches back."""
        return self.segment_length * self.per_step

    @property
    def time_steps(self) -> int:
        """Time steps of the whole training."""
        return self.segment_length * self.segments * self.training.epochs

    @property
    def parameters(self) -> int:
        """Numbers that are learnt, those of the head included."""
        model, p = self.model, self.model.output_size
        rows, count = NUM_GATES[model.cell] * model.hidden_size, p + 1
        for layer in range(model.num_layers):
            width = (p if layer else 1) + p + 2 * model.bias
            count += rows * width + model.proj_size * model.hidden_size
        return count

    @property
    def states(self) -> int:
        """Units times steps of time that one graph keeps for its gradients."""
        return self.graph_steps * self.model.hidden_size * self.model.num_layers

    def examples_after(self, step: int) -> int:
        """Return how many segments were learnt in so many steps."""
        return step * self.per_step

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        parts = {"model": self.model.to_dict(), "training": self.training.to_dict()}
        return {"task": self.task, **values, **parts}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SineConfig:
        """Build a config from `to_dict`'s values; an unknown name is a ValueError."""
        return cls(**parts_of(cls, values))


def seen_period(steps_per_period: float) -> float:
    """Return the steps of the period that samples show: longer than the true one below 2.

    Samples cannot tell a rate from the same rate and a whole turn more or less per step; infinity
    where each step shows the same.
    """
    rate = 1 / steps_per_period
    folded = abs(rate - round(rate))
    return math.inf if folded < 1e-9 else 1 / folded


def check_period(value: object) -> None:
    """Raise a ValueError if that is no number of steps per period."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"steps_per_period must be a number, got {value!r}")
    if not 1.0 <= value <= LONGEST_PERIOD:
        raise ValueError(f"steps_per_period must lie in [1, {LONGEST_PERIOD:g}], got {value}")
