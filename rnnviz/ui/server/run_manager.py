"""Runs of this server: start, pause, resume and stop, and which ones a session watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache

import streamlit as st
import torch
from torch import Tensor

from rnnviz.training.jobs import side_by_side
from rnnviz.training.jobs.backend import backend
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.jobs.protocol import NO_END, Snapshot, UnknownJobError
from rnnviz.training.jobs.server_limits import bounds
from rnnviz.training.jobs.side_by_side import Standing
from rnnviz.training.jobs.worker import Processes
from rnnviz.training.store import checkpoint, event_log
from rnnviz.training.store.run_record import Record, StoreError
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.training.tasks.spec import AnyConfig
from rnnviz.ui.server import embedded_models
from rnnviz.ui.server.checkpoint_cache import Looks
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import selected_runs

LIVE_S, PAUSED_S = 0.15, 1.0  # between looks at a run that goes on, or stands
ANSWER_S = 0.25  # that a press of a button waits for its effect


def grace_s() -> float:
    """Return how long a run goes on when its tab is closed."""
    return bounds().grace_s


@cache
def store() -> RunStore:
    """Return where this server keeps runs."""
    most = bounds()
    return RunStore(max_runs=most.runs, max_bytes=most.disk_mb * 1_000_000)


@cache
def jobs() -> Jobs:
    """Return the job manager that all sessions share.

    On this machine a run per GPU at once, else per two cores; elsewhere as many as there is room.

    Raises:
        BackendError: If trainings cannot run where they should.
    """
    most = bounds()
    where = backend(most.running)
    here = isinstance(where, Processes) and embedded_models.device().type == "cuda"
    return Jobs(
        running=most.running or (torch.cuda.device_count() if here else None),
        grace_s=most.grace_s,
        pause_s=most.pause_s,
        queue=most.queue,
        steps=most.steps,
        parameters=most.parameters,
        states=most.states,
        run_s=3600 * most.hours,
        each=most.each,
        store=store(),
        backend=where,
    )


@cache
def _dependents() -> list[Callable[[], None]]:
    """Return the functions that end what waits for trainings, in the order they were given."""
    return []


def before_shut_down(end: Callable[[], None]) -> None:
    """Let `shut_down` call a function before the trainings end, which its threads wait for."""
    _dependents().append(end)


def shut_down() -> None:
    """End all trainings, if there ever were any; they can be taken up again."""
    if jobs.cache_info().currsize:
        for end in _dependents():
            end()
        _dependents.cache_clear()
        jobs().shutdown()
        jobs.cache_clear()
        store.cache_clear()


def find(run_id: str) -> tuple[Snapshot, RunConfig]:
    """Return how a run on digits stands, and what it trains; as `find_any`.

    Raises:
        StoreError: Also if the run learns something else.
    """
    snapshot, config = find_any(run_id)
    if not isinstance(config, RunConfig):
        raise StoreError(f"run {run_id} learnt no digits; open it from the list of runs", run_id)
    return snapshot, config


def find_any(run_id: str) -> tuple[Snapshot, AnyConfig]:
    """Return how a run stands, and what it trains; from the store if nobody here trains it.

    Raises:
        StoreError: If there is none, if it was deleted or is damaged, in one sentence.
    """
    with suppress(UnknownJobError):
        return jobs().snapshot(run_id), jobs().config(run_id)
    record = store().load(run_id)
    return as_it_stands(record), record.config


def as_it_stands(record: Record) -> Snapshot:
    """Return what a record says, unless whoever trained it is gone."""
    snapshot = record.snapshot()
    if store().state_of(record) == "interrupted":
        return replace(snapshot, state="cancelled", error="its server was stopped")
    return snapshot


def weights_at(run_id: str, step: int) -> Mapping[str, Tensor]:
    """Return the weights of one of a run's checkpoints, by name, on the CPU.

    Raises:
        CheckpointError: If they are gone or damaged.
    """
    return checkpoint.weights_at(store().folder(run_id), step)


@dataclass(eq=False)
class Lease:
    """What one session looks at; without it the runs are orphans.

    Attributes:
        watcher: The session.
        runs: Their ids.
        looks: What it has seen of the one that is shown.
    """

    watcher: str
    runs: set[str] = field(default_factory=set)
    looks: Looks | None = None

    def release(self) -> None:
        """Let go: called when the tab is gone, or its connection was lost for a moment."""
        for run_id in self.runs:
            with suppress(UnknownJobError):
                jobs().orphan(run_id, self.watcher)


@st.cache_resource(scope="session", show_spinner=False, on_release=Lease.release)
def _lease(watcher: str) -> Lease:
    return Lease(watcher)


def current() -> Snapshot | None:
    """Return how the run that is shown stands, and let it know that somebody looks.

    A run that the link names and that is not there any more is said, once.
    """
    found = _shown()
    return None if found is None else found[0]


def config() -> RunConfig | None:
    """Return what the run that is shown trains."""
    found = _shown()
    return None if found is None else found[1]


def _shown() -> tuple[Snapshot, RunConfig] | None:
    run_id = selected_runs.run_id()
    if run_id is None:
        return None
    watch(run_id)
    try:
        return find(run_id)
    except StoreError as error:
        selected_runs.show_run(None)
        told = str(error)
        session_keys.note(f"{told[0].upper()}{told[1:]}. Press Start to train another.")
        return None


def watch(run_id: str) -> None:
    """Let a run know that this session looks at it."""
    watcher = session_keys.watcher()
    with suppress(UnknownJobError):
        jobs().adopt(run_id, watcher)
        _lease(watcher).runs.add(run_id)


def looks(config: RunConfig) -> Looks:
    """Return what this session has seen of the run that is shown."""
    lease, run_id = _lease(session_keys.watcher()), selected_runs.run_id() or ""
    if lease.looks is None or lease.looks.run_id != run_id:
        lease.looks = Looks(run_id, config, lambda step: weights_at(run_id, step))
    return lease.looks


def delete(run_id: str) -> None:
    """Move a run into the trash.

    Raises:
        StoreError: If it goes on, here or on another server, or cannot be moved.
    """
    jobs().forget(run_id)
    store().delete(run_id)


def tick_s(snapshot: Snapshot | None) -> float | None:
    """Return the seconds until the next look at a run; None if nothing will change."""
    if snapshot is None:
        return None
    if snapshot.over or snapshot.state == "paused":
        looks = _lease(session_keys.watcher()).looks
        if looks is None or looks.run_id != snapshot.id or not looks.complete:
            return LIVE_S
    return None if snapshot.over else PAUSED_S if snapshot.state == "paused" else LIVE_S


def start(config: RunConfig | None, paused: bool = False) -> None:
    """Start a run and show it; while one is going on, pressing again does nothing."""
    before = current()
    if config is None or (before is not None and not before.over):
        return
    until = session_keys.batches() if paused else NO_END
    try:
        run_id = jobs().submit(config, session_keys.watcher(), until=until)
    except RuntimeError as error:
        refuse("", f"The training cannot start: {error}")
        return
    with taken_in_hand(run_id):
        selected_runs.show_run(run_id)


def refuse(run_id: str, why: str) -> None:
    """Log that a press did nothing, and say why where the buttons are."""
    event_log.log("refused", run_id, owner=session_keys.watcher())
    session_keys.refuse(why)


@contextmanager
def taken_in_hand(*run_ids: str) -> Iterator[None]:
    """Let a session note what it has begun, and look at it; if that is cut short, end it.

    Streamlit ends a callback at its next look at the session's state when a newer click has come:
    the runs would go on, keep their person's place in the queue, and nobody could ever find them.
    """
    try:
        yield
        for run_id in run_ids:
            watch(run_id)
    except BaseException:
        for run_id in run_ids:
            with suppress(UnknownJobError):
                jobs().cancel(run_id)
        raise


def pause(found: Standing) -> None:
    """Pause runs after the step that is under way."""
    _tell(found, lambda: side_by_side.pause(jobs(), found))


def resume(found: Standing) -> None:
    """Go on with what is paused or ended early, to the end that it would have had."""
    _tell(found, lambda: side_by_side.go_on(jobs(), found, session_keys.watcher()))


def step(found: Standing) -> None:
    """Let paused runs do as many steps as the person chose, from the step they saw."""
    _tell(found, lambda: side_by_side.step(jobs(), found, session_keys.batches()))


def stop(found: Standing) -> None:
    """End runs; what they have shown stays, and they can go on later."""
    _tell(found, lambda: side_by_side.cancel(jobs(), found))


def _tell(found: Standing, command: Callable[[], None]) -> None:
    """Say something to runs, and give them a moment to answer: the page then shows that at once."""
    before = _versions(found)
    try:
        command()
    except (StoreError, RuntimeError) as error:
        refuse(found.id, f"The training cannot go on: {error}")
        return
    end = time.monotonic() + ANSWER_S
    while _versions(found) == before and time.monotonic() < end:
        time.sleep(0.005)


def _versions(found: Standing) -> list[int]:
    versions = []
    for part in found.parts:
        with suppress(UnknownJobError):
            versions.append(jobs().snapshot(part.run_id).version)
    return versions
