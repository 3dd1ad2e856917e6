"""Trainings that run beside whatever asked for them: each in a process of its own, a few at once.

Every verb returns at once: a snapshot is what is known by now. One lock guards everything below; it
is never held while a process starts, ends or is slow to listen.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass, replace

from rnnviz.core.config import RunConfig
from rnnviz.training.messages import NO_END, Go, Report, Snapshot, Start, State, UnknownJobError
from rnnviz.training.worker import WorkerProcess

GRACE_S = 30.0
QUEUE = 64
KEPT = 32
NEVER = float("inf")


@dataclass(eq=False)
class _Job:
    config: RunConfig
    owner: str | None
    weights: bool
    snapshot: Snapshot
    until: int = NO_END  # what is wanted of the worker
    told: int = NO_END  # what was sent to it
    known: int = NO_END  # what it said that it knows
    worker: _Worker | None = None
    orphaned: float = NEVER  # since when


class _Worker(WorkerProcess):
    job: _Job | None = None
    ready = False


class Jobs:
    """Runs trainings: submit, snapshot, pause, resume, step, cancel.

    Commands may come from any thread, and twice: twice is once. None of them waits for a worker. A
    job that is over is remembered until `KEPT` others are over too; an id that is none raises an
    UnknownJobError.

    Args:
        running: How many may train at once; None is one for every two cores, at least one.
        warm: How many idle workers are held ready, so that a start does not wait for torch.
        grace_s: How long an orphan goes on before it is stopped.
    """

    def __init__(
        self, *, running: int | None = None, warm: int = 1, grace_s: float = GRACE_S
    ) -> None:
        self._limit = running if running is not None else max(1, (os.cpu_count() or 1) // 2)
        if self._limit < 1:
            raise ValueError(f"running must be at least 1, got {running}")
        self._warm = warm
        self._grace_s = grace_s
        self._changed = threading.Condition()
        self._jobs: dict[str, _Job] = {}
        self._queue: list[_Job] = []
        self._over: deque[str] = deque()
        self._workers: list[_Worker] = []
        self._pumps: list[threading.Thread] = []
        self._broken = False  # the last worker died while starting: no more in advance
        self._closed = False
        self._keeper = threading.Thread(target=self._keep, name="rnnviz jobs", daemon=True)
        self._keeper.start()

    def submit(self, config: RunConfig, owner: str | None = None, *, weights: bool = True) -> str:
        """Queue a training; it starts as soon as there is room.

        Args:
            config: What to train.
            owner: Whose it is: of each owner one runs at a time. None counts for nobody.
            weights: Whether its snapshots carry copies of the weights.

        Returns: The id of the job, which nobody can guess.

        Raises:
            RuntimeError: If `QUEUE` jobs wait already, and after `shutdown`.
        """
        with self._changed:
            if self._closed:
                raise RuntimeError("no training can start: the server is shutting down")
            if len(self._queue) >= QUEUE:
                raise RuntimeError(f"{QUEUE} trainings wait already; try again later")
            job_id = secrets.token_urlsafe(16)
            snapshot = Snapshot(job_id, "queued", config.steps, config.training.epochs, version=1)
            self._jobs[job_id] = job = _Job(config, owner, weights, snapshot)
            self._queue.append(job)
            self._number_queue()
            self._broken = False
            self._changed.notify_all()
            return job_id

    def snapshot(self, job_id: str) -> Snapshot:
        """Return how a job stands; never waits, not even for a lock."""
        return self._job(job_id).snapshot

    def pause(self, job_id: str) -> None:
        """Stop after the step that is under way; a queued job will wait at its first step."""
        self._tell(job_id, until=0)

    def resume(self, job_id: str) -> None:
        """Go on to the end."""
        self._tell(job_id, until=NO_END)

    def step(self, job_id: str, batches: int = 1, *, since: int) -> None:
        """Let a paused job do some steps and pause again; one that runs is left alone.

        Args:
            job_id: Which.
            batches: How many steps.
            since: The step from which they count, the one on the screen when the button was
                pressed: the same press delivered twice asks for the same last step, so is once.
        """
        if batches < 1:
            raise ValueError(f"batches must be at least 1, got {batches}")
        with self._changed:
            if (job := self._job(job_id)).until != NO_END:
                self._tell(job_id, until=max(job.until, since + batches))

    def cancel(self, job_id: str) -> None:
        """End a job and its worker for good; what is known of it stays."""
        with self._changed:
            self._stop(self._job(job_id), "cancelled")

    def orphan(self, job_id: str) -> None:
        """Note that nobody looks at a job any more: it is cancelled after the grace."""
        with self._changed:
            job = self._job(job_id)
            job.orphaned = min(job.orphaned, time.monotonic())
            self._changed.notify_all()

    def adopt(self, job_id: str) -> None:
        """Note that somebody looks at a job again; if it is over by now, it stays so."""
        with self._changed:
            self._job(job_id).orphaned = NEVER

    def shutdown(self) -> None:
        """End everything; no process and no thread is left when it returns."""
        with self._changed:
            self._closed = True
            for job in list(self._jobs.values()):
                self._stop(job, "cancelled", "the server was shut down")
            for worker in self._workers:
                worker.end()
            self._changed.notify_all()
        self._keeper.join()
        for pump in self._pumps:
            pump.join()

    def _job(self, job_id: str) -> _Job:
        try:
            return self._jobs[job_id]
        except KeyError:
            raise UnknownJobError(job_id) from None

    def _tell(self, job_id: str, *, until: int) -> None:
        with self._changed:
            job = self._job(job_id)
            job.until = until
            self._pass_on(job)

    def _pass_on(self, job: _Job) -> None:
        # One word at a time: a worker that is slow to listen must never make a sender wait.
        if job.worker is not None and job.told == job.known != job.until:
            job.told = job.until
            job.worker.send(Go(job.until))

    def _publish(self, job: _Job, snapshot: Snapshot) -> None:
        """Show a new snapshot; what it lacks of the weights stays from the one before."""
        before = job.snapshot
        if snapshot.weights is None:
            snapshot = replace(snapshot, weights=before.weights, weights_step=before.weights_step)
        job.snapshot = replace(snapshot, version=before.version + 1)
        if job.snapshot.over:
            if job.worker is not None:
                job.worker.job = None
                job.worker = None
            self._over.append(snapshot.id)
            if len(self._over) > KEPT:
                del self._jobs[self._over.popleft()]
        self._changed.notify_all()

    def _stop(self, job: _Job, state: State, error: str | None = None) -> None:
        if job.snapshot.over:
            return
        if job in self._queue:
            self._queue.remove(job)
            self._number_queue()
        if job.worker is not None:
            job.worker.end()
        self._publish(job, replace(job.snapshot, state=state, place=0, left_s=None, error=error))

    def _number_queue(self) -> None:
        for place, other in enumerate(self._queue, start=1):
            if other.snapshot.place != place:
                self._publish(other, replace(other.snapshot, place=place))

    def _keep(self) -> None:
        """Start jobs and workers, stop orphans; one thread for all."""
        while True:
            with self._changed:
                if self._closed:
                    return
                next_s = self._stop_orphans()
                if not self._assign():
                    self._changed.wait(next_s)
                    continue
            self._start_worker()

    def _stop_orphans(self) -> float:
        """Stop those whose grace is over; return the seconds until the next one's is."""
        next_s = threading.TIMEOUT_MAX
        for job in list(self._jobs.values()):
            left_s = job.orphaned + self._grace_s - time.monotonic()
            if left_s > 0:
                next_s = min(next_s, left_s)
            else:
                self._stop(job, "cancelled", f"nobody looked at it for {self._grace_s:g} s")
        return next_s

    def _assign(self) -> bool:
        """Give waiting jobs to idle workers, end idle ones beyond need; whether to start one."""
        alive = [worker for worker in self._workers if not worker.ended]
        idle = [worker for worker in alive if worker.job is None]
        while (job := self._next()) is not None:
            if not idle:
                return len(alive) < self._limit
            worker = idle.pop()
            worker.job, job.worker = job, worker
            self._queue.remove(job)
            self._number_queue()
            self._publish(job, replace(job.snapshot, state="starting", place=0))
            job.told = job.until
            worker.send(Start(job.snapshot.id, job.config, job.weights, job.until))
        for worker in idle[self._warm :]:
            worker.end()
        return len(idle) < self._warm and len(alive) < self._limit and not self._broken

    def _next(self) -> _Job | None:
        busy = {worker.job.owner for worker in self._workers if worker.job is not None} - {None}
        return next((job for job in self._queue if job.owner not in busy), None)

    def _start_worker(self) -> None:
        try:
            worker = _Worker()
        except OSError as error:
            with self._changed:
                self._broken = True
                if (job := self._next()) is not None:
                    self._stop(job, "failed", f"no worker process could be started: {error}")
            return
        pump = threading.Thread(target=self._pump, args=(worker,), name="rnnviz pump", daemon=True)
        with self._changed:
            self._workers.append(worker)
            self._pumps = [*(p for p in self._pumps if p.is_alive()), pump]
            if self._closed:
                worker.end()
            pump.start()

    def _pump(self, worker: _Worker) -> None:
        """Read a worker's pipe, as its only reader, to its end; one thread for each worker."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                report: Report = worker.pipe.recv()
                with self._changed:
                    self._hear(worker, report)
        ending = worker.bury()
        with self._changed:
            worker.pipe.close()
            self._workers.remove(worker)
            self._broken = self._broken or not (worker.ready or worker.ended)
            worker.ended = True
            if (job := worker.job) is not None:
                done = f"{job.snapshot.step} of {job.snapshot.steps} steps"
                self._stop(job, "failed", f"the worker process {ending} after {done}")
            self._changed.notify_all()

    def _hear(self, worker: _Worker, report: Report) -> None:
        worker.ready = True
        job, snapshot = worker.job, report.snapshot
        if job is None or snapshot is None or worker.ended:
            return
        job.known = report.until
        self._publish(job, snapshot)
        if snapshot.state == "failed":
            worker.end()  # who knows what is left in it
        elif not snapshot.over:
            self._pass_on(job)
