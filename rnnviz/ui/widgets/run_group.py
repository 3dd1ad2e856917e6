"""Group of runs that a page shows: its buttons, progress, endings, and the newest weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from rnnviz.training.jobs import side_by_side
from rnnviz.training.jobs.protocol import NO_END
from rnnviz.training.jobs.side_by_side import Part, Standing
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.training.store.group_record import Group, groups, load_group
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.tasks.spec import AnyConfig
from rnnviz.ui.figures import progress_text
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import selected_runs
from rnnviz.ui.widgets import run_buttons
from rnnviz.ui.widgets.run_buttons import Commands


def standing(kind: str) -> Standing | None:
    """Return how the runs of a lesson stand, and let them know that somebody looks.

    Those that the link names and that are not there are said, once.
    """
    found = group(kind)
    return None if found is None else side_by_side.standing(run_manager.find_any, found)


def group(kind: str) -> Group | None:
    """Return the group that is shown, and let its runs know that somebody looks; as `standing`."""
    found = _group(kind, told=True)
    for run_id in found.runs if found is not None else ():
        run_manager.watch(run_id)
    return found


def tick_s(found: Standing | None) -> float | None:
    """Return the seconds until the next look; None if nothing will change by itself."""
    if found is None or found.over:
        return None
    return run_manager.PAUSED_S if found.paused else run_manager.LIVE_S


def buttons(
    kind: str, planned: Sequence[AnyConfig], found: Standing | None, *, what: str = "them"
) -> None:
    """Show Start, Pause, Step and Stop.

    Args:
        kind: Of the lesson.
        planned: What Start would train; none if that cannot be.
        found: How those that are shown stand.
        what: Is trained, e.g. "three networks".
    """
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        act = commands(found, lambda paused: start(kind, [planned], paused=paused))
        run_buttons.show(f"{kind}_", found, act, can_start=bool(planned), what=what)
    refusal()


def commands(found: Standing | None, start: Callable[[bool], None]) -> Commands:
    """Return what the buttons of runs do.

    Args:
        found: How those that are shown stand.
        start: Begins new ones.
    """
    shown = found or Standing("", ())
    return Commands(
        start,
        partial(run_manager.pause, shown),
        partial(run_manager.resume, shown),
        partial(run_manager.step, shown),
        partial(run_manager.stop, shown),
    )


def words(found: Standing | None, unit: str = "sequences") -> tuple[float, str]:
    """Return which share of the training is done, and what stands under its bar.

    Args:
        found: How it stands.
        unit: What is learnt.
    """
    if found is None or not found.snapshots:
        return 0.0, "Press Start: the training begins."
    first = min(found.snapshots, key=lambda snapshot: snapshot.step)
    share = sum(s.step / s.steps for s in found.snapshots) / len(found.snapshots)
    return share, progress_text.words(
        replace(first, wall_s=found.wall_s, left_s=found.left_s), unit
    )


def refusal() -> None:
    """Say below the buttons why the last press did nothing."""
    if why := session_keys.take_refusal():
        st.warning(why, icon=":material/block:")


def endings(found: Standing | None) -> None:
    """Say why a training ended early, and if it could not be kept."""
    if found is not None and found.unkept:
        st.warning(f"This training is not kept: {found.unkept}.", icon=":material/save:")
    if found is None or not found.over or not (found.can_go_on or found.error):
        return
    why = f": {found.error}" if found.error else ""
    way = "Press Resume to go on, or Start to train anew." if found.can_go_on else ""
    failed = any(snapshot.state == "failed" for snapshot in found.snapshots)
    show = st.error if failed else st.info
    show(f"The training was stopped{why}. {way}", icon=":material/info:")


def weights_of(part: Part) -> tuple[int, Mapping[str, Any]] | None:
    """Return the newest weights of a run that are at hand, and the step after which they were.

    Those of a snapshot, else of the last checkpoint; None if there are none yet.
    """
    snapshot = part.snapshot
    if snapshot is None:
        return None
    if snapshot.weights is not None:
        return snapshot.weights_step, snapshot.weights
    with suppress(CheckpointError):
        if snapshot.checkpoints:
            step = max(snapshot.checkpoints)
            return step, run_manager.weights_at(part.run_id, step)
    return None


def of_run(run_id: str) -> Group | None:
    """Return the group that a run was trained in; None if it is gone."""
    return next((group for group in groups(run_manager.store())[0] if run_id in group.runs), None)


def start(
    kind: str,
    batches: Sequence[Sequence[AnyConfig]],
    *,
    paused: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Train networks and show them; while some are trained, pressing again does nothing.

    Args:
        kind: Of the group.
        batches: What to train; one worker trains the networks of a batch.
        paused: Whether to pause after the steps of a press of Step.
        settings: What was asked for, kept with the group.
    """
    before = _group(kind)
    if before is not None and not side_by_side.standing(run_manager.find_any, before).over:
        return
    until = session_keys.batches() if paused else NO_END
    owner = session_keys.watcher()
    try:
        group = side_by_side.start(
            run_manager.jobs(), kind, batches, owner, until=until, settings=settings
        )
    except (StoreError, RuntimeError) as error:
        run_manager.refuse("", f"The training cannot start: {error}")
        return
    with run_manager.taken_in_hand(*group.runs):
        selected_runs.show_group(kind, group.id)


def _group(kind: str, *, told: bool = False) -> Group | None:
    group_id = selected_runs.group_id(kind)
    if group_id is None:
        return None
    try:
        group = load_group(run_manager.store(), group_id)
        if group.kind != kind:
            raise StoreError(f"{group_id} is a {group.kind}, not a {kind}", group_id)
    except StoreError as error:
        if told:
            forget(kind, error)
        return None
    selected_runs.show_group(kind, group_id)  # another page may have taken it out of the link
    return group


def forget(kind: str, error: StoreError) -> None:
    """Show no group any more, and say why at the top of the page."""
    selected_runs.show_group(kind, None)
    why = str(error)
    if kind == "race":
        why = why.replace("there is no run", "there is no race")
    session_keys.note(f"{why[0].upper()}{why[1:]}. Press Start to train anew.")
