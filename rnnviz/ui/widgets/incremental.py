"""Incremental computation: a part at each rerun of a page, which stays responsive."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

BUDGET_S = 0.2  # of computing for each answer of the page

T = TypeVar("T")


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


@dataclass(eq=False)
class Job(Generic[T]):
    """A computation of one session, piece by piece, and what it has found so far.

    Attributes:
        steps: The pieces; each yields all that is known so far.
        newest: What the last one yielded; None before the first.
        over: Whether it is complete, or cannot go on.
        fault: Why it cannot, or "".
    """

    steps: Iterator[T]
    newest: T | None = None
    over: bool = False
    fault: str = ""

    def until(self, end: float) -> bool:
        """Go on until that time, one piece at least; whether it is over."""
        while not self.over:
            try:
                self.newest = next(self.steps)
            except StopIteration:
                self.over = True
            except ValueError as error:
                self.over, self.fault = True, str(error)
            if time.perf_counter() > end:
                break
        return self.over


def work(jobs: Sequence[Job[Any]], end: float) -> bool:
    """Go on with one job after the other, one piece at least; whether all are over."""
    return all(job.over or job.until(end) for job in jobs)
