"""Measurements behind the health checks: recent loss, gradient norms, dead and saturated units."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from rnnviz.core.units import statistics as units_statistics
from rnnviz.training.jobs.protocol import Curve, Floats
from rnnviz.training.tasks.digits import RunConfig

Bools = NDArray[np.bool_]

FEW_STEPS = 10  # before so many nothing is said, unless a number is lost
RECENT_DIGITS = 1280  # "now": the steps of so many digits, FEW_STEPS at least


@dataclass(frozen=True)
class Seen:
    """What the curve tells.

    Attributes:
        step: Steps done.
        worth: So many steps at the full rate they are worth.
        loss: Now.
        best: The lowest that the loss was, over as many steps.
        worst: The highest, the same.
        grad_norm: The largest now.
        lost: By which step a loss or a gradient was no number any more; 0: none.
    """

    step: int = 0
    worth: float = 0.0
    loss: float = math.nan
    best: float = math.nan
    worst: float = math.nan
    grad_norm: float = math.nan
    lost: int = 0

    @property
    def early(self) -> bool:
        """Whether there is not enough to say anything."""
        return self.step < FEW_STEPS


def look(config: RunConfig, history: Curve) -> Seen:
    """Return what the curve tells so far."""
    if not len(history.step):
        return Seen()
    step = int(history.step[-1])
    worth = _steps_at_full_rate(config, step)
    lost = ~(np.isfinite(history.loss) & np.isfinite(history.grad_norm))
    if lost.any():
        return Seen(step, worth, lost=int(history.step[lost.argmax()]))
    now = window(config, history, step, RECENT_DIGITS)
    count = int(now.sum())
    means = np.convolve(history.loss, np.full(count, 1 / count), "valid")
    norm = float(history.grad_norm[now].max())
    return Seen(step, worth, float(means[-1]), float(means.min()), float(means.max()), norm)


def window(config: RunConfig, history: Curve, step: int, digits: int) -> Bools:
    """Return which points lie in the steps of so many digits before a step, that one included."""
    steps = max(FEW_STEPS, math.ceil(digits / config.training.batch_size))
    inside = (history.step > step - steps) & (history.step <= step)
    if not inside.any():  # a point may stand for more steps than that
        inside[np.searchsorted(history.step, step)] = True
    return inside


def _steps_at_full_rate(config: RunConfig, step: int) -> float:
    """Return how many steps at the full rate so many steps are worth while the rate still rises."""
    if config.training.schedule != "one_cycle":
        return step
    top = config.training.warmup * config.steps
    return step**2 / (2 * top) if step < top else step - top / 2


def weakest(config: RunConfig, reach: Floats) -> tuple[float, int]:
    """Return how strongly the loss is felt where it could be least, and which step that is, from 1.

    The measure is the last step, next to the head; in two directions the weaker of both ends, and
    the step that feels it least lies somewhere between.
    """
    place = int(reach.argmin()) if config.model.bidirectional else 0
    end = min(reach[0], reach[-1]) if config.model.bidirectional else reach[-1]
    if not np.isfinite(reach).all():
        return math.nan, 1
    return (float(reach[place]) / float(end) if end else 0.0), place + 1


@dataclass(frozen=True)
class Stuck:
    """How many units are of no use.

    Attributes:
        units: Of all.
        saturated: Nearly always close to -1 or 1.
        dead: Of the others, those that hardly change.
    """

    units: int
    saturated: int
    dead: int

    @property
    def share(self) -> float:
        """Of all units."""
        return (self.saturated + self.dead) / self.units


def find_stuck(config: RunConfig, h: Floats) -> Stuck:
    """Return how many units are of no use, by their states h for some digits, (T, B, D·P)."""
    model = config.model
    bounded = not model.proj_size and (model.cell != "rnn" or model.nonlinearity == "tanh")
    found = units_statistics.condition(torch.from_numpy(h), bounded=bounded)
    return Stuck(h.shape[-1], int(found.saturated.sum()), int(found.dead.sum()))
