"""Training in a lesson: networks side by side, by the same jobs as the training page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import streamlit as st

from rnnviz.core.tasks import AnyConfig
from rnnviz.plots import progress
from rnnviz.training import lessons
from rnnviz.training.checkpoint import CheckpointError
from rnnviz.training.groups import Group, Kind, groups, load_group
from rnnviz.training.lessons import Part, Standing
from rnnviz.training.messages import NO_END
from rnnviz.training.run_files import StoreError
from rnnviz.ui import run_state, runs, state, stepping


def standing(kind: Kind) -> Standing | None:
    """Return how the runs of a lesson stand, and let them know that somebody looks.

    Those that the link names and that are not there are said, once.
    """
    group = _group(kind, told=True)
    if group is None:
        return None
    for run_id in group.runs:
        runs.watch(run_id)
    return lessons.standing(runs.find_any, group)


def tick_s(found: Standing | None) -> float | None:
    """Return the seconds until the next look; None if nothing will change by itself."""
    if found is None or found.over:
        return None
    return runs.PAUSED_S if found.paused else runs.LIVE_S


def buttons(
    kind: Kind, planned: Sequence[AnyConfig], found: Standing | None, *, what: str = "them"
) -> None:
    """Show Start, Pause, Step and Stop.

    Args:
        kind: Of the lesson.
        planned: What Start would train; none if that cannot be.
        found: How those that are shown stand.
        what: Is trained, e.g. "three networks".
    """
    going = found is not None and not found.over
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.button(
            "Start",
            key=f"{kind}_start",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not planned or going,
            on_click=start,
            args=(kind, tuple(planned)),
            help=f"Train {what} anew with these settings",
        )
        _pause_button(kind, found)
        stepping.buttons(
            f"{kind}_step",
            _step,
            (kind, tuple(planned), found),
            idle=not (planned and (found is None or found.over or found.paused)),
        )
        st.button(
            "Stop",
            key=f"{kind}_stop",
            icon=":material/stop:",
            disabled=not going,
            on_click=_stop,
            args=(kind,),
            help="End the training; what it has shown stays, and it can go on later",
        )


def _pause_button(kind: Kind, found: Standing | None) -> None:
    stands = found is not None and (found.paused or found.can_go_on)
    st.button(
        "Resume" if stands else "Pause",
        key=f"{kind}_pause",
        icon=":material/play_arrow:" if stands else ":material/pause:",
        disabled=found is None or (found.over and not found.can_go_on),
        on_click=_go_on if stands else _pause,
        args=(kind,),
        help="Go on, to the very end that it would have had"
        if stands
        else "Pause after the step under way",
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
    return share, progress.words(first, unit)


def endings(found: Standing | None) -> None:
    """Say why a training ended early, and if it could not be kept."""
    if found is None:
        return
    unkept = next((s.unkept for s in found.snapshots if s.unkept), "")
    if unkept:
        st.warning(f"This training is not kept: {unkept}.", icon=":material/save:")
    if refusal := state.take_refusal():
        st.warning(refusal, icon=":material/block:")
    if not found.over or not (found.can_go_on or found.error):
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
            return step, runs.weights_at(part.run_id, step)
    return None


def of_run(run_id: str) -> Group | None:
    """Return the group that a run was trained in; None if it is gone."""
    return next((group for group in groups(runs.store())[0] if run_id in group.runs), None)


def start(kind: Kind, planned: Sequence[AnyConfig], *, paused: bool = False) -> None:
    """Train networks and show them; while some are trained, pressing again does nothing."""
    before = _group(kind)
    if before is not None and not lessons.standing(runs.find_any, before).over:
        return
    try:
        until = state.batches() if paused else NO_END
        group = lessons.start(runs.jobs(), kind, planned, state.watcher(), until=until)
    except (StoreError, RuntimeError) as error:
        state.refuse(f"The training cannot start: {error}")
        return
    with runs.taken_in_hand(*group.runs):
        run_state.show_lesson(kind, group.id)


def _step(kind: Kind, planned: Sequence[AnyConfig], found: Standing | None) -> None:
    group = _group(kind)
    if found is None or found.over or group is None:
        start(kind, planned, paused=True)
    else:
        lessons.step(runs.jobs(), group, state.batches(), since=found.step)


def _pause(kind: Kind) -> None:
    _tell(kind, lessons.pause)


def _stop(kind: Kind) -> None:
    _tell(kind, lessons.cancel)


def _go_on(kind: Kind) -> None:
    _tell(kind, lambda jobs, group: lessons.go_on(jobs, group, state.watcher()))


def _tell(kind: Kind, command: Callable[[Any, Group], None]) -> None:
    group = _group(kind)
    if group is None:
        return
    try:
        command(runs.jobs(), group)
    except (StoreError, RuntimeError) as error:
        state.refuse(f"The training cannot go on: {error}")


def _group(kind: Kind, *, told: bool = False) -> Group | None:
    group_id = run_state.lesson_id(kind)
    if group_id is None:
        return None
    try:
        group = load_group(runs.store(), group_id)
        if group.kind != kind:
            raise StoreError(f"{group_id} is none of this lesson's", group_id)
    except StoreError as error:
        run_state.show_lesson(kind, None)
        if told:
            state.note(f"{str(error)[0].upper()}{str(error)[1:]}. Press Start to train anew.")
        return None
    run_state.show_lesson(kind, group_id)  # another page may have taken it out of the link
    return group
