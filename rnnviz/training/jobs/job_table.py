"""Job table: all known runs and jobs, their state, and the queue.

Whoever calls holds the lock that all of it is under, but for `run` and `job`, which only look.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Set
from dataclasses import replace

from rnnviz.training.jobs.protocol import Go, Report, Snapshot, State, UnknownJobError
from rnnviz.training.jobs.worker_pool import NEVER, Job, Run, Worker
from rnnviz.training.store.autosave import Keeper
from rnnviz.training.store.run_store import RunStore

KEPT = 32


class Roster:
    """Runs, their jobs, and the queue.

    A run that is over is remembered until `KEPT` others are over too.

    Args:
        changed: The lock that guards all that is here; told of every change.
        store: Where runs are kept.

    Attributes:
        runs: By their ids.
        queue: Jobs that wait, the next first.
        keeper: Saves what changes.
    """

    def __init__(self, changed: threading.Condition, store: RunStore) -> None:
        self._changed = changed
        self.runs: dict[str, Run] = {}
        self.queue: list[Job] = []
        self._over: deque[str] = deque()
        self.keeper = Keeper(store, self._hear_keeper)

    def run(self, run_id: str) -> Run:
        """Return a run; never waits, not even for a lock.

        Raises:
            UnknownJobError: If it is not known here.
        """
        try:
            return self.runs[run_id]
        except KeyError:
            raise UnknownJobError(run_id) from None

    def job(self, run_id: str) -> Job:
        """Return what a run belongs to; as `run`."""
        return self.run(run_id).job

    def jobs(self) -> list[Job]:
        """Return all jobs that are known, each once."""
        return list({id(run.job): run.job for run in self.runs.values()}.values())

    def enqueue(self, job: Job) -> None:
        """Put a job at the end of the queue, with all its runs."""
        for run in job.runs:
            self.runs[run.snapshot.id] = run
            if run.snapshot.id in self._over:
                self._over.remove(run.snapshot.id)
        self.queue.append(job)
        self._number_queue()
        self._changed.notify_all()

    def next(self, busy: Set[str]) -> Job | None:
        """Return the first that waits and whose owner is not busy."""
        return next((job for job in self.queue if job.owner is None or job.owner not in busy), None)

    def assign(self, job: Job, worker: Worker) -> None:
        """Give a job that waits to an idle worker."""
        worker.job, job.worker, job.started = job, worker, time.monotonic()
        self._leave_queue(job)
        for run in job.runs:
            self.publish(run, replace(run.snapshot, state="starting", place=0))
        job.told = job.until
        worker.send(tuple(run.start() for run in job.runs))

    def tell(self, job: Job, until: int) -> None:
        """Let a job go until a step."""
        job.until = until
        self._pass_on(job)

    def hear(self, worker: Worker, report: Report) -> None:
        """Take what a worker says."""
        job, snapshot = worker.job, report.snapshot
        if job is None or snapshot is None or worker.ended:
            return
        job.known = report.until
        run = next(run for run in job.runs if run.snapshot.id == snapshot.id)
        if snapshot.state == "failed" and snapshot.step < run.snapshot.step:
            snapshot = replace(run.snapshot, state="failed", left_s=None, error=snapshot.error)
        self.publish(run, snapshot)
        if not job.over:
            self._pass_on(job)
        elif any(run.snapshot.state == "failed" for run in job.runs):
            worker.end()  # who knows what is left in it

    def publish(self, run: Run, snapshot: Snapshot) -> None:
        """Show a new snapshot; what it lacks of the weights stays from the one before."""
        before, job = run.snapshot, run.job
        if snapshot.weights is None:
            snapshot = replace(snapshot, weights=before.weights, weights_step=before.weights_step)
        run.snapshot = replace(snapshot, version=before.version + 1, unkept=run.unkept)
        if not job.stands:
            job.paused = NEVER
        elif job.paused == NEVER:
            job.paused = time.monotonic()
        self.keeper.note(run.snapshot, before.state)
        if snapshot.over:
            self._over.append(snapshot.id)
            if job.over and job.worker is not None:
                job.worker.job = None
                job.worker = None
            if len(self._over) > KEPT:
                del self.runs[self._over.popleft()]
        self._changed.notify_all()

    def stop(self, job: Job, state: State, error: str | None = None) -> None:
        """End a job and its worker; twice is once."""
        if job.over:
            return
        if job in self.queue:
            self._leave_queue(job)
        if job.worker is not None:
            job.worker.end()
        for run in job.runs:
            if not (now := run.snapshot).over:
                self.publish(run, replace(now, state=state, place=0, left_s=None, error=error))

    def lost(self, job: Job, ending: str) -> None:
        """Note that the worker of a job is gone, and how it ended."""
        first = job.runs[0].snapshot
        done = f"{first.step} of {first.steps} steps"
        self.stop(job, "failed", f"the worker process {ending} after {done}")

    def forget(self, run_id: str) -> None:
        """Remember a run that is over no longer."""
        run = self.runs.get(run_id)
        if run is not None and run.snapshot.over:
            del self.runs[run_id]
            self._over.remove(run_id)

    def _leave_queue(self, job: Job) -> None:
        self.queue.remove(job)
        self._number_queue()

    def _number_queue(self) -> None:
        for place, job in enumerate(self.queue, start=1):
            for run in job.runs:
                if run.snapshot.place != place:
                    self.publish(run, replace(run.snapshot, place=place))

    def _pass_on(self, job: Job) -> None:
        # One word at a time: a worker that is slow to listen must never make a sender wait.
        if job.worker is not None and job.told == job.known != job.until:
            job.told = job.until
            job.worker.send(Go(job.until))

    def _hear_keeper(self, run_id: str, fault: str) -> None:
        with self._changed:
            if (run := self.runs.get(run_id)) is not None:
                run.unkept = fault
                run.snapshot = replace(run.snapshot, unkept=fault, version=run.snapshot.version + 1)
