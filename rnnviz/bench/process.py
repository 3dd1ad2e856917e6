"""What a process and those it started hold, as Linux tells it under /proc."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Held:
    """What a process holds at one moment.

    Attributes:
        mb: Memory of its own in megabytes, without what it started.
        threads: Its threads.
        handles: Files, sockets and pipes that are open.
        workers: Processes that it has started and that live.
    """

    mb: float
    threads: int
    handles: int
    workers: int

    def as_json(self) -> dict[str, float]:
        """Return it as JSON can hold it."""
        return asdict(self)


def held(pid: int) -> Held:
    """Look at a process.

    Raises:
        ValueError: Where the system does not tell, or the process has ended.
    """
    folder = Path("/proc") / str(pid)
    try:
        pages = int((folder / "statm").read_text(encoding="ascii").split()[1])
        threads = len(list((folder / "task").iterdir()))
        handles = len(list((folder / "fd").iterdir()))
    except OSError as error:
        raise ValueError(f"what process {pid} holds cannot be seen: {error}") from error
    mb = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return Held(round(mb, 1), threads, handles, len(started_by(pid)))


def started_by(pid: int) -> list[int]:
    """Return the processes that a process has started itself and that live."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = path.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(parts[1]) == pid and parts[0] != "Z":
            found.append(int(path.parent.name))
    return found
