"""NumPy trainings of one session, each a generator that advances at every page rerun.

A piece is short, so that the page answers; it goes on with the next tick of the page's fragment.
"""

from __future__ import annotations

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
        running: Whether it is to go on.
        over: Whether there is nothing left to do.
    """

    training: ByHand
    logs: list[Both] = field(default_factory=list)
    running: bool = False
    over: bool = False
    _steps: Iterator[Both] | None = None
    _lock: Lock = field(default_factory=Lock)

    def start(self) -> None:
        """Go on, or begin."""
        self.running = not self.over

    def pause(self) -> None:
        """Stand still."""
        self.running = False

    def work(self, budget_s: float = BUDGET_S) -> None:
        """Go on for so long, one step at least; two tabs do not do it twice."""
        if not self.running or not self._lock.acquire(blocking=False):
            return
        try:
            self._steps = self._steps or self.training.steps()
            end = time.perf_counter() + budget_s
            with np.errstate(all="ignore"):  # a loss that is no number is said in words
                while self.running and not self.over:
                    self._advance()
                    if time.perf_counter() > end:
                        break
        finally:
            self._lock.release()

    def _advance(self) -> None:
        assert self._steps is not None
        self.logs.append(next(self._steps))
        lost = not np.isfinite(self.logs[-1].loss)
        self.over = lost or self.logs[-1].step == self.training.config.steps
        self.running = self.running and not self.over


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

    def cancel(self, config: ByHandConfig) -> None:
        """Forget a training: it then begins anew."""
        found = self._learnings.pop(config, None)
        if found is not None:
            found.pause()

    def lessons(self, config: ByHandConfig) -> Lessons:
        """Return the lesson's trainings with these settings."""
        return self._lessons.setdefault(config, Lessons(config))
