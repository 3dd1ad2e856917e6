"""Group of runs that start, pause, step, resume and stop together.

One run, networks side by side, the rounds of a race: all are batches of runs, and one worker trains
a batch, a step of each run in turn.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.jobs.protocol import NO_END, Snapshot, UnknownJobError
from rnnviz.training.store.group_record import Group, save_group
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.tasks.spec import AnyConfig

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
        batches: The runs, in the order of the start; one worker trains those of a batch.
    """

    id: str
    batches: tuple[tuple[Part, ...], ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All runs."""
        return tuple(chain(*self.batches))

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """Of the runs that are there."""
        return _snapshots(self.parts)

    @property
    def over(self) -> bool:
        """Whether nothing will change by itself."""
        return all(snapshot.over for snapshot in self.snapshots)

    @property
    def paused(self) -> bool:
        """Whether all that is not over waits for Resume."""
        going = [snapshot for snapshot in self.snapshots if not snapshot.over]
        begun = [snapshot for snapshot in going if snapshot.state != "queued"]
        return bool(begun) and all(snapshot.state == "paused" for snapshot in begun)

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

    @property
    def wall_s(self) -> float:
        """Seconds spent on all of them: they take turns."""
        return math.fsum(snapshot.wall_s for snapshot in self.snapshots)

    @property
    def left_s(self) -> float | None:
        """Expected seconds until all are over; None while unknown."""
        done = sum(snapshot.step for snapshot in self.snapshots)
        to_do = sum(s.steps - s.step for s in self.snapshots if not s.over)
        return self.wall_s / done * to_do if done >= 20 else None

    @property
    def unkept(self) -> str:
        """Why one of them is not kept; "" if all are."""
        return next((snapshot.unkept for snapshot in self.snapshots if snapshot.unkept), "")


def single(snapshot: Snapshot, config: AnyConfig) -> Standing:
    """Return one run as a group."""
    return Standing(snapshot.id, ((Part(snapshot.id, config, snapshot),),))


def start(
    jobs: Jobs,
    kind: str,
    batches: Sequence[Sequence[AnyConfig]],
    owner: str | None = None,
    *,
    until: int = NO_END,
    settings: Mapping[str, Any] | None = None,
) -> Group:
    """Queue runs, batch after batch, and keep which they are in the jobs' store.

    Args:
        jobs: Who trains.
        kind: Of the group.
        batches: What to train.
        owner: Whose it is, as in `Jobs.submit`.
        until: After how many steps of the first batch all pause.
        settings: What was asked for, kept with the group.

    Raises:
        ValueError: If a batch is empty.
        RuntimeError: If the queue has no room; then nothing is left of them.
        StoreError: If they cannot be kept; likewise.
    """
    if not batches or not all(batches):
        raise ValueError("a group has at least one run")
    run_ids: list[str] = []
    try:
        for number, configs in enumerate(batches):
            first = 0 if number and until != NO_END else until
            run_ids += jobs.submit_together(configs, owner, until=first)
        group = Group(secrets.token_urlsafe(16), kind, tuple(run_ids), settings or {})
        save_group(jobs.store, group)
    except (RuntimeError, StoreError):
        _cancel(jobs, run_ids)
        raise
    return group


def standing(find: Find, group: Group, size: int | None = None) -> Standing:
    """Look at all runs of a group; one that is lost is said by its `Part`.

    Args:
        find: Returns how a run stands and what it trains, or raises a StoreError.
        group: The group.
        size: Runs in a batch; None if all are one.
    """
    parts = []
    for run_id in group.runs:
        try:
            snapshot, config = find(run_id)
            parts.append(Part(run_id, config, snapshot))
        except StoreError as error:
            parts.append(Part(run_id, None, None, str(error)))
    size = size or max(len(parts), 1)
    batches = [tuple(parts[first : first + size]) for first in range(0, len(parts), size)]
    return Standing(group.id, tuple(batches))


def go_on(jobs: Jobs, found: Standing, owner: str | None = None) -> None:
    """Resume all that is paused or ended early; said twice it does nothing more.

    Raises:
        StoreError: If a run is damaged, or another server trains it.
        RuntimeError: If the queue has no room.
    """
    for batch in found.batches:
        run_ids = [part.run_id for part in batch]
        for run_id in run_ids:
            with suppress(UnknownJobError):
                jobs.resume(run_id)
        if any(snapshot.state != "done" for snapshot in _snapshots(batch)):
            jobs.take_up(*run_ids, owner=owner)


def pause(jobs: Jobs, found: Standing) -> None:
    """Pause all of them after the step that is under way."""
    for part in found.parts:
        with suppress(UnknownJobError):
            jobs.pause(part.run_id)


def step(jobs: Jobs, found: Standing, batches: int) -> None:
    """Let all that are paused do some steps, from those that were seen, as `Jobs.step`."""
    for batch in found.batches:
        since = min((snapshot.step for snapshot in _snapshots(batch)), default=0)
        for snapshot in _snapshots(batch):
            if snapshot.state == "paused":
                with suppress(UnknownJobError):
                    jobs.step(snapshot.id, batches, since=since)


def cancel(jobs: Jobs, found: Standing) -> None:
    """Stop all of them; they can go on later."""
    _cancel(jobs, [part.run_id for part in found.parts])


def _cancel(jobs: Jobs, run_ids: Sequence[str]) -> None:
    for run_id in reversed(run_ids):  # else the next batch would begin
        with suppress(UnknownJobError):
            jobs.cancel(run_id)


def _snapshots(parts: Sequence[Part]) -> tuple[Snapshot, ...]:
    return tuple(part.snapshot for part in parts if part.snapshot is not None)
