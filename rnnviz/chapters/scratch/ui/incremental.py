"""NumPy trainings of one session, each a generator that advances at every page rerun.

A piece is short, so that the page answers; it goes on with the next tick of the page's fragment.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from rnnviz.chapters.scratch import broken_training
from rnnviz.chapters.scratch.broken_training import LessonStep
from rnnviz.chapters.scratch.numpy_training import Both, ByHand, ByHandConfig

BUDGET_S = 0.2  # of computing for each answer of the page
KEPT = 6  # trainings that a session keeps


@dataclass(eq=False)
class Learning:
    """A training by hand and its twin, as far as it has come.

    Attributes:
        training: The training.
        logs: What each step yielded.
        running: Whether it goes on.
        stopped: Whether somebody ended it.
    """

    training: ByHand
    logs: list[Both] = field(default_factory=list)
    running: bool = False
    stopped: bool = False
    _until: float = math.inf  # the step after which it pauses
    _steps: Iterator[Both] | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do: all steps are done, or the loss is no number."""
        if not self.logs:
            return False
        last = self.logs[-1]
        return last.step == self.training.config.steps or not np.isfinite(last.loss)

    @property
    def over(self) -> bool:
        """Whether it is stopped or done."""
        return self.stopped or self.done

    @property
    def paused(self) -> bool:
        """Whether it waits for Resume."""
        return not (self.running or self.over)

    @property
    def can_go_on(self) -> bool:
        """Whether it is stopped before its end."""
        return self.stopped and not self.done

    def go(self, steps: int | None = None) -> None:
        """Go on for so many steps, or to the end."""
        self._until = math.inf if steps is None else len(self.logs) + steps
        self.running, self.stopped = not self.done, False

    def pause(self) -> None:
        """Pause after the step under way."""
        self.running = False

    def stop(self) -> None:
        """End it; `go` goes on with it."""
        self.running, self.stopped = False, True

    def work(self, budget_s: float = BUDGET_S) -> None:
        """Go on for so long, one step at least; two tabs do not do it twice."""
        if not self.running or not self._lock.acquire(blocking=False):
            return
        try:
            self._steps = self._steps or self.training.steps()
            end = time.perf_counter() + budget_s
            with np.errstate(all="ignore"):  # a loss that is no number is said in words
                while self.running:
                    self.logs.append(next(self._steps))
                    if self.done or len(self.logs) >= self._until:
                        self.running = False
                    if time.perf_counter() > end:
                        break
        finally:
            self._lock.release()


@dataclass(eq=False)
class Lessons:
    """The three trainings of the lesson, one after the other.

    Attributes:
        config: Of all three.
        logs: Of each what its steps yielded.
    """

    config: ByHandConfig
    logs: tuple[list[LessonStep], ...] = field(default_factory=lambda: ([], [], []))
    _steps: Iterator[tuple[int, LessonStep]] | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def share(self) -> float:
        """How much of it is done, 0 … 1."""
        return sum(map(len, self.logs)) / (len(self.logs) * (self.config.steps + 1))

    def work(self, budget_s: float = BUDGET_S) -> None:
        """Go on for so long, one step at least."""
        if self.share == 1 or not self._lock.acquire(blocking=False):
            return
        try:
            self._steps = self._steps or self._all()
            end = time.perf_counter() + budget_s
            while self.share < 1 and time.perf_counter() < end:
                which, log = next(self._steps)
                self.logs[which].append(log)
        finally:
            self._lock.release()

    def _all(self) -> Iterator[tuple[int, LessonStep]]:
        for which, function in enumerate(broken_training.STEPS):
            yield from ((which, log) for log in broken_training.run(function, self.config))


@dataclass(eq=False)
class Trainings:
    """All of one session."""

    _learnings: dict[ByHandConfig, Learning] = field(default_factory=dict)
    _lessons: dict[ByHandConfig, Lessons] = field(default_factory=dict)

    def learning(self, config: ByHandConfig) -> Learning:
        """Return the training with these settings; any other stands still."""
        found = self._learnings.pop(config, None) or Learning(ByHand(config))
        for other in self._learnings.values():
            other.pause()
        self._learnings[config] = found  # the one not asked for longest is forgotten
        while len(self._learnings) > KEPT:
            del self._learnings[next(iter(self._learnings))]
        return found

    def start(self, config: ByHandConfig, steps: int | None = None) -> None:
        """Begin a training anew, for so many steps or to its end."""
        before = self._learnings.pop(config, None)
        if before is not None:
            before.pause()
        self.learning(config).go(steps)

    def lessons(self, config: ByHandConfig) -> Lessons:
        """Return the lesson's trainings with these settings."""
        return self._lessons.setdefault(config, Lessons(config))
