"""Who may train a kept run: a lock on one of its files, which ends with the process that has it."""

from __future__ import annotations

import fcntl
import time
from types import TracebackType
from typing import BinaryIO

PATIENCE_S = 0.05  # who only looks holds a lock for microseconds


class Claim:
    """The right to train a run, which nobody else has until it is released or its process dies."""

    def __init__(self, run_id: str, lock: BinaryIO) -> None:
        self.run_id = run_id
        self._lock = lock

    def release(self) -> None:
        """Give it back; twice is once."""
        release(self._lock)

    def __enter__(self) -> Claim:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


def acquire(file: BinaryIO, kind: int, patience_s: float = PATIENCE_S) -> bool:
    """Lock a file unless somebody else has it, and keeps it; whether that was done.

    Args:
        file: Which, open.
        kind: `fcntl.LOCK_EX`, or `fcntl.LOCK_SH`.
        patience_s: How long to wait for another's lock.
    """
    end = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(0.002)
        else:
            return True


def release(lock: BinaryIO) -> None:
    """Give a lock back; twice is once."""
    if not lock.closed:
        # Not by closing alone: a process that is just being forked has the file open too.
        fcntl.flock(lock, fcntl.LOCK_UN)
        lock.close()
