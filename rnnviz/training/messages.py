"""What a worker and the job manager tell each other, and what of it everyone may see.

Light to import: a worker needs it before torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnviz.core.config import RunConfig

State = Literal["queued", "starting", "running", "paused", "done", "failed", "cancelled"]
Floats = NDArray[np.float32]

OVER: frozenset[State] = frozenset({"done", "failed", "cancelled"})
NO_END = 2**62  # a step that no training reaches
POINTS = 500


def _none() -> Floats:
    return np.empty(0, np.float32)


@dataclass(frozen=True, eq=False)
class Curve:
    """How a training went, thinned out to a few hundred points.

    Attributes:
        step: Last step of each point, shape (N,), N at most `POINTS`.
        loss: Mean loss of the steps since the point before, shape (N,).
        accuracy: Mean share of their batches read right, shape (N,).
    """

    step: Floats = field(default_factory=_none)
    loss: Floats = field(default_factory=_none)
    accuracy: Floats = field(default_factory=_none)


class Thinned:
    """A curve that keeps at most `POINTS` points, whatever its length.

    Each point is the mean over as many steps as any other, but for the last; when there are too
    many, neighbours become one. What is kept follows from the steps alone, not from the clock.
    """

    def __init__(self) -> None:
        self._points = np.empty((POINTS, 3))
        self._count = 0
        self._stride = 1
        self._sums = np.zeros(2)
        self._summed = 0
        self._last = 0

    def add(self, step: int, loss: float, accuracy: float) -> None:
        """Take the values of the next step."""
        self._sums += loss, accuracy
        self._summed += 1
        self._last = step
        if self._summed == self._stride:
            self._points[self._count] = step, *(self._sums / self._stride)
            self._count += 1
            self._sums[:] = self._summed = 0
        if self._count == POINTS:
            pairs = self._points.reshape(-1, 2, 3)
            self._count = len(pairs)
            self._points[: self._count] = np.c_[pairs[:, 1, 0], pairs.mean(1)[:, 1:]]
            self._stride *= 2

    def curve(self) -> Curve:
        """Return a copy; a last point that is not full yet is the mean of what it has."""
        points = self._points[: self._count].astype(np.float32)
        if self._summed:
            open_point = np.array([[self._last, *(self._sums / self._summed)]], np.float32)
            points = np.concatenate([points, open_point])
        return Curve(*(np.ascontiguousarray(column) for column in points.T))


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A job at one moment; a later moment is another snapshot. Its arrays are read-only.

    Attributes:
        id: Of the job.
        state: "queued", "starting", "running", "paused", "done", "failed" or "cancelled".
        steps: Steps of the whole training.
        epochs: Epochs of the whole training.
        place: In the queue, 1 is next; 0 when not queued.
        step: Steps done.
        epoch: Of the last step, from 1; 0 before the first.
        history: Loss and accuracy on the way.
        test_accuracy: Share of the 10,000 test digits read right after each epoch so far.
        digits_per_s: Training digits per second, evaluation included.
        wall_s: Time spent on training and evaluation, pauses left out.
        left_s: Expected rest of it; None while unknown.
        device: What computes, e.g. "CPU, 1 thread"; empty while unknown.
        error: Why it failed or was stopped, one sentence.
        version: Grows with every change; equal versions of a job are the same snapshot.
        weights: Copies of the model's parameters by name, None if none came yet.
        weights_step: The step after which they were copied.
    """

    id: str
    state: State
    steps: int
    epochs: int
    place: int = 0
    step: int = 0
    epoch: int = 0
    history: Curve = field(default_factory=Curve)
    test_accuracy: Floats = field(default_factory=_none)
    digits_per_s: float = 0.0
    wall_s: float = 0.0
    left_s: float | None = None
    device: str = ""
    error: str | None = None
    version: int = 0
    weights: Mapping[str, Floats] | None = None
    weights_step: int = 0

    def __post_init__(self) -> None:
        curve = self.history
        arrays = (curve.step, curve.loss, curve.accuracy, self.test_accuracy)
        for array in (*arrays, *(self.weights or {}).values()):
            array.flags.writeable = False

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in OVER


@dataclass(frozen=True)
class Start:
    """To a worker that has nothing to do: train this.

    Attributes:
        id: Of the job.
        config: What to train.
        weights: Whether snapshots carry the weights.
        until: As in `Go`.
    """

    id: str
    config: RunConfig
    weights: bool
    until: int


@dataclass(frozen=True)
class Go:
    """To a worker that trains: go on until so many steps are done, then pause.

    Pause, resume and step are all this one message, and said twice it does nothing more.
    """

    until: int


@dataclass(frozen=True)
class Report:
    """From a worker.

    Attributes:
        snapshot: How the job stands; None: ready for a first one.
        until: The newest `until` that the worker knows.
    """

    snapshot: Snapshot | None = None
    until: int = NO_END


class UnknownJobError(KeyError):
    """There is no such job, or none any more."""

    def __init__(self, job_id: str) -> None:
        super().__init__(job_id)
        self.job_id = job_id

    def __str__(self) -> str:
        return f"there is no run {self.job_id!r}, or none any more"
