"""Controls of a group of runs that train side by side: Start, Pause, Step, Stop, progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
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
from rnnviz.ui.widgets import step_button


def standing(kind: str) -> Standing | None:
    """Return how the runs of a lesson stand, and let them know that somebody looks.

    Those that the link names and that are not there are said, once.
    """
    group = _group(kind, told=True)
    if group is None:
        return None
    for run_id in group.runs:
        run_manager.watch(run_id)
    return side_by_side.standing(run_manager.find_any, group)


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
        step_button.buttons(
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


def _pause_button(kind: str, found: Standing | None) -> None:
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
    return share, progress_text.words(first, unit)


def endings(found: Standing | None) -> None:
    """Say why a training ended early, and if it could not be kept."""
    if found is None:
        return
    unkept = next((s.unkept for s in found.snapshots if s.unkept), "")
    if unkept:
        st.warning(f"This training is not kept: {unkept}.", icon=":material/save:")
    if refusal := session_keys.take_refusal():
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
            return step, run_manager.weights_at(part.run_id, step)
    return None


def of_run(run_id: str) -> Group | None:
    """Return the group that a run was trained in; None if it is gone."""
    return next((group for group in groups(run_manager.store())[0] if run_id in group.runs), None)


def start(kind: str, planned: Sequence[AnyConfig], *, paused: bool = False) -> None:
    """Train networks and show them; while some are trained, pressing again does nothing."""
    before = _group(kind)
    if before is not None and not side_by_side.standing(run_manager.find_any, before).over:
        return
    try:
        until = session_keys.batches() if paused else NO_END
        group = side_by_side.start(
            run_manager.jobs(), kind, planned, session_keys.watcher(), until=until
        )
    except (StoreError, RuntimeError) as error:
        session_keys.refuse(f"The training cannot start: {error}")
        return
    with run_manager.taken_in_hand(*group.runs):
        selected_runs.show_lesson(kind, group.id)


def _step(kind: str, planned: Sequence[AnyConfig], found: Standing | None) -> None:
    group = _group(kind)
    if found is None or found.over or group is None:
        start(kind, planned, paused=True)
    else:
        side_by_side.step(run_manager.jobs(), group, session_keys.batches(), since=found.step)


def _pause(kind: str) -> None:
    _tell(kind, side_by_side.pause)


def _stop(kind: str) -> None:
    _tell(kind, side_by_side.cancel)


def _go_on(kind: str) -> None:
    _tell(kind, lambda jobs, group: side_by_side.go_on(jobs, group, session_keys.watcher()))


def _tell(kind: str, command: Callable[[Any, Group], None]) -> None:
    group = _group(kind)
    if group is None:
        return
    try:
        command(run_manager.jobs(), group)
    except (StoreError, RuntimeError) as error:
        session_keys.refuse(f"The training cannot go on: {error}")


def _group(kind: str, *, told: bool = False) -> Group | None:
    group_id = selected_runs.lesson_id(kind)
    if group_id is None:
        return None
    try:
        group = load_group(run_manager.store(), group_id)
        if group.kind != kind:
            raise StoreError(f"{group_id} is none of this lesson's", group_id)
    except StoreError as error:
        selected_runs.show_lesson(kind, None)
        if told:
            session_keys.note(
                f"{str(error)[0].upper()}{str(error)[1:]}. Press Start to train anew."
            )
        return None
    selected_runs.show_lesson(kind, group_id)  # another page may have taken it out of the link
    return group
