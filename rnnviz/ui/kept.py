"""The list of the runs that are kept: opened, named, compared, deleted and restored."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import streamlit as st

from rnnviz.core.run_config import RunConfig
from rnnviz.plots import progress
from rnnviz.training.messages import Snapshot
from rnnviz.training.run_files import StoreError
from rnnviz.ui import chosen, lesson_home, opening, run_state, runs, state, take_home
from rnnviz.ui.listed import Listed, listed

MOST_COMPARED = 4
POINTS = 60  # of the small curve in the list
ACTIVE = ("queued", "starting", "running", "paused")


def show() -> None:
    """Show the list, and what can be done with the runs that are ticked."""
    if (wanted := run_state.wanted_open()) is not None:
        with suppress(StoreError):  # deleted meanwhile: the list says so
            opening.open_run(wanted, runs.store().load(wanted).config)
    _undo_line()
    try:
        with st.container(horizontal=True, vertical_alignment="center"):
            usage = runs.store().usage()
            grouped = st.toggle(
                "With those of races, searches and lessons",
                key=state.GROUPED,
                persist_state="session",
                help="Their runs are kept as any other; here they would crowd out your own.",
            )
        found, faults = listed(grouped=grouped)
    except StoreError as error:
        st.error(f"{_sentence(error)} Nothing can be kept until that is mended.")
        return
    _damaged(faults)
    if not found:
        hidden = not grouped and listed()[0]
        st.info(
            "Only runs of races, searches and lessons are kept: switch them on above to see them."
            if hidden
            else "No run is kept yet. Train a network and it is kept here, with all it showed."
        )
        if st.button("Train a network", type="primary", icon=":material/model_training:"):
            st.switch_page(opening.PAGES / "train.py")
        return
    ticked = [found[row] for row in _table(found)]
    _actions(ticked)
    _room(usage.runs, usage.stored_bytes)


def _table(found: Sequence[Listed]) -> list[int]:
    """Show the list; return the rows that are ticked."""
    rows = [_row(run) for run in found]
    st.dataframe(
        {name: [row[name] for row in rows] for name in rows[0]},
        key=run_state.kept_key([run.record.id for run in found]),
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
    return run_state.ticked([run.record.id for run in found])


def _row(run: Listed) -> dict[str, object]:
    snapshot, config = run.snapshot, run.record.config
    shares, way = snapshot.held_out.accuracy, snapshot.history.accuracy
    return {
        "run": run.title,
        "read right": 100 * float(shares[-1]) if len(shares) else None,
        "on the way": way[:: max(1, len(way) // POINTS)].astype(float).tolist(),
        "state": _state(snapshot),
        "parameters": config.parameters,
        "trained on": progress.trained_on(config),
        "begun": datetime.fromtimestamp(run.record.created, chosen.now().tzinfo),
        "took": progress.duration(snapshot.wall_s),
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
            on_click=run_state.want_open,
            args=tuple(ids[:1]),
            help="Look at it where it was trained",
        )
        st.button(
            "Compare",
            icon=":material/compare_arrows:",
            disabled=not 2 <= len(ids) <= MOST_COMPARED or not all(map(_reads_digits, ticked)),
            on_click=run_state.compare,
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
    if one is not None and _reads_digits(one):
        take_home.show(ids[0])
    elif one is not None:
        lesson_home.show_run(ids[0], opening.link(ids[0]))
    if not ticked:
        st.caption("Tick a run to open, name or delete it, two to four to compare them.")


def _name(run: Listed) -> None:
    st.text_input(
        "Its name",
        run.record.name or "",
        key=run_state.name_key(run.record.id),
        max_chars=80,
        placeholder="Name it, and it stays",
        on_change=_rename,
        args=(run.record.id,),
        width=280,
    )


def _rename(run_id: str) -> None:
    try:
        runs.store().rename(run_id, run_state.named(run_id))
    except StoreError as error:
        state.note(_sentence(error))


def _delete(run_ids: Sequence[str]) -> None:
    gone = []
    for run_id in run_ids:
        try:
            runs.delete(run_id)
            gone.append(run_id)
        except StoreError as error:
            state.note(_sentence(error))
    run_state.remember_deleted(gone)


def _undo_line() -> None:
    deleted = run_state.deleted()
    if not deleted:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        several = f"{len(deleted)} runs are" if len(deleted) > 1 else "A run is"
        st.markdown(f":material/delete: {several} deleted.", width="content")
        st.button("Undo", on_click=_undo, icon=":material/undo:")


def _undo() -> None:
    for run_id in run_state.deleted():
        try:
            runs.store().restore(run_id)
        except StoreError as error:
            state.note(_sentence(error))
    run_state.remember_deleted(())


def _damaged(faults: Sequence[StoreError]) -> None:
    if not faults:
        return
    with st.expander(f"{len(faults)} cannot be read", icon=":material/warning:"):
        for fault in faults:
            st.markdown(_sentence(fault))
            st.button(
                "Delete it",
                key=f"damaged-{fault.run_id}",
                on_click=_delete,
                args=([fault.run_id],),
            )


def _room(count: int, stored_bytes: int) -> None:
    kept = runs.store()
    told = (
        f"{count} of {kept.max_runs} runs, "
        f"{stored_bytes / 1e6:,.0f} of {kept.max_bytes / 1e6:,.0f} MB. "
        "Beyond that the oldest without a name make room."
    )
    gone = [removal.record for removal in runs.jobs().keeper.removed()]
    if gone and not chosen.shared():
        last = progress.run_title(gone[-1], chosen.now())
        told += f" Since the server started {len(gone)} did, the last: {last}."
    st.caption(told)


def choose_compared() -> list[str]:
    """Let the person choose which runs are compared; those of the link come first."""
    asked = list(run_state.compared())
    try:
        found, _ = listed()
    except StoreError as error:
        st.error(_sentence(error))
        return asked
    now = chosen.now()
    titles = {
        run.record.id: progress.run_title(run.record, now) for run in found if _reads_digits(run)
    }
    picked = st.multiselect(
        "Runs to compare",
        [*titles, *(run_id for run_id in asked if run_id not in titles)],
        asked[:MOST_COMPARED],
        format_func=lambda run_id: titles.get(run_id, run_id),
        max_selections=MOST_COMPARED,
        key=state.COMPARED,
        placeholder="Choose two to four",
    )
    run_state.link_compared(picked)
    return picked


def _reads_digits(run: Listed) -> bool:
    return isinstance(run.record.config, RunConfig)


def _sentence(error: StoreError) -> str:
    words = str(error)
    return f"{words[:1].upper()}{words[1:]}."
