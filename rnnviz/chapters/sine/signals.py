"""Signals of unlimited length, with the target at each time step.

Each is a sum of sines, so that moving it on by a phase has a meaning for all of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from rnnviz.chapters.sine.config import Signal, SineConfig, Target, check_period

SINES_OF_NOISE = 16
SWEEP = 10  # periods in which a chirp goes up and down


class Wave(NamedTuple):
    """A stretch of a signal.

    Attributes:
        x: What is read, shape (T, 1, 1): T steps, one signal, one number.
        y: What is asked for, shape (T, 1, 1).
    """

    x: Tensor
    y: Tensor


@dataclass(frozen=True, eq=False)
class Source:
    """A signal from its first step on, whatever part of it is asked for.

    Attributes:
        signal: As of a SineConfig, like all that follow.
        target: What is asked for.
        phase: Degrees of "shift".
        steps_per_period: Of its sine.
        seed: Of the rates and phases of "noise".

    Raises:
        ValueError: If there is no such signal or period.
    """

    signal: Signal = "sine"
    target: Target = "shift"
    phase: float = 90.0
    steps_per_period: float = 20.0
    seed: int = 0
    _sines: tuple[Tensor, Tensor] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_period(self.steps_per_period)
        object.__setattr__(self, "_sines", _sines(self.signal, self.seed))

    @classmethod
    def of(cls, config: SineConfig) -> Source:
        """Return the signal that a run learns."""
        return cls(
            config.signal,
            config.target,
            config.phase,
            config.steps_per_period,
            config.training.seed,
        )

    def take(self, start: int, count: int, dtype: torch.dtype = torch.float32) -> Wave:
        """Return some of its steps.

        Args:
            start: The first, from 0.
            count: T.
            dtype: Of both tensors; they are computed in float64.

        Raises:
            ValueError: If there is no such step.
        """
        if start < 0 or count < 1:
            raise ValueError(f"start must be at least 0 and count 1, got {start} and {count}")
        steps = torch.arange(start, start + count + 1, dtype=torch.float64)
        x = self._at(steps, 0.0)
        y = x[1:] if self.target == "next" else self._at(steps[:-1], math.radians(self.phase))
        return Wave(x[:-1].to(dtype).view(-1, 1, 1), y.to(dtype).view(-1, 1, 1))

    @property
    def power(self) -> float:
        """The mean square of what is asked for, over its first 2,000 steps; never quite 0."""
        return max(float(self.take(0, 2000, torch.float64).y.square().mean()), 1e-6)

    @property
    def ahead(self) -> int | None:
        """Return how many steps after its own the signal will be what is asked for now.

        None if that is no whole number of steps, or the signal is not simply moved.
        """
        if self.target == "next":
            return 1
        steps = self.steps_per_period * self.phase / 360
        whole = steps >= 1 and abs(steps - round(steps)) < 1e-9
        return round(steps) if whole and self.signal == "sine" else None

    def _at(self, steps: Tensor, moved: float) -> Tensor:
        rates, phases = self._sines
        turn = 2 * math.pi * steps / self.steps_per_period
        if self.signal == "chirp":  # its rate swings by half around 1
            turn = turn + SWEEP / 2 * (1 - torch.cos(turn / SWEEP))
        angles = turn[:, None] * rates + phases + moved
        return angles.sin().sum(1) / math.sqrt(len(rates))


def _sines(signal: Signal, seed: int) -> tuple[Tensor, Tensor]:
    """Return the rates, in those of the signal, and the phases of all its sines, float64 (n,)."""
    if signal in ("sine", "chirp"):
        return torch.ones(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    if signal == "two_sines":
        return torch.tensor([1.0, math.sqrt(2)], dtype=torch.float64), torch.zeros(2).double()
    if signal == "noise":
        chance = torch.Generator().manual_seed(seed)
        drawn = torch.rand((2, SINES_OF_NOISE), generator=chance, dtype=torch.float64)
        return 0.5 + drawn[0], 2 * math.pi * drawn[1]
    raise ValueError(f"signal must be one of sine, two_sines, chirp, noise, got {signal!r}")
