"""Messages between the job manager and its workers, and the snapshot of a job.

Light to import: a worker needs it before torch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnviz.data.mnist_sizes import FOLD_DIGITS
from rnnviz.training.tasks.spec import AnyConfig

State = Literal["queued", "starting", "running", "paused", "done", "failed", "cancelled"]
Floats = NDArray[np.float32]

OVER: frozenset[State] = frozenset({"done", "failed", "cancelled"})
NO_END = 2**62  # a step that no training reaches
POINTS = 500
CHECKPOINTS = 60
CHECKPOINT_BYTES = 64_000_000
SAVE_S = 10.0
RESUME_FILE = "resume.safetensors"  # in a run's folder: where its training can go on


def _none() -> Floats:
    return np.empty(0, np.float32)


@dataclass(frozen=True, eq=False)
class Curve:
    """How a training went, thinned out to a few hundred points.

    Attributes:
        step: Last step of each point, shape (N,), N at most `POINTS`.
        loss: Mean loss of the steps since the point before, shape (N,).
        accuracy: Mean share of their batches read right, shape (N,).
        grad_norm: Largest norm of their gradients before clipping, shape (N,).
    """

    step: Floats = field(default_factory=_none)
    loss: Floats = field(default_factory=_none)
    accuracy: Floats = field(default_factory=_none)
    grad_norm: Floats = field(default_factory=_none)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """How well the digits that judge the run, the test digits or a fold's, were read on the way.

    Attributes:
        step: After which step, shape (M,).
        accuracy: Share read right, shape (M,).
        read: How many digits were read, all of them or the first few, shape (M,).
    """

    step: Floats = field(default_factory=_none)
    accuracy: Floats = field(default_factory=_none)
    read: Floats = field(default_factory=_none)

    def thorough(self) -> Floats:
        """Return the shares of all of them, one for each epoch so far."""
        every: Floats = self.accuracy[self.read >= FOLD_DIGITS]  # a glance reads far fewer
        return every


@dataclass(frozen=True, eq=False)
class ThinnedState:
    """All that a `Thinned` is at one moment.

    Attributes:
        points: Step, loss, accuracy and largest norm of each full point, float64 (N, 4).
        open: Count of the steps of the point that is not full yet, its last step, the sums of its
            losses and accuracies, and its largest norm, float64 (5,).
        stride: Steps of a full point.
    """

    points: NDArray[np.float64]
    open: NDArray[np.float64]
    stride: int


class Thinned:
    """A curve that keeps at most `POINTS` points, whatever its length.

    Each point stands for as many steps as any other, but for the last; when there are too
    many, neighbours become one. What is kept follows from the steps alone, not from the clock.

    Args:
        state: Where to go on; None is the beginning.

    Raises:
        ValueError: If the state is none that `state` gave.
    """

    def __init__(self, state: ThinnedState | None = None) -> None:
        self._points = np.empty((POINTS, 4))
        self._count = 0
        self._stride = 1
        self._open = _Point()
        if state is not None:
            self._load(state)

    def _load(self, state: ThinnedState) -> None:
        count, shapes = len(state.points), (state.points.shape[1:], state.open.shape)
        steps = state.open[0] if shapes == ((4,), (5,)) else -1
        if not (0 <= steps < state.stride and count < POINTS):
            raise ValueError(f"no curve has points {state.points.shape}, open {state.open.shape}")
        self._points[:count] = state.points
        self._count, self._stride = count, state.stride
        self._open.count, self._open.step = int(steps), int(state.open[1])
        self._open.loss, self._open.accuracy, self._open.grad_norm = state.open[2:].tolist()

    def state(self) -> ThinnedState:
        """Return a copy of all that it is."""
        point = self._open
        rest = (point.count, point.step, point.loss, point.accuracy, point.grad_norm)
        return ThinnedState(self._points[: self._count].copy(), np.array(rest, float), self._stride)

    def add(self, step: int, loss: float, accuracy: float, grad_norm: float) -> None:
        """Take the values of the next step."""
        self._open.add(step, loss, accuracy, grad_norm)
        if self._open.count == self._stride:
            self._points[self._count] = self._open.values()
            self._count += 1
            self._open = _Point()
        if self._count == POINTS:
            pairs = self._points.reshape(-1, 2, 4)
            self._count = len(pairs)
            with np.errstate(invalid="ignore", over="ignore"):  # a lost loss is shown as that
                means = pairs[:, :, 1:3].mean(1)
            joined = np.c_[pairs[:, 1, 0], means, pairs[:, :, 3].max(1)]
            self._points[: self._count] = joined
            self._stride *= 2

    def curve(self) -> Curve:
        """Return a copy; a last point that is not full yet stands for what it has."""
        points = self._points[: self._count].astype(np.float32)
        if self._open.count:
            last = np.array([self._open.values()], np.float32)
            points = np.concatenate([points, last])
        return Curve(*(np.ascontiguousarray(column) for column in points.T))


class _Point:
    """Steps that become one point: quick to add to, since every step is."""

    __slots__ = ("accuracy", "count", "grad_norm", "loss", "step")

    def __init__(self) -> None:
        self.count = self.step = 0
        self.loss = self.accuracy = self.grad_norm = 0.0

    def add(self, step: int, loss: float, accuracy: float, grad_norm: float) -> None:
        self.count += 1
        self.step = step
        self.loss += loss
        self.accuracy += accuracy
        if not (grad_norm <= self.grad_norm or math.isnan(self.grad_norm)):  # NaN comes and stays
            self.grad_norm = grad_norm

    def values(self) -> tuple[float, float, float, float]:
        """The last step, the mean loss and accuracy, the largest norm."""
        return self.step, self.loss / self.count, self.accuracy / self.count, self.grad_norm


def checkpoint_steps(config: AnyConfig) -> tuple[int, ...]:
    """Return the steps after which the weights are kept: 0, the last, and closer together early on.

    `CHECKPOINTS`, fewer where there are not so many steps or the weights would take more than
    `CHECKPOINT_BYTES` together, but no fewer than 8 for that.
    """
    room = CHECKPOINT_BYTES // (4 * config.parameters)
    count = min(max(room, 8), CHECKPOINTS, config.steps + 1)
    steps = [0]
    for k in range(1, count):
        wanted = round(config.steps * (k / (count - 1)) ** 2.5)
        steps.append(max(wanted, steps[-1] + 1))
    return tuple(steps)


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
        held_out: Test digits, or those of a fold, read right on the way.
        digits_per_s: Training digits per second, evaluation included.
        wall_s: Time spent on training and evaluation, pauses left out.
        left_s: Expected rest of it; None while unknown.
        device: What computes, e.g. "CPU, 1 thread"; empty while unknown.
        torch_version: Of the torch that trains; empty while unknown.
        error: Why it failed or was stopped, one sentence.
        note: What else there is to say, e.g. what it is busy with before the first step.
        unkept: Why it is not kept on the disk, one sentence; "" if it is.
        version: Grows with every change; equal versions of a job are the same snapshot.
        weights: Copies of the model's parameters by name, None if none came yet.
        weights_step: The step after which they were copied.
        checkpoints: Steps whose weights are kept, see `checkpoint.weights_at`.
    """

    id: str
    state: State
    steps: int
    epochs: int
    place: int = 0
    step: int = 0
    epoch: int = 0
    history: Curve = field(default_factory=Curve)
    held_out: HeldOut = field(default_factory=HeldOut)
    digits_per_s: float = 0.0
    wall_s: float = 0.0
    left_s: float | None = None
    device: str = ""
    torch_version: str = ""
    error: str | None = None
    note: str = ""
    unkept: str = ""
    version: int = 0
    weights: Mapping[str, Floats] | None = None
    weights_step: int = 0
    checkpoints: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        arrays = (*vars(self.history).values(), *vars(self.held_out).values())
        for array in (*arrays, *(self.weights or {}).values()):
            array.flags.writeable = False

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in OVER


@dataclass(frozen=True)
class Start:
    """To a worker that has nothing to do, in a tuple of one or several: train this.

    Attributes:
        id: Of the job.
        config: What to train.
        weights: Whether snapshots carry the weights.
        until: As in `Go`.
        folder: Where checkpoints are written, and `RESUME_FILE`; "" for nowhere.
        resume: Whether to go on from the folder's `RESUME_FILE`; without one it is the beginning.
        save_s: Seconds from one writing of that file to the next, at least.
    """

    id: str
    config: AnyConfig
    weights: bool
    until: int
    folder: str = ""
    resume: bool = False
    save_s: float = SAVE_S


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
