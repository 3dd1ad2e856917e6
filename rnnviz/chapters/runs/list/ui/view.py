"""View "Runs": the list of saved runs, to open, name, compare, delete and restore."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import streamlit as st

from rnnviz.chapters.runs.list.ui.visible_runs import Listed, listed
from rnnviz.chapters.runs.ui import keys
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.app.app_files import PAGES
from rnnviz.ui.figures import progress_text
from rnnviz.ui.figures.numbers import duration
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import selected_runs
from rnnviz.ui.session.markdown_escape import sentence
from rnnviz.ui.widgets import model_choice, open_run, run_downloads

MOST_COMPARED = 4
POINTS = 60  # of the small curve in the list
ACTIVE = ("queued", "starting", "running", "paused")


def show() -> None:
    """Show the list, and what can be done with the runs that are ticked."""
    if (wanted := selected_runs.wanted_open()) is not None:
        with suppress(StoreError):  # deleted meanwhile: the list says so
            open_run.open_run(wanted, run_manager.store().load(wanted).config)
    _undo_line()
    try:
        with st.container(horizontal=True, vertical_alignment="center"):
            usage = run_manager.store().usage()
            grouped = st.toggle(
                "With those of races, searches and lessons",
                key=keys.GROUPED,
                persist_state="session",
                help="Their runs are kept as any other; here they would crowd out your own.",
            )
        found, faults = listed(grouped=grouped)
    except StoreError as error:
        st.error(f"{sentence(str(error))} Nothing can be kept until that is mended.")
        return
    _damaged(faults)
    if not found:
        hidden = not grouped and listed()[0]
        st.info(
            "Only runs of races, searches and lessons are kept: switch them on above to see them."
            if hidden
            else "No run is kept yet. Train a network and it is kept here, with all it showed."
        )
        train, icon = PAGES / "train.py", ":material/model_training:"
        st.page_link(train, label="Train a network", icon=icon)
        return
    ticked = [found[row] for row in _table(found)]
    _actions(ticked)
    _room(usage.runs, usage.stored_bytes)


def _table(found: Sequence[Listed]) -> list[int]:
    """Show the list; return the rows that are ticked."""
    rows = [_row(run) for run in found]
    st.dataframe(
        {name: [row[name] for row in rows] for name in rows[0]},
        key=selected_runs.kept_key([run.record.id for run in found]),
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        height="auto" if len(rows) <= 10 else 420,
        column_config={
            "run": st.column_config.TextColumn(pinned=True),
            "read right": st.column_config.ProgressColumn(
                help="Share of the digits that judge it, at the last reading; of a lesson's run "
                "what its page says: answers right, or share explained",
                format="%.2f %%",
                min_value=0,
                max_value=100,
            ),
            "on the way": st.column_config.LineChartColumn(
                help="Share of its training batches read right, from first to last step",
                y_min=0,
                y_max=1,
            ),
            "begun": st.column_config.DatetimeColumn(format="distance"),
            "parameters": st.column_config.NumberColumn(format="localized"),
        },
        alt="The runs that are kept, the newest first",
    )
    return selected_runs.ticked([run.record.id for run in found])


def _row(run: Listed) -> dict[str, object]:
    snapshot, config = run.snapshot, run.record.config
    shares, way = snapshot.held_out.accuracy, snapshot.history.accuracy
    return {
        "run": run.title,
        "read right": 100 * float(shares[-1]) if len(shares) else None,
        "on the way": way[:: max(1, len(way) // POINTS)].astype(float).tolist(),
        "state": _state(snapshot),
        "parameters": config.parameters,
        "trained on": progress_text.trained_on(config),
        "begun": datetime.fromtimestamp(run.record.created, model_choice.now().tzinfo),
        "took": duration(snapshot.wall_s),
    }


def _state(snapshot: Snapshot) -> str:
    if snapshot.state in ("done", *ACTIVE):
        return snapshot.state
    return f"stopped at {snapshot.step / snapshot.steps:.0%}" if snapshot.step else "not begun"


def _actions(ticked: Sequence[Listed]) -> None:
    ids = [run.record.id for run in ticked]
    one = ticked[0] if len(ticked) == 1 else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Open",
            icon=":material/open_in_new:",
            disabled=one is None,
            on_click=selected_runs.want_open,
            args=tuple(ids[:1]),
            help="Look at it where it was trained",
        )
        st.button(
            "Compare",
            icon=":material/compare_arrows:",
            disabled=not 2 <= len(ids) <= MOST_COMPARED or not all(map(_reads_digits, ticked)),
            on_click=selected_runs.compare,
            args=(ids,),
            help="Two to four runs on digits over one another",
        )
        st.button(
            "Delete",
            icon=":material/delete:",
            disabled=not ids,
            on_click=_delete,
            args=(ids,),
            help="It can be undone",
        )
        if one is not None:
            _name(one)
    if one is not None:
        run_downloads.show(ids[0], "" if _reads_digits(one) else open_run.link(ids[0]))
    if not ticked:
        st.caption("Tick a run to open, name or delete it, two to four to compare them.")


def _name(run: Listed) -> None:
    st.text_input(
        "Its name",
        run.record.name or "",
        key=selected_runs.name_key(run.record.id),
        max_chars=80,
        placeholder="Name it, and it stays",
        on_change=_rename,
        args=(run.record.id,),
        width=280,
    )


def _rename(run_id: str) -> None:
    try:
        run_manager.store().rename(run_id, selected_runs.named(run_id))
    except StoreError as error:
        session_keys.note(sentence(str(error)))


def _delete(run_ids: Sequence[str]) -> None:
    gone = []
    for run_id in run_ids:
        try:
            run_manager.delete(run_id)
            gone.append(run_id)
        except StoreError as error:
            session_keys.note(sentence(str(error)))
    selected_runs.remember_deleted(gone)


def _undo_line() -> None:
    deleted = selected_runs.deleted()
    if not deleted:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        several = f"{len(deleted)} runs are" if len(deleted) > 1 else "A run is"
        st.markdown(f":material/delete: {several} deleted.", width="content")
        st.button("Undo", on_click=_undo, icon=":material/undo:")


def _undo() -> None:
    for run_id in selected_runs.deleted():
        try:
            run_manager.store().restore(run_id)
        except StoreError as error:
            session_keys.note(sentence(str(error)))
    selected_runs.remember_deleted(())


def _damaged(faults: Sequence[StoreError]) -> None:
    if not faults:
        return
    with st.expander(f"{len(faults)} cannot be read", icon=":material/warning:"):
        for fault in faults:
            st.markdown(sentence(str(fault)))
            st.button(
                "Delete it",
                key=f"damaged-{fault.run_id}",
                on_click=_delete,
                args=([fault.run_id],),
            )


def _room(count: int, stored_bytes: int) -> None:
    kept = run_manager.store()
    told = (
        f"{count} of {kept.max_runs} runs, "
        f"{stored_bytes / 1e6:,.0f} of {kept.max_bytes / 1e6:,.0f} MB. "
        "Beyond that the oldest without a name make room."
    )
    gone = [removal.record for removal in run_manager.jobs().keeper.removed()]
    if gone and not model_choice.shared():
        last = progress_text.run_title(gone[-1], model_choice.now())
        told += f" Since the server started {len(gone)} did, the last: {last}."
    st.caption(told)


def choose_compared() -> list[str]:
    """Let the person choose which runs are compared; those of the link come first."""
    asked = list(selected_runs.compared())
    try:
        found, _ = listed()
    except StoreError as error:
        st.error(sentence(str(error)))
        return asked
    now = model_choice.now()
    titles = {
        run.record.id: progress_text.run_title(run.record, now)
        for run in found
        if _reads_digits(run)
    }
    picked = st.multiselect(
        "Runs to compare",
        [*titles, *(run_id for run_id in asked if run_id not in titles)],
        asked[:MOST_COMPARED],
        format_func=lambda run_id: titles.get(run_id, run_id),
        max_selections=MOST_COMPARED,
        key=session_keys.COMPARED,
        placeholder="Choose two to four",
    )
    selected_runs.link_compared(picked)
    return picked


def _reads_digits(run: Listed) -> bool:
    return isinstance(run.record.config, RunConfig)
