"""Worker pool: starts workers, reads their reports, and closes them."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rnnviz.training.jobs.backend import Backend, WorkerHandle
from rnnviz.training.jobs.protocol import NO_END, Go, Report, Snapshot, Start
from rnnviz.training.tasks.spec import AnyConfig

NEVER = float("inf")


@dataclass(eq=False)
class Run:
    """One training of a job.

    Attributes:
        config: What is trained.
        snapshot: The newest.
        job: Whose it is.
        folder: Of its checkpoints.
        resume: Whether to go on from what the folder holds.
        unkept: As of a `Snapshot`.
    """

    config: AnyConfig
    snapshot: Snapshot
    job: Job
    folder: Path | None = None
    resume: bool = False
    unkept: str = ""

    def start(self) -> Start:
        """Return what a worker has to know of it."""
        folder, job = str(self.folder or ""), self.job
        return Start(
            self.snapshot.id, self.config, job.weights, job.until, folder, resume=self.resume
        )


@dataclass(eq=False)
class Job:
    """What one worker does at a time: one run, or some that take turns.

    Attributes:
        owner: Whose it is, None for nobody's.
        weights: Whether snapshots carry the weights.
        runs: At least one.
        until: What is wanted of the worker.
        told: What was sent to it.
        known: What it said that it knows.
        worker: Who does it now.
        watchers: Who looks at it.
        orphaned: Since when nobody does, by the monotonic clock.
        paused: Since when it stands, likewise.
        started: Since when a worker has it, likewise.
    """

    owner: str | None
    weights: bool
    runs: list[Run] = field(default_factory=list)
    until: int = NO_END
    told: int = NO_END
    known: int = NO_END
    worker: Worker | None = None
    watchers: set[str] = field(default_factory=set)
    orphaned: float = NEVER
    paused: float = NEVER
    started: float = NEVER

    @property
    def over(self) -> bool:
        """Whether nothing of it will change any more."""
        return all(run.snapshot.over for run in self.runs)

    @property
    def stands(self) -> bool:
        """Whether all of it that is not over is paused."""
        states = {run.snapshot.state for run in self.runs if not run.snapshot.over}
        return states == {"paused"}


@dataclass(eq=False)
class Worker:
    """A worker and what it does.

    Attributes:
        process: The worker itself, wherever it is.
        job: None while it waits for one.
        ready: Whether it has said anything yet.
        ended: Whether we ended it.
    """

    process: WorkerHandle
    job: Job | None = None
    ready: bool = False
    ended: bool = False

    def send(self, message: tuple[Start, ...] | Go) -> None:
        """Say something; one that died hears nothing."""
        self.process.send(message)

    def end(self) -> None:
        """Kill it, without waiting."""
        self.ended = True
        self.process.end()


class Pool:
    """Workers, each with a thread that alone hears it.

    Args:
        backend: What starts them.
        changed: The lock that guards all that is here; told of every end.
        hear: Called with each report, the lock held.
        end: Called when a worker with a job has gone, and how; the lock held.

    Attributes:
        workers: All that are not buried yet.
        broken: Whether the last one died while it started: then none is started in advance.
    """

    def __init__(
        self,
        backend: Backend,
        changed: threading.Condition,
        hear: Callable[[Worker, Report], None],
        end: Callable[[Job, str], None],
    ) -> None:
        self._backend, self._changed = backend, changed
        self._hear, self._end = hear, end
        self.workers: list[Worker] = []
        self.broken = False
        self._closed = False
        self._pumps: list[threading.Thread] = []

    @property
    def alive(self) -> list[Worker]:
        """Those that are not being ended."""
        return [worker for worker in self.workers if not worker.ended]

    def busy(self, each: int) -> set[str]:
        """Return who has so many jobs done at once; a job that is nobody's counts for none."""
        jobs = (worker.job for worker in self.workers)
        owners = Counter(job.owner for job in jobs if job is not None and job.owner is not None)
        return {owner for owner, count in owners.items() if count >= each}

    def start(self) -> None:
        """Start another; called without the lock.

        Raises:
            OSError: If there is none to be had, e.g. no process, or no file handle.
        """
        worker = Worker(self._backend.start())
        pump = threading.Thread(target=self._pump, args=(worker,), name="rnnviz pump", daemon=True)
        with self._changed:
            self.workers.append(worker)
            self._pumps = [*(p for p in self._pumps if p.is_alive()), pump]
            if self._closed:
                worker.end()
            pump.start()

    def close(self) -> None:
        """End all, and every one that is just being started; called with the lock."""
        self._closed = True
        for worker in self.workers:
            worker.end()

    def join(self) -> None:
        """Wait until no worker and no thread is left; called without the lock."""
        for pump in self._pumps:
            pump.join()

    def _pump(self, worker: Worker) -> None:
        """Hear a worker to its end."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                report = worker.process.hear()
                with self._changed:
                    worker.ready = True
                    self._hear(worker, report)
        ending = worker.process.bury()
        with self._changed:
            worker.process.close()
            self.workers.remove(worker)
            self.broken = self.broken or not (worker.ready or worker.ended)
            worker.ended = True
            if worker.job is not None:
                self._end(worker.job, ending)
            self._changed.notify_all()
