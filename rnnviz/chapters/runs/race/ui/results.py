"""Results of a race for its component: curves of one round, table of all rounds, intervals."""

from __future__ import annotations

import math

import numpy as np

from rnnviz.chapters.runs.race import text
from rnnviz.chapters.runs.race.race import Entry, Plan, RaceStanding, Round
from rnnviz.chapters.runs.race.ui.components import race as view
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import selected_runs


def show(plan: Plan | None, found: RaceStanding | None) -> view.Chosen:
    """Show a race; return what was clicked in it.

    Args:
        plan: What Start would race; None if that cannot be.
        found: How the race stands; None before one.
    """
    shown_plan = found.plan if found is not None else plan or Plan()
    shown = None if found is None else found.now
    if found is not None:
        wanted = view.Chosen.of(None, selected_runs.race_message(), found.id).round
        shown = found.rounds[wanted - 1] if 0 < wanted <= found.plan.k else shown
    return view.race(
        _said(shown_plan, found, shown.number if shown is not None else 1),
        _racers(shown_plan, found, shown),
        _rows(shown_plan, found),
        _duels(found),
        key=session_keys.RACE,
    )


def _said(plan: Plan, found: RaceStanding | None, shown: int) -> view.Said:
    steps = plan.contestants[0].steps
    if found is None:
        return view.Said("", steps=steps, sentence=text.sentence(None))
    snapshots = [entry.snapshot for round_ in found.rounds for entry in round_.entries]
    version = sum(snapshot.version for snapshot in snapshots if snapshot is not None)
    done = len(found.complete) == plan.k
    state_ = "going" if not found.over else "done" if done else "stopped"
    share, words = text.share_done(found), text.words(found)
    sentence = text.sentence(found)
    return view.Said(found.id, version, state_, steps, share, words, shown, sentence)


def _racers(plan: Plan, found: RaceStanding | None, shown: Round | None) -> list[view.Racer]:
    means = text.means(found, plan)
    racers = []
    for n, run in enumerate(plan.contestants):
        curves = view.Curves()
        if shown is not None and (snapshot := shown.entries[n].snapshot) is not None:
            curves = _curves(snapshot, _step(snapshot, shown))
        cell = run.model.cell
        size = f"{run.model.hidden_size} units"
        parameters = f"{run.parameters:,} parameters"
        racers.append(view.Racer(cell, cell.upper(), size, parameters, means[n], curves))
    return racers


def _step(snapshot: Snapshot, round_: Round) -> int:
    """Return so many steps as all of a round have done, while one goes on."""
    return snapshot.step if snapshot.over else round_.step


def _curves(snapshot: Snapshot, step: int) -> view.Curves:
    """Return a run's curves up to a step."""
    history, tests = snapshot.history, snapshot.held_out
    n = int(np.searchsorted(history.step, step, side="right"))
    m = int(np.searchsorted(tests.step, step, side="right"))
    return view.Curves(
        history.step[:n], history.loss[:n], history.accuracy[:n], tests.step[:m], tests.accuracy[:m]
    )


def _rows(plan: Plan, found: RaceStanding | None) -> list[view.Row]:
    if found is None:
        none = tuple(view.Result("", "–", 0.0) for _ in plan.cells)
        return [
            view.Row(number, configs[0].training.seed, none)
            for number, configs in enumerate(plan.rounds, start=1)
        ]
    rows = []
    for round_ in found.rounds:
        best = max((entry.accuracy or 0.0 for entry in round_.entries), default=0.0)
        results = tuple(_result(entry, round_, best) for entry in round_.entries)
        rows.append(view.Row(round_.number, round_.seed, results))
    return rows


def _result(entry: Entry, round_: Round, best: float) -> view.Result:
    snapshot = entry.snapshot
    return view.Result(
        "" if snapshot is None else entry.run_id,
        text.entry_words(entry),
        0.0 if snapshot is None else _step(snapshot, round_) / snapshot.steps,
        counts=round_.complete,
        best=round_.complete and entry.accuracy == best,
        why=text.entry_why(entry),
    )


def _duels(found: RaceStanding | None) -> list[view.Duel]:
    duels = []
    for duel in found.duels() if found is not None else ():
        interval = duel.interval
        half = 100 * interval.half_width if math.isfinite(interval.half_width) else None
        words = text.duel_words(duel)
        duels.append(
            view.Duel(duel.better, duel.other, 100 * interval.mean, half, interval.tells, words)
        )
    return duels
