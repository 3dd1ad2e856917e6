"""Rate limit for a repeated operation, and a stopwatch that can be paused."""

from __future__ import annotations

import math
import time

SHARE = 0.02  # of the time, at most, that what is paced may take


class Pace:
    """Says when it is time again: not before `every_s`, and later if doing it takes long."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._next = -math.inf

    def due(self) -> bool:
        """Whether it is time."""
        return time.perf_counter() >= self._next

    def done(self, started: float) -> None:
        """Note that it was begun at `started` and is done now."""
        now = time.perf_counter()
        self._next = max(started + self._every_s, now + (now - started) / SHARE)


class Clock:
    """A stopwatch that can be stopped and started again.

    Args:
        before_s: What it has counted already.
    """

    def __init__(self, before_s: float = 0.0) -> None:
        self._before_s = before_s
        self._started: float | None = None

    def start(self) -> None:
        """Go on counting."""
        self._started = time.perf_counter()

    def stop(self) -> None:
        """Stop counting, keep what was counted."""
        self._before_s, self._started = self.wall_s(), None

    def wall_s(self) -> float:
        """Return the seconds counted so far."""
        return self._before_s + (time.perf_counter() - self._started if self._started else 0.0)
