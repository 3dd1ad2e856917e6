"""Text about a race: the networks and their sizes, the progress, the result."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rnnviz.chapters.runs.race import pairwise_comparison
from rnnviz.chapters.runs.race.race import Entry, Plan, RaceStanding, Round
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.statistics import points
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.figures import progress_text
from rnnviz.ui.figures.numbers import counted, duration, percent

WAITS = "waits"


def sizes(contestants: Sequence[RunConfig]) -> str:
    """Return who races, e.g. "RNN 138 units (24,574 parameters) · LSTM 64 (24,714)"."""
    words: list[str] = []
    for run in contestants:
        units, parameters = ("", "") if words else (" units", " parameters")
        name, size = run.model.cell.upper(), run.model.hidden_size
        words.append(f"{name} {size}{units} ({run.parameters:,}{parameters})")
    return " · ".join(words)


def sentence(found: RaceStanding | None) -> str:
    """Say what a race allows to be said so far, and no more."""
    if found is None:
        return "Nothing is raced yet: press Start, and who is ahead will stand here."
    count, k = len(found.complete), found.plan.k
    if not count:
        return "No round is complete yet: nothing can be said of who is ahead."
    words = pairwise_comparison.sentence(found.accuracies())
    if count == k:
        return f"{words[0].upper()}{words[1:]}."
    return f"After {count} of {k} rounds: {words}."


def words(found: RaceStanding | None) -> str:
    """Return the line under the progress bar."""
    if found is None:
        return ""
    count, k = len(found.complete), found.plan.k
    now = found.now
    if found.over:
        if count == k:
            return f"done · {counted(k, 'round')} · took {duration(found.group.wall_s)}"
        return f"stopped · {count} of {counted(k, 'round')} complete"
    leader = _slowest(now)
    state = "" if leader is None else _state(leader)
    left = found.group.left_s
    parts = [
        f"round {now.number} of {k}",
        state,
        "" if left is None else f"{duration(left)} left",
        leader.device if leader is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def _state(snapshot: Snapshot) -> str:
    if snapshot.state in ("queued", "starting"):
        return progress_text.words(snapshot)
    paused = "paused · " if snapshot.state == "paused" else ""
    step = f"step {snapshot.step:,} of {snapshot.steps:,}"
    return f"{paused}epoch {max(snapshot.epoch, 1)}/{snapshot.epochs} · {step}"


def _slowest(round_: Round) -> Snapshot | None:
    """Return the one of a round that is least far of those that go on."""
    going = [e.snapshot for e in round_.entries if e.snapshot is not None and not e.over]
    return min(going, key=lambda snapshot: snapshot.step, default=None)


def share_done(found: RaceStanding | None) -> float:
    """Return the share of all steps of a race that are done."""
    if found is None:
        return 0.0
    entries = [entry for round_ in found.rounds for entry in round_.entries]
    done = sum(entry.snapshot.step for entry in entries if entry.snapshot is not None)
    return done / sum(entry.config.steps for entry in entries)


def entry_words(entry: Entry) -> str:
    """Return what stands for a network in the table, e.g. "91.43 %" or "stopped at step 61".

    While it goes on it is what it reads of the first test digits.
    """
    if entry.accuracy is not None:
        return percent(entry.accuracy, 2)
    if (snapshot := entry.snapshot) is None:
        return "lost"
    if snapshot.state in ("queued", "starting"):
        return WAITS
    stopped = {"failed": "failed", "cancelled": "stopped", "paused": "paused"}
    if not snapshot.step and snapshot.over:
        return stopped[snapshot.state]
    if word := stopped.get(snapshot.state, ""):
        return f"{word} at step {snapshot.step:,}"
    glances = snapshot.held_out.accuracy
    return percent(glances[-1]) if len(glances) else f"step {snapshot.step:,}"


def entry_why(entry: Entry) -> str:
    """Return what else there is to say of what `entry_words` says."""
    if (snapshot := entry.snapshot) is None:
        return entry.lost
    if not snapshot.over and len(snapshot.held_out.read):
        read, step = int(snapshot.held_out.read[-1]), int(snapshot.held_out.step[-1])
        return f"so far: of {read:,} test digits, after step {step:,}"
    return snapshot.error or ""


def means(found: RaceStanding | None, plan: Plan) -> list[str]:
    """Return each cell's mean over the rounds that count, in the plan's order; "–" before."""
    if found is None or not found.complete:
        return ["–"] * len(plan.cells)
    return [percent(math.fsum(values) / len(values), 2) for values in found.accuracies().values()]


def duel_words(duel: pairwise_comparison.Duel) -> str:
    """Return a duel's numbers, e.g. "1.1 ± 0.3 points"."""
    if not math.isfinite(duel.interval.half_width):
        return f"{100 * duel.interval.mean:.1f} points, one seed"
    return f"{points(duel.interval)} points"
