"""Lock on a stored run, held by the process that trains it and released when that exits.

A lock is one of the system's on an open file (`flock`, on Windows `LockFileEx`), by `filelock`.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from filelock import lock_descriptor, unlock_descriptor

PATIENCE_S = 0.05  # who only looks holds a lock for microseconds
LOOK_PATIENCE_S = 2.0
AGAIN_S = 0.002


class Claim:
    """The right to go on with a run or a search, until it is released or its process dies."""

    def __init__(self, lock: BinaryIO) -> None:
        self._lock = lock

    @classmethod
    def of(cls, path: Path) -> Claim | None:
        """Claim what a lock file stands for; None if somebody else has it.

        Args:
            path: The lock file, which is made if there is none.

        Raises:
            OSError: If there can be no such file.
        """
        lock = path.open("ab")
        if acquire(lock):
            return cls(lock)
        lock.close()
        return None

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


def acquire(file: BinaryIO, patience_s: float = PATIENCE_S) -> bool:
    """Lock a file unless somebody else has it, and keeps it; whether that was done.

    Args:
        file: Which, open.
        patience_s: How long to wait for another's lock.
    """
    end = time.monotonic() + patience_s
    while not lock_descriptor(file.fileno(), blocking=False):
        if time.monotonic() >= end:
            return False
        time.sleep(AGAIN_S)
    return True


def release(lock: BinaryIO) -> None:
    """Give a lock back; twice is once."""
    if not lock.closed:
        # Not by closing alone: a process that is just being forked has the file open too.
        unlock_descriptor(lock.fileno())
        lock.close()


def is_locked(path: Path, look: Path) -> bool:
    """Whether somebody holds the lock of a file, found out by taking it for a moment.

    Args:
        path: The file.
        look: A file beside it, for those who look.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    with _opened(path) as lock, _looking(look) as alone:
        if not acquire(lock, patience_s=0 if alone else PATIENCE_S):
            return True
        unlock_descriptor(lock.fileno())
        return False


@contextlib.contextmanager
def _looking(look: Path) -> Iterator[bool]:
    """Be the only one who looks; whether that is so.

    There are exclusive locks alone on every system, so that two who look at once would each take
    the other for a claim: one at a time has to. They wait for each other on a file of their own,
    since on the run's they could not tell whom they wait for. In a folder that nothing can be
    written to there is no such file, and who finds a lock looks again.
    """
    with contextlib.ExitStack() as stack:
        alone = False
        with contextlib.suppress(OSError):
            file = stack.enter_context(look.open("ab"))
            if alone := acquire(file, LOOK_PATIENCE_S):
                stack.callback(unlock_descriptor, file.fileno())
        yield alone


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("r+b")  # a network folder locks what may be written
    except PermissionError:
        return path.open("rb")
    except FileNotFoundError:
        raise
    except OSError:  # the disk is read-only
        return path.open("rb")
