"""Cache of one run's checkpoints for a session, with what each one's network computes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.core.models import SequenceClassifier
from rnnviz.training.health import digit_checks
from rnnviz.training.health.check_result import Light
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.training.tasks import checkpoint_readers
from rnnviz.training.tasks.build import Weights
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.components.run_arrays import Frames
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets.incremental import Job, work

REACH_S = 0.45  # between two looks at the gradient of a run that goes on
SHARE = 0.25  # of the time, at most, that looking at a run that goes on may take
ROOM = 6_000_000  # bytes of hidden states in all frames together

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


@dataclass(eq=False)
class CheckpointReader:
    """The networks of one run's checkpoints, and how each reads one digit.

    Attributes:
        run_id: Of the run.
        config: What it trains.
        weights_at: Returns the weights of a checkpoint.
    """

    run_id: str
    config: RunConfig
    weights_at: Callable[[int], Mapping[str, Tensor]]
    _picture: bytes = b""
    _stories: dict[int, tuple[Bytes, Floats]] = field(default_factory=dict)
    _last: tuple[int, SequenceClassifier] | None = None

    def follow(self, picture: Bytes) -> None:
        """Let this be the digit that is read at each checkpoint."""
        if picture.tobytes() != self._picture:
            self._picture = picture.tobytes()
            self._stories.clear()

    def network(self, step: int, weights: Weights | None = None) -> SequenceClassifier:
        """Build the network of a checkpoint, with these weights if they are at hand.

        Raises:
            CheckpointError: If its weights are gone or damaged.
        """
        if self._last is None or self._last[0] != step:
            weights = self.weights_at(step) if weights is None else weights
            device = embedded_models.device()
            self._last = step, checkpoint_readers.model_of(self.config, weights, device)
        return self._last[1]

    def read(self, step: int, weights: Weights | None = None) -> None:
        """Let the network of a checkpoint read the digit, if it has not; otherwise as `network`."""
        if step not in self._stories:
            picture = np.frombuffer(self._picture, np.uint8).reshape(28, 28)
            model = self.network(step, weights)
            self._stories[step] = checkpoint_readers.story(self.config, model, picture)


@dataclass(eq=False)
class Looks(CheckpointReader):
    """The checkpoints of one run as one session sees them.

    Attributes:
        complete: Whether `past` has returned all there is.
    """

    complete: bool = False
    _reaches: dict[int, tuple[Floats, Floats | None]] = field(default_factory=dict)
    _guesses: dict[int, Bytes] = field(default_factory=dict)
    _newest_reach: int = -1
    _next_look: float = 0.0
    _next_reach: float = 0.0
    _lights: tuple[Light, ...] = ()

    def live(self, snapshot: Snapshot, picture: Bytes) -> Frames | None:
        """Return the newest moment of a run that goes on; None before there is one."""
        self.complete = False
        self.follow(picture)
        now = time.perf_counter()
        if snapshot.weights is not None and (now >= self._next_look or not self._stories):
            self._forget_all_but(snapshot.checkpoints)
            self.read(snapshot.weights_step, snapshot.weights)
            if now >= self._next_reach:
                self._follow_back(snapshot, snapshot.weights_step)
                self._next_reach = now + REACH_S
            took = time.perf_counter() - now
            self._next_look = now + took / SHARE
        step = max(self._stories, default=None)
        return None if step is None else self._frames([step], whole=False)

    def past(self, snapshot: Snapshot, picture: Bytes) -> Frames | None:
        """Return the moments of a run that stands.

        What is missing is computed, the newest first, some of it at a time: ask again until
        `complete`.
        """
        self.follow(picture)
        wanted = self._wanted(snapshot)
        self.complete = work([Job(lambda: self._fill(snapshot, wanted))])
        there = [step for step in wanted if step in self._stories and step in self._guesses]
        return self._frames(there, whole=True) if there else None

    def lights(self, snapshot: Snapshot) -> tuple[Light, ...]:
        """Return how healthy the run looks by what was seen last."""
        return self._lights or self._examine(snapshot, None, None, None)

    def story_at(self, snapshot: Snapshot, step: int, picture: Bytes) -> tuple[Bytes, Floats]:
        """Let the network of a moment read any picture: h as bytes (T, U), belief (T, 10)."""
        model = self.network(step, _weights(snapshot, step))
        return checkpoint_readers.story(self.config, model, picture)

    def guesses_at(self, step: int) -> Bytes | None:
        """Return what the first test digits were taken for at a moment, if that is known."""
        return self._guesses.get(step)

    def _fill(self, snapshot: Snapshot, steps: Sequence[int]) -> Iterator[None]:
        for step in outside_in(steps):
            with suppress(CheckpointError):
                self.read(step, _weights(snapshot, step))
                self._follow_back(snapshot, step)
                self._guess(snapshot, step)
            yield

    def _forget_all_but(self, steps: Sequence[int]) -> None:
        for known in (self._stories, self._reaches):
            newest = max(known, default=-1)
            for step in set(known) - {*steps, newest}:
                del known[step]

    def _wanted(self, snapshot: Snapshot) -> list[int]:
        steps = {*snapshot.checkpoints}
        if snapshot.weights is not None:
            steps.add(snapshot.weights_step)
        model = self.config.model
        each = self.config.length * model.num_directions * model.output_size
        return spread(steps, ROOM // each)

    def _follow_back(self, snapshot: Snapshot, step: int) -> None:
        newer = step > self._newest_reach
        if step in self._reaches and not newer:
            return
        test = embedded_models.test_digits()
        found = checkpoint_readers.felt(
            self.config, self.network(step, _weights(snapshot, step)), test
        )
        self._reaches[step] = found.h, found.c
        if newer:
            self._newest_reach = step
            self._lights = self._examine(snapshot, found.h, found.c, found.states)

    def _guess(self, snapshot: Snapshot, step: int) -> None:
        if step not in self._guesses:
            model = self.network(step, _weights(snapshot, step))
            test = embedded_models.test_digits()
            self._guesses[step] = checkpoint_readers.guesses(
                self.config, model, test, checkpoint_readers.GUESSED
            )

    def _examine(
        self, snapshot: Snapshot, h: Floats | None, c: Floats | None, states: Floats | None
    ) -> tuple[Light, ...]:
        seen = (self.config, snapshot.history, snapshot.held_out)
        return digit_checks.examine(*seen, reach_h=h, reach_c=c, h=states)

    def _frames(self, steps: list[int], *, whole: bool) -> Frames:
        stories = [self._stories[step] for step in steps]
        reaches = [self._reaches.get(step) or self._newest() for step in steps]
        has_c = self.config.model.cell == "lstm"
        labels = embedded_models.test_digits().labels.numpy()[: checkpoint_readers.GUESSED]
        guesses = [self._guesses[step] if whole else self._ten() for step in steps]
        return Frames(
            step=steps,
            h=np.stack([h for h, _ in stories]),
            belief=np.stack([belief for _, belief in stories]),
            reach_h=np.stack([h for h, _ in reaches]),
            reach_c=np.stack([c for _, c in reaches if c is not None]) if has_c else None,
            ten=np.stack([guessed[:10] for guessed in guesses]),
            confusion=np.stack([checkpoint_readers.confusion(labels, g) for g in guesses])
            if whole
            else None,
        )

    def _ten(self) -> Bytes:
        if self._last is None:
            return np.zeros(10, np.uint8)
        return checkpoint_readers.guesses(
            self.config, self._last[1], embedded_models.test_digits(), 10
        )

    def ten(self) -> list[int]:
        """Return what the first ten test digits were taken for when looked at last."""
        known = self._guesses.get(max(self._stories, default=-1))
        return [int(guess) for guess in (known if known is not None else self._ten())[:10]]

    def _newest(self) -> tuple[Floats, Floats | None]:
        if self._reaches:
            return self._reaches[max(self._reaches)]
        unknown = np.full(self.config.length, np.nan, np.float32)
        return unknown, unknown


def _weights(snapshot: Snapshot, step: int) -> Weights | None:
    """Return the weights of a step that a snapshot has; None if its checkpoint has them."""
    return snapshot.weights if snapshot.weights_step == step else None


def spread(steps: Iterable[int], count: int) -> list[int]:
    """Return so many of the steps, at least two, evenly spread; the first and the last are kept."""
    ordered, count = sorted(steps), max(count, 2)
    if len(ordered) <= count:
        return ordered
    kept = np.unique(np.linspace(0, len(ordered) - 1, count).round().astype(int))
    return [ordered[k] for k in kept]


def outside_in(steps: Sequence[int]) -> list[int]:
    """Return the last, the first, then ever finer what lies between."""
    order, seen = [], set()
    for level in (1, 2, 4, 8, 16, 32, 64):
        for k in range(level, -1, -1):
            step = steps[round(k * (len(steps) - 1) / level)] if steps else None
            if step is not None and step not in seen:
                seen.add(step)
                order.append(step)
    return order
