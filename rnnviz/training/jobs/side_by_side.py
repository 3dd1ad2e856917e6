"""Group of runs that one worker trains side by side, found again by the id of the group."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.jobs.protocol import NO_END, Snapshot, UnknownJobError
from rnnviz.training.store.group_record import Group, save_group
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.tasks.spec import AnyConfig

MOST = 6

Find = Callable[[str], tuple[Snapshot, AnyConfig]]


@dataclass(frozen=True, eq=False)
class Part:
    """One of the runs.

    Attributes:
        run_id: Of the run.
        config: What it trains; None if it is lost.
        snapshot: How it stands; None if it is lost.
        lost: Why it cannot be found, one sentence, or "".
    """

    run_id: str
    config: AnyConfig | None
    snapshot: Snapshot | None
    lost: str = ""


@dataclass(frozen=True, eq=False)
class Standing:
    """How the runs stand at one moment.

    Attributes:
        id: Of their group.
        parts: One for each run, in the order of the start.
    """

    id: str
    parts: tuple[Part, ...]

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """Of the runs that are there."""
        return tuple(part.snapshot for part in self.parts if part.snapshot is not None)

    @property
    def over(self) -> bool:
        """Whether nothing will change by itself."""
        return all(snapshot.over for snapshot in self.snapshots)

    @property
    def paused(self) -> bool:
        """Whether all that is not over waits for a word to go on."""
        going = [snapshot for snapshot in self.snapshots if not snapshot.over]
        return bool(going) and all(snapshot.state == "paused" for snapshot in going)

    @property
    def can_go_on(self) -> bool:
        """Whether some are over before their end."""
        return self.over and any(snapshot.state != "done" for snapshot in self.snapshots)

    @property
    def step(self) -> int:
        """Steps that all of them have done: they take turns, and tell of it one by one."""
        return min((snapshot.step for snapshot in self.snapshots), default=0)

    @property
    def version(self) -> int:
        """Grows with all that is known of them."""
        return sum(snapshot.version for snapshot in self.snapshots)

    @property
    def error(self) -> str:
        """Why one of them ended before its end, or is lost; "" if none did."""
        told = [s.error for s in self.snapshots if s.over and s.state != "done" and s.error]
        return next(iter([*told, *(part.lost for part in self.parts if part.lost)]), "")


def start(
    jobs: Jobs,
    kind: str,
    configs: Sequence[AnyConfig],
    owner: str | None = None,
    *,
    until: int = NO_END,
) -> Group:
    """Queue runs that one worker does in turns, and keep which they are in the jobs' store.

    Args:
        jobs: Who trains.
        kind: Of the lesson.
        configs: What to train.
        owner: Whose it is, as in `Jobs.submit`.
        until: After how many steps all of them pause.

    Raises:
        ValueError: If there are none or more than `MOST`.
        RuntimeError: If the queue has no room; then nothing is left of them.
        StoreError: If they cannot be kept; likewise.
    """
    if not 1 <= len(configs) <= MOST:
        raise ValueError(f"a lesson trains 1 to {MOST} networks, got {len(configs)}")
    run_ids = jobs.submit_together(configs, owner, until=until)
    group = Group(secrets.token_urlsafe(16), kind, run_ids)
    try:
        save_group(jobs.store, group)
    except StoreError:
        cancel(jobs, group)
        raise
    return group


def standing(find: Find, group: Group) -> Standing:
    """Look at all runs of a group; one that is lost is said by its `Part`."""
    parts = []
    for run_id in group.runs:
        try:
            snapshot, config = find(run_id)
            parts.append(Part(run_id, config, snapshot))
        except StoreError as error:
            parts.append(Part(run_id, None, None, str(error)))
    return Standing(group.id, tuple(parts))


def go_on(jobs: Jobs, group: Group, owner: str | None = None) -> None:
    """Go on with all that is paused or ended early; said twice it does nothing more.

    Raises:
        StoreError: If a run is damaged, or another server trains it.
        RuntimeError: If the queue has no room.
    """
    for run_id in group.runs:
        with suppress(UnknownJobError):
            jobs.resume(run_id)
    jobs.take_up(*group.runs, owner=owner)


def pause(jobs: Jobs, group: Group) -> None:
    """Let all of them stand after the step that is under way."""
    for run_id in group.runs:
        with suppress(UnknownJobError):
            jobs.pause(run_id)


def step(jobs: Jobs, group: Group, batches: int, *, since: int) -> None:
    """Let all that stand do some steps, as `Jobs.step`."""
    for run_id in group.runs:
        with suppress(UnknownJobError):
            jobs.step(run_id, batches, since=since)


def cancel(jobs: Jobs, group: Group) -> None:
    """Stop all of them; they can go on later."""
    for run_id in group.runs:
        with suppress(UnknownJobError):
            jobs.cancel(run_id)
