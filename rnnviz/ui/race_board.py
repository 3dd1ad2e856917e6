"""What the component of a race is told: curves of one round, the table of all, the intervals."""

from __future__ import annotations

import math

from rnnviz.plots import racing
from rnnviz.training.race_runs import Entry, Plan, RaceStanding, Round
from rnnviz.ui import state
from rnnviz.ui.components import race as view


def show(plan: Plan | None, found: RaceStanding | None) -> view.Chosen:
    """Show a race; return what was clicked in it.

    Args:
        plan: What Start would race; None if that cannot be.
        found: How the race stands; None before one.
    """
    shown_plan = found.plan if found is not None else plan or Plan()
    shown = None if found is None else found.now
    if found is not None:
        wanted = view.Chosen.of(None, state.race_message(), found.id).round
        shown = found.rounds[wanted - 1] if 0 < wanted <= found.plan.k else shown
    return view.race(
        _said(shown_plan, found, shown.number if shown is not None else 1),
        _racers(shown_plan, found, shown),
        _rows(shown_plan, found),
        _duels(found),
        key=state.RACE,
    )


def _said(plan: Plan, found: RaceStanding | None, shown: int) -> view.Said:
    steps = plan.contestants[0].steps
    if found is None:
        return view.Said("", steps=steps)
    snapshots = [entry.snapshot for round_ in found.rounds for entry in round_.entries]
    version = sum(snapshot.version for snapshot in snapshots if snapshot is not None)
    done = len(found.complete) == plan.k
    state_ = "going" if not found.over else "done" if done else "stopped"
    share, words = racing.share_done(found), racing.words(found)
    return view.Said(found.id, version, state_, steps, share, words, shown)


def _racers(plan: Plan, found: RaceStanding | None, shown: Round | None) -> list[view.Racer]:
    means = racing.means(found, plan)
    racers = []
    for n, run in enumerate(plan.contestants):
        curves = view.Curves()
        if shown is not None and (snapshot := shown.entries[n].snapshot) is not None:
            history, tests = snapshot.history, snapshot.held_out
            curves = view.Curves(
                history.step, history.loss, history.accuracy, tests.step, tests.accuracy
            )
        cell = run.model.cell
        size = f"{run.model.hidden_size} units"
        parameters = f"{run.parameters:,} parameters"
        racers.append(view.Racer(cell, cell.upper(), size, parameters, means[n], curves))
    return racers


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
        racing.entry_words(entry),
        0.0 if snapshot is None else snapshot.step / snapshot.steps,
        counts=round_.complete,
        best=round_.complete and entry.accuracy == best,
        why=entry.lost or (snapshot.error or "" if snapshot is not None else ""),
    )


def _duels(found: RaceStanding | None) -> list[view.Duel]:
    duels = []
    for duel in found.duels() if found is not None else ():
        interval = duel.interval
        half = 100 * interval.half_width if math.isfinite(interval.half_width) else None
        words = racing.duel_words(duel)
        duels.append(
            view.Duel(duel.better, duel.other, 100 * interval.mean, half, interval.tells, words)
        )
    return duels
