"""View "Race": start, stop and resume a race, with its progress and results."""

from __future__ import annotations

import math
from contextlib import suppress
from functools import lru_cache

import streamlit as st

from rnnviz.chapters.runs.race import race, text
from rnnviz.chapters.runs.race.race import Plan, RaceStanding
from rnnviz.chapters.runs.race.ui import form, results
from rnnviz.chapters.runs.ui import keys
from rnnviz.training.store.group_record import Group, load_group
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.tasks import time_estimate
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.app.app_files import PAGES
from rnnviz.ui.figures.numbers import rough_duration
from rnnviz.ui.server import embedded_models, run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import selected_runs
from rnnviz.ui.widgets import controls
from rnnviz.ui.widgets.fragment import fragment


def show() -> None:
    """Show a race with all its controls, and again while it goes on."""
    notes = st.container()
    plan = form.choose()
    found = standing()
    if found is not None:
        selected_runs.show_race(found.id)  # another page may have taken it out of the link
    tick_s = _tick_s(found)
    with notes:
        controls.notes()

    @fragment(key=keys.LIVE_RACE, run_every=tick_s)
    def live() -> None:
        _show(plan, tick_s)

    live()
    with st.expander("Why? What makes it fair, and what the numbers allow"):
        st.markdown(MEANING)


def standing() -> RaceStanding | None:
    """Return how the race that is shown stands, and let its runs know that somebody looks.

    One that the link names and that is not there is said, once.
    """
    group_id = selected_runs.race_id()
    if group_id is None:
        return None
    try:
        group = load_group(run_manager.store(), group_id)
        for run_id in group.runs:
            run_manager.watch(run_id)
        return race.standing(run_manager.find, group)
    except StoreError as error:
        selected_runs.show_race(None)
        told = str(error).replace("there is no run", "there is no race")
        session_keys.note(f"{told[0].upper()}{told[1:]}. Press Start for another race.")
        return None


def start(plan: Plan) -> None:
    """Start a race and show it; while one is going on, pressing again does nothing."""
    before = standing()
    if before is not None and not before.over:
        return
    try:
        group = race.start(run_manager.jobs(), plan, session_keys.watcher())
        with run_manager.taken_in_hand(*group.runs):
            selected_runs.show_race(group.id)
    except (StoreError, RuntimeError) as error:
        session_keys.note(f"The race cannot start: {error}.")


def stop() -> None:
    """Stop the race that is shown."""
    group = _group()
    if group is not None:
        race.cancel(run_manager.jobs(), group)


def go_on() -> None:
    """Let the race that is shown go on with all that ended early."""
    found = standing()
    if found is None:
        return
    try:
        race.go_on(run_manager.jobs(), found, session_keys.watcher())
    except (StoreError, RuntimeError) as error:
        session_keys.note(f"The race cannot go on: {error}.")


def _group() -> Group | None:
    group_id = selected_runs.race_id()
    with suppress(StoreError):
        return None if group_id is None else load_group(run_manager.store(), group_id)
    return None


def _tick_s(found: RaceStanding | None) -> float | None:
    if found is None or found.over:
        return None
    return run_manager.PAUSED_S if found.stands else run_manager.LIVE_S


def _show(plan: Plan | None, tick_s: float | None) -> None:
    embedded_models.one_thread()
    notes = st.container()
    found = standing()
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        _buttons(plan, found)
        _summary(plan, found)
    chosen = results.show(plan, found)
    _endings(found)
    if chosen.run and found is not None and chosen.run in _run_ids(found):
        selected_runs.show_run(chosen.run)
        st.switch_page(PAGES / "train.py", query_params={"run": chosen.run})
    if _tick_s(found) != tick_s:
        st.rerun()
    with notes:  # of a press: only this fragment runs again
        controls.notes()


def _buttons(plan: Plan | None, found: RaceStanding | None) -> None:
    going = found is not None and not found.over
    with st.container(horizontal=True, gap="small", width="content"):
        st.button(
            "Start",
            key="race_start",
            type="primary",
            icon=":material/play_arrow:",
            disabled=plan is None or going,
            on_click=start,
            args=(plan,),
            help="Race with the settings above: every seed is a round in which all train in turns",
        )
        st.button(
            "Stop",
            key="race_stop",
            icon=":material/stop:",
            disabled=not going,
            on_click=stop,
            help="Stop all rounds; the race can go on later",
        )
        st.button(
            "Go on",
            key="race_go_on",
            icon=":material/resume:",
            disabled=found is None or not found.can_go_on,
            on_click=go_on,
            help="Go on with all rounds that ended early, to the very end they would have had",
        )


def _summary(plan: Plan | None, found: RaceStanding | None) -> None:
    """Say what is raced, or what Start would race."""
    lines = [] if found is None else [f"This race: {_describe(found.plan)}."]
    if plan is not None and (found is None or plan != found.plan):
        expected = "" if found is not None and not found.over else f", {_expected(plan)}"
        lines.append(f"Start would race: {_describe(plan)}{expected}.")
    st.caption("  \n".join(lines))


def _describe(plan: Plan) -> str:
    base = plan.base
    epochs = "1 epoch" if base.training.epochs == 1 else f"{base.training.epochs} epochs"
    seeds = "1 seed" if plan.k == 1 else f"{plan.k} seeds"
    return f"{text.sizes(plan.contestants)} · {base.digits:,} digits, {epochs}, {seeds}"


def _expected(plan: Plan) -> str:
    seconds = plan.k * math.fsum(_seconds(run) for run in plan.contestants)
    return rough_duration(seconds)


@lru_cache(maxsize=64)
def _seconds(config: RunConfig) -> float:
    embedded_models.one_thread()
    return time_estimate.seconds(config, embedded_models.device())


def _run_ids(found: RaceStanding) -> set[str]:
    return {entry.run_id for round_ in found.rounds for entry in round_.entries}


def _endings(found: RaceStanding | None) -> None:
    """Say why rounds ended early, or can never count."""
    if found is None:
        return
    for entry in (entry for round_ in found.rounds for entry in round_.entries):
        snapshot = entry.snapshot
        if snapshot is not None and snapshot.unkept:
            st.warning(f"A run is not kept: {snapshot.unkept}.", icon=":material/save:")
            break
    if lost := [round_.number for round_ in found.rounds if round_.lost]:
        numbers = ", ".join(map(str, lost))
        st.warning(
            f"Of round {numbers} a run is gone or damaged: it cannot count any more.",
            icon=":material/info:",
        )
    if not found.over or not found.can_go_on:
        return
    errors = [e.snapshot.error for r in found.rounds for e in r.entries if e.snapshot is not None]
    why = next((f": {error}" for error in errors if error), "")
    st.info(
        f"The race was stopped{why}. Press Go on to complete it, or Start for another.",
        icon=":material/info:",
    )


MEANING = f"""
- **Fair** means: the same digits in the same order, the same seeds, the same settings, and as many
  parameters as the budget allows each. The same learning rate is fair too, though it may suit one
  better than another: try others before you believe a verdict.
- **A round** is one seed. Its networks take turns, a step of each, in one process; each gets what
  it would get alone. A round counts when all of it came to its end.
- **The judge** is all 10,000 test digits, read at the end of each run. Nothing is chosen by them: a
  race is a report.
- **The interval** is over seeds: with other seeds, in 95 of 100 races the true mean differences
  would lie within their intervals, all of them at once (Student's for pairs, Bonferroni for the
  number of pairs). It says nothing of other test digits.
- **One seed says nothing.** With two the intervals are very wide; five to ten tell. Looking after
  each round and stopping when one is ahead would find a winner among equals too often.
- **In the link** are all settings and the race. Close the tab and it goes on for
  {run_manager.grace_s():g} s; come back by the link, also later, and press Go on.
"""
