"""Trainings that run beside whatever asked for them: each in a process of its own, a few at once.

Every verb returns at once: a snapshot is what is known by now. One lock guards everything below; it
is never held while a process starts, ends or is slow to listen.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rnnviz.core.run_config import RunConfig
from rnnviz.training.messages import NO_END, Go, Report, Snapshot, Start, State, UnknownJobError
from rnnviz.training.worker import WorkerProcess

if TYPE_CHECKING:
    from torch import Tensor

GRACE_S = 30.0
PAUSE_S = 600.0  # a pause may keep others waiting so long
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
    folder: Path | None = None  # of its checkpoints
    watchers: set[str] = field(default_factory=set)
    orphaned: float = NEVER  # since when
    paused: float = NEVER  # since when


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
        pause_s: How long a pause may last while others wait.
    """

    def __init__(
        self,
        *,
        running: int | None = None,
        warm: int = 1,
        grace_s: float = GRACE_S,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._limit = running if running is not None else max(1, (os.cpu_count() or 1) // 2)
        if self._limit < 1:
            raise ValueError(f"running must be at least 1, got {running}")
        self._warm = warm
        self._grace_s, self._pause_s = grace_s, pause_s
        self._folder = Path(tempfile.mkdtemp(prefix="rnnviz-"))
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
            folder = self._folder / job_id if weights else None
            self._jobs[job_id] = job = _Job(config, owner, weights, snapshot, folder=folder)
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

    def config(self, job_id: str) -> RunConfig:
        """Return what a job trains."""
        return self._job(job_id).config

    def weights_at(self, job_id: str, step: int) -> dict[str, Tensor]:
        """Return the weights after one of the snapshot's checkpoints, by name, on the CPU.

        Raises:
            CheckpointError: If they are gone.
        """
        from rnnviz.training.checkpoint import load_weights

        folder = self._job(job_id).folder or self._folder
        return load_weights(folder / f"{step}.safetensors")

    def orphan(self, job_id: str, watcher: str = "") -> None:
        """Note that a watcher is gone: without any, the job is cancelled after the grace."""
        with self._changed:
            job = self._job(job_id)
            job.watchers.discard(watcher)
            if not job.watchers:
                job.orphaned = min(job.orphaned, time.monotonic())
                self._changed.notify_all()

    def adopt(self, job_id: str, watcher: str = "") -> None:
        """Note that somebody looks at a job; if it is over by now, it stays so."""
        with self._changed:
            job = self._job(job_id)
            job.watchers.add(watcher)
            if job.owner is not None and job.owner not in job.watchers:
                job.owner = watcher  # the same person, come back
            job.orphaned = NEVER

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
        shutil.rmtree(self._folder, ignore_errors=True)

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
        if snapshot.state != "paused":
            job.paused = NEVER
        elif before.state != "paused":
            job.paused = time.monotonic()
        if job.snapshot.over:
            if job.worker is not None:
                job.worker.job = None
                job.worker = None
            self._over.append(snapshot.id)
            if len(self._over) > KEPT:
                forgotten = self._jobs.pop(self._over.popleft())
                if forgotten.folder is not None:
                    shutil.rmtree(forgotten.folder, ignore_errors=True)
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
        """Start jobs and workers, stop what nobody waits for; one thread for all."""
        while True:
            with self._changed:
                if self._closed:
                    return
                next_s = self._stop_idle()
                if not self._assign():
                    self._changed.wait(next_s)
                    continue
            self._start_worker()

    def _stop_idle(self) -> float:
        """Stop those whose time is over; return the seconds until the next one's is."""
        next_s = threading.TIMEOUT_MAX
        now = time.monotonic()
        pauses = f"it was paused for {self._pause_s:g} s while others waited"
        for job in list(self._jobs.values()):
            ends = {job.orphaned + self._grace_s: f"nobody looked at it for {self._grace_s:g} s"}
            if self._queue:
                ends[job.paused + self._pause_s] = pauses
            if (end := min(ends)) > now:
                next_s = min(next_s, end - now)
            else:
                self._stop(job, "cancelled", ends[end])
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
            folder = str(job.folder or "")
            worker.send(Start(job.snapshot.id, job.config, job.weights, job.until, folder))
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
