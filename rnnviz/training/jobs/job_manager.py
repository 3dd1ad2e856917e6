"""Job manager: queues training jobs and runs them in worker processes, a few at once.

Where these processes are is the backend's: on this machine, or on a cluster. Every verb returns at
once: a snapshot is what is known by now. One lock guards everything below; it is never held while a
process starts, ends or is slow to listen.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rnnviz.training.jobs import idle_runs, server_limits
from rnnviz.training.jobs.backend import Backend
from rnnviz.training.jobs.idle_runs import GRACE_S, PAUSE_S, TimeLimits
from rnnviz.training.jobs.job_table import Roster
from rnnviz.training.jobs.protocol import NO_END, Snapshot
from rnnviz.training.jobs.worker import Processes
from rnnviz.training.jobs.worker_pool import NEVER, Job, Pool, Run
from rnnviz.training.store.os_error_text import why
from rnnviz.training.store.run_record import ClaimedError, StoreError
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks.spec import AnyConfig

QUEUE = 64
SHUT_DOWN = "the server was shut down"


class Jobs:
    """Runs trainings: submit, snapshot, pause, resume, step, cancel, take up again.

    Commands may come from any thread, and twice: twice is once. None of them waits for a worker. A
    run that is over is remembered until `job_table.KEPT` others are over too, and is in the store
    for as long as that keeps it; an id that is not known here raises an UnknownJobError. What is
    said to one of several that were submitted together is said to all of them.

    Args:
        running: How many workers may train at once; None is as many as the backend has room for.
        warm: How many idle workers are held ready, so that a start does not wait for torch.
        grace_s: How long an orphan goes on before it is stopped.
        pause_s: How long a pause may last while others wait.
        queue: How many jobs may wait.
        steps: How many a training may have; None is as many as its config may.
        parameters: How many it may learn; likewise.
        states: How many one of its steps may keep; likewise.
        run_s: How long a job may take from when a worker has it; None is for ever.
        each: How many of one owner may train at once.
        store: Where runs are kept; None is a folder that goes with `shutdown`.
        backend: What starts workers, and is closed with `shutdown`; None is processes of this
            machine.
    """

    def __init__(
        self,
        *,
        running: int | None = None,
        warm: int = 1,
        grace_s: float = GRACE_S,
        pause_s: float = PAUSE_S,
        queue: int = QUEUE,
        steps: int | None = None,
        parameters: int | None = None,
        states: int | None = None,
        run_s: float | None = None,
        each: int = 1,
        store: RunStore | None = None,
        backend: Backend | None = None,
    ) -> None:
        self._backend = backend or Processes()
        self._limit = running if running is not None else self._backend.places
        if self._limit < 1:
            raise ValueError(f"running must be at least 1, got {running}")
        self._warm, self._most_waiting = warm, queue
        self.each = min(each, self._limit)
        self._time_limits = TimeLimits(grace_s, pause_s, NEVER if run_s is None else run_s)
        self._most = {"steps": steps, "parameters": parameters, "states": states}
        self._folder = Path(tempfile.mkdtemp(prefix="rnnviz-")) if store is None else None
        self.store = store or RunStore(self._folder)
        self._changed = threading.Condition()
        self._roster = Roster(self._changed, self.store)
        self._pool = Pool(self._backend, self._changed, self._roster.hear, self._roster.lost)
        self._closed = False
        self.keeper = self._roster.keeper
        self._thread = threading.Thread(target=self._keep, name="rnnviz jobs", daemon=True)
        self._thread.start()

    def submit(
        self,
        config: AnyConfig,
        owner: str | None = None,
        *,
        weights: bool = True,
        until: int = NO_END,
    ) -> str:
        """Queue a training; it starts as soon as there is room.

        Args:
            config: What to train.
            owner: Whose it is: of each owner `each` run at a time. None counts for nobody.
            weights: Whether its snapshots carry copies of the weights.
            until: After how many steps it pauses, until it is told to go on.

        Returns: The id of the run, which nobody can guess.

        Raises:
            RuntimeError: If as many jobs wait already as may, and after `shutdown`.
        """
        return self.submit_together([config], owner, weights=weights, until=until)[0]

    def submit_together(
        self,
        configs: Sequence[AnyConfig],
        owner: str | None = None,
        *,
        weights: bool = True,
        until: int = NO_END,
    ) -> tuple[str, ...]:
        """Queue trainings that one worker does in turns, a step of each; as `submit`."""
        self._check_room()
        server_limits.check_sizes(configs, self._most)
        job = Job(owner, weights, until=until)
        for config in configs:
            run_id = secrets.token_urlsafe(16)
            snapshot = Snapshot(run_id, "queued", config.steps, config.training.epochs, version=1)
            run = Run(config, snapshot, job)
            try:
                run.folder = self.keeper.begin(snapshot, config, owner)
            except StoreError as error:
                run.unkept = str(error)
                run.snapshot = replace(snapshot, unkept=run.unkept)
            job.runs.append(run)
        self._enqueue(job)
        return tuple(run.snapshot.id for run in job.runs)

    def take_up(self, *run_ids: str, owner: str | None = None) -> None:
        """Go on, in turns, with runs of the store that are over before their end.

        Each goes on where its worker wrote it down last, or from its beginning, to the end that it
        would have had; one that is done stays so, one that is going on here does.

        Raises:
            StoreError: If one is not there or damaged; a ClaimedError if another server trains it.
            RuntimeError: As `submit`.
        """
        self._check_room()
        job = Job(owner, weights=True)
        try:
            for run_id in run_ids:
                if (run := self._reclaim(run_id, job)) is not None:
                    job.runs.append(run)
        finally:
            if job.runs:
                self._enqueue(job)

    def _reclaim(self, run_id: str, job: Job) -> Run | None:
        known = self._roster.runs.get(run_id)
        if known is not None and not known.snapshot.over:
            return None
        self.keeper.settled(run_id)
        try:
            record = self.keeper.take_up(run_id, job.owner)
        except ClaimedError:
            known = self._roster.runs.get(run_id)
            if known is not None and not known.snapshot.over:
                return None  # the same command, come twice
            raise
        if record is None:
            return None  # it is done
        version = known.snapshot.version if known is not None else 0
        told = replace(record.snapshot(), state="queued", error=None, note="", version=version + 1)
        return Run(record.config, told, job, self.store.folder(run_id), resume=True)

    def _check_room(self) -> None:
        with self._changed:
            if self._closed:
                raise RuntimeError("no training can start: the server is shutting down")
            if len(self._roster.queue) >= self._most_waiting:
                raise RuntimeError(f"{self._most_waiting} trainings wait already; try again later")

    def _enqueue(self, job: Job) -> None:
        with self._changed:
            self._roster.enqueue(job)
            self._pool.broken = False
            if self._closed:
                self._roster.stop(job, "cancelled", SHUT_DOWN)

    def snapshot(self, job_id: str) -> Snapshot:
        """Return how a job stands; never waits, not even for a lock."""
        return self._roster.run(job_id).snapshot

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Return how all runs stand that are remembered."""
        return tuple(run.snapshot for run in list(self._roster.runs.values()))

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
            if (job := self._roster.job(job_id)).until != NO_END:
                self._roster.tell(job, max(job.until, since + batches))

    def cancel(self, job_id: str) -> None:
        """End a job and its worker for good; what is known of it stays."""
        with self._changed:
            self._roster.stop(self._roster.job(job_id), "cancelled")

    def config(self, job_id: str) -> AnyConfig:
        """Return what a job trains."""
        return self._roster.run(job_id).config

    def orphan(self, job_id: str, watcher: str = "") -> None:
        """Note that a watcher is gone: without any, the job is cancelled after the grace."""
        with self._changed:
            idle_runs.orphan(self._roster.job(job_id), watcher)
            self._changed.notify_all()

    def adopt(self, job_id: str, watcher: str = "") -> None:
        """Note that somebody looks at a job; if it is over by now, it stays so."""
        with self._changed:
            idle_runs.adopt(self._roster.job(job_id), watcher)

    def shutdown(self) -> None:
        """End everything; no process and no thread is left when it returns."""
        with self._changed:
            self._closed = True
            for job in self._roster.jobs():
                self._roster.stop(job, "cancelled", SHUT_DOWN)
            self._pool.close()
            self._changed.notify_all()
        self._thread.join()
        self._pool.join()
        self.keeper.close()
        self._backend.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def forget(self, job_id: str) -> None:
        """Remember a run that is over no longer, e.g. since it is deleted from the store."""
        self.keeper.settled(job_id)
        with self._changed:
            self._roster.forget(job_id)

    def _tell(self, job_id: str, *, until: int) -> None:
        with self._changed:
            self._roster.tell(self._roster.job(job_id), until)

    def _keep(self) -> None:
        """Start jobs and workers, stop what nobody waits for; one thread for all."""
        while True:
            with self._changed:
                if self._closed:
                    return
                next_s = idle_runs.stop_due(self._roster, self._time_limits)
                if not self._assign():
                    self._changed.wait(next_s)
                    continue
            self._start_worker()

    def _assign(self) -> bool:
        """Give waiting jobs to idle workers, end idle ones beyond need; whether to start one."""
        alive = self._pool.alive
        idle = [worker for worker in alive if worker.job is None]
        while (job := self._roster.next(self._pool.busy(self.each))) is not None:
            if not idle:
                return len(alive) < self._limit
            self._roster.assign(job, idle.pop())
        for worker in idle[self._warm :]:
            worker.end()
        return len(idle) < self._warm and len(alive) < self._limit and not self._pool.broken

    def _start_worker(self) -> None:
        try:
            self._pool.start()
        except OSError as error:
            with self._changed:
                self._pool.broken = True
                if (job := self._roster.next(self._pool.busy(self.each))) is not None:
                    reason = f"no worker process could be started: {why(error)}"
                    self._roster.stop(job, "failed", reason)
