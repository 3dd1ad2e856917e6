"""Cache with a limit, which evicts the least recently used values."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from math import inf
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """Values by key for any thread, each made once; the least recently used are evicted."""

    def __init__(
        self,
        most: int,
        size: Callable[[V], float] | None = None,
        most_size: float = inf,
        *,
        least: int = 1,
    ) -> None:
        """Start empty.

        Args:
            most: Maximum number of values.
            size: Returns the size of a value at present; None: only their number is limited.
            most_size: Maximum size of all values together.
            least: Number of the newest values that stay, whatever their size.
        """
        self._most, self._size, self._most_size, self._least = most, size, most_size, least
        self._slots: dict[K, _Slot[V]] = {}  # the least recently used first
        self._lock = Lock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return the value of a key; the first caller makes it, others of that key wait."""
        with self._lock:
            slot = self._slots.pop(key, None) or _Slot()
            self._slots[key] = slot
        with slot.lock:
            if not slot.values:
                slot.values.append(make())
        with self._lock:
            self._evict()
        return slot.values[0]

    def find(self, key: K) -> V | None:
        """Return the value of a key, which does not count as a use; None if there is none."""
        with self._lock:
            slot = self._slots.get(key)
        return slot.values[0] if slot is not None and slot.values else None

    def _evict(self) -> None:
        held = sum(map(self._held, self._slots.values()))
        for key in tuple(self._slots)[: -self._least]:
            if len(self._slots) <= self._most and held <= self._most_size:
                return
            held -= self._held(self._slots.pop(key))

    def _held(self, slot: _Slot[V]) -> float:
        return 0.0 if self._size is None else sum(map(self._size, slot.values))


class _Slot(Generic[V]):
    """Place of one value, empty until it is made."""

    def __init__(self) -> None:
        self.values: list[V] = []
        self.lock = Lock()
