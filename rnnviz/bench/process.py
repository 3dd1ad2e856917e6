"""Memory, threads, open files, children and CPU time of a process, by psutil."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from types import ModuleType


@dataclass(frozen=True)
class Held:
    """What a process holds at one moment.

    Attributes:
        mb: Memory of its own in megabytes, without what it started.
        threads: Its threads.
        handles: Files, sockets and pipes that are open; on Windows all handles of the system.
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
        ValueError: If the process has ended or may not be seen, or there is no psutil.
    """
    psutil = _psutil()
    try:
        process = psutil.Process(pid)
        mb, threads = process.memory_info().rss / 1e6, process.num_threads()
        handles = process.num_fds() if psutil.POSIX else process.num_handles()
    except psutil.Error as error:
        raise ValueError(f"what process {pid} holds cannot be seen: {error}") from error
    return Held(round(mb, 1), threads, handles, len(started_by(pid)))


def started_by(pid: int) -> list[int]:
    """Return the processes that a process has started itself and that live."""
    psutil = _psutil()
    found = []
    with suppress(psutil.Error):
        for child in psutil.Process(pid).children():
            with suppress(psutil.Error):  # it ended meanwhile
                if child.status() != psutil.STATUS_ZOMBIE:
                    found.append(child.pid)
    return found


def cpu_s(pid: int) -> float | None:
    """Return the CPU seconds of a process and those it started that live; None if it has ended."""
    psutil = _psutil()
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return None
    total = 0.0
    for each in family:
        with suppress(psutil.Error):  # it ended meanwhile
            times = each.cpu_times()
            total += times.user + times.system
    return total


def _psutil() -> ModuleType:
    try:
        import psutil
    except ImportError as error:
        raise ValueError("processes are measured by psutil: pip install psutil") from error
    return psutil
