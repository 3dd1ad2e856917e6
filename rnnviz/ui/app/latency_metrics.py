"""Latency metrics: histograms of the seconds in which the server answers ink and builds pages."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

BOUNDS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Histogram:
    """Counts of times in buckets; any thread may count. `monitoring` writes them.

    Args:
        name: As the monitor knows it, e.g. "rnnviz_answer_seconds".
        words: What is timed.

    Attributes:
        name: Likewise.
        words: Likewise.
    """

    def __init__(self, name: str, words: str) -> None:
        self.name, self.words = name, words
        self._lock = threading.Lock()
        self._counts = [0] * (len(BOUNDS_S) + 1)
        self._sum_s = 0.0

    def observe(self, seconds: float) -> None:
        """Count one."""
        place = sum(bound < seconds for bound in BOUNDS_S)
        with self._lock:
            self._counts[place] += 1
            self._sum_s += seconds

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Time what is done within; what ends in an error, or is cut short, does not count."""
        start = time.perf_counter()
        yield
        self.observe(time.perf_counter() - start)

    def read(self) -> tuple[list[int], float]:
        """Return the count of each bucket of `BOUNDS_S` and of those above, and the sum."""
        with self._lock:
            return list(self._counts), self._sum_s


@cache
def answers() -> Histogram:
    """Return the count of answers to ink on the pad."""
    words = "Seconds in which the server answered ink on the pad."
    return Histogram("rnnviz_answer_seconds", words)


@cache
def pages() -> Histogram:
    """Return the count of pages that were built whole."""
    return Histogram("rnnviz_page_seconds", "Seconds in which the server built a whole page.")
