"""Time limits that stop paused, idle and long jobs, and the watchers that keep jobs alive."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from rnnviz.training.jobs.job_table import Roster
from rnnviz.training.jobs.worker_pool import NEVER, Job

GRACE_S = 30.0
PAUSE_S = 600.0


@dataclass(frozen=True)
class TimeLimits:
    """Seconds after which a job is stopped.

    Attributes:
        grace_s: Without anyone who looks at it.
        pause_s: Paused, while others wait; without others a pause may last.
        run_s: Since a worker has it.
    """

    grace_s: float = GRACE_S
    pause_s: float = PAUSE_S
    run_s: float = NEVER

    def end(self, job: Job, *, others_wait: bool) -> tuple[float, str]:
        """Return when a job is to be stopped, by the monotonic clock or `NEVER`, and why."""
        ends = {job.orphaned + self.grace_s: f"nobody looked at it for {self.grace_s:g} s"}
        if others_wait:
            why = f"it was paused for {self.pause_s:g} s while others waited"
            ends[job.paused + self.pause_s] = why
        ends[job.started + self.run_s] = f"it took the {self.run_s:g} s that one may take here"
        return min(ends.items())


def orphan(job: Job, watcher: str) -> None:
    """Note that a watcher is gone; without any, the job's grace begins, once."""
    job.watchers.discard(watcher)
    if not job.watchers:
        job.orphaned = min(job.orphaned, time.monotonic())


def adopt(job: Job, watcher: str) -> None:
    """Note that somebody looks at a job; it is theirs if its owner does not look any more."""
    job.watchers.add(watcher)
    if job.owner is not None and job.owner not in job.watchers:
        job.owner = watcher  # the same person, come back
    job.orphaned = NEVER


def stop_due(roster: Roster, limits: TimeLimits) -> float:
    """Stop the jobs whose time is over; return the seconds until the next one's is."""
    next_s, now = threading.TIMEOUT_MAX, time.monotonic()
    for job in roster.jobs():
        if job.over:
            continue
        others_wait = any(job.owner is None or job.owner != other.owner for other in roster.queue)
        end, why = limits.end(job, others_wait=others_wait)
        if end > now:
            next_s = min(next_s, end - now)
        else:
            roster.stop(job, "cancelled", why)
    return next_s
