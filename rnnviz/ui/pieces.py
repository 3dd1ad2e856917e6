"""Long computations in pieces, a few at each look of a page, so that it answers meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Lock

BUDGET_S = 0.2  # of computing for each answer of the page


class Pieces:
    """A computation that some of the sessions do, one of them at a time."""

    def __init__(self, begin: Callable[[], Iterator[float]], lock: Lock | None = None) -> None:
        """Begin nothing yet.

        Args:
            begin: Returns the pieces; each yields the share of the way that is done.
            lock: Shared by computations of which one at a time may go on.
        """
        self.share = 0.0
        self.done = False
        self._begin = begin
        self._job: Iterator[float] | None = None
        self._lock = lock or Lock()

    def work(self) -> bool:
        """Compute for `BUDGET_S`, unless another session is at it; return whether it is done."""
        end = time.perf_counter() + BUDGET_S
        if not self._lock.acquire(blocking=False):
            return self.done
        try:
            self._job = self._job or self._begin()
            while not self.done and time.perf_counter() < end:
                share = next(self._job, None)
                self.done = share is None
                self.share = 1.0 if share is None else share
        except BaseException:
            self._job = None  # what was half made is begun anew
            raise
        finally:
            self._lock.release()
        if self.done:
            self._job = None
        return self.done
