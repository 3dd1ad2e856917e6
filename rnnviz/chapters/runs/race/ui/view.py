"""View "Race": start, stop and resume a race, with its progress and results."""

from __future__ import annotations

import math
from functools import lru_cache

import streamlit as st

from rnnviz.chapters.runs.race import race, text
from rnnviz.chapters.runs.race.race import Plan, RaceStanding
from rnnviz.chapters.runs.race.ui import form, results
from rnnviz.chapters.runs.ui import keys
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.tasks import time_estimate
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.app.app_files import PAGES
from rnnviz.ui.figures.numbers import rough_duration
from rnnviz.ui.server import embedded_models, run_manager
from rnnviz.ui.session import selected_runs
from rnnviz.ui.widgets import controls, run_buttons, run_group
from rnnviz.ui.widgets.fragment import fragment


def show() -> None:
    """Show a race with all its controls, and again while it goes on."""
    notes = st.container()
    plan = form.choose()
    tick_s = _tick_s(standing())
    with notes:
        controls.notes()

    @fragment(key=keys.LIVE_RACE, run_every=tick_s)
    def live() -> None:
        _show(plan, tick_s)

    live()
    with st.expander("Why? What makes it fair, and what the numbers allow"):
        st.markdown(MEANING)


def standing() -> RaceStanding | None:
    """Return how the race that is shown stands, as `run_group.standing`."""
    group = run_group.group("race")
    try:
        return None if group is None else race.standing(run_manager.find_any, group)
    except StoreError as error:
        run_group.forget("race", error)
        return None


def _tick_s(found: RaceStanding | None) -> float | None:
    return run_group.tick_s(found.group if found is not None else None)


def _show(plan: Plan | None, tick_s: float | None) -> None:
    embedded_models.one_thread()
    found = standing()
    group = found.group if found is not None else None
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        commands = run_group.commands(group, lambda paused: _start(plan, paused))
        what = "all networks, a round for each seed,"
        run_buttons.show("race_", group, commands, can_start=plan is not None, what=what)
        _summary(plan, found)
    run_group.refusal()
    chosen = results.show(plan, found)
    _lost(found)
    run_group.endings(group)
    if chosen.run and found is not None and chosen.run in _run_ids(found):
        selected_runs.show_run(chosen.run)
        st.switch_page(PAGES / "train.py", query_params={"run": chosen.run})
    if _tick_s(found) != tick_s:
        st.rerun()


def _start(plan: Plan | None, paused: bool) -> None:
    if plan is not None:
        batches = race.batches(plan)
        run_group.start("race", batches, paused=paused, settings=plan.to_dict())


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


def _lost(found: RaceStanding | None) -> None:
    """Say which rounds can never count."""
    if found is not None and (lost := [r.number for r in found.rounds if r.lost]):
        st.warning(
            f"Of round {', '.join(map(str, lost))} a run is gone or damaged: it cannot count any "
            "more.",
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
  {run_manager.grace_s():g} s; come back by the link, also later, and press Resume.
"""
