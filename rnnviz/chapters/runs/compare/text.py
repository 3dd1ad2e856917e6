"""Text that compares runs: short names, different settings, which run is ahead and by how much."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.chapters.runs.compare.run_differences import Difference, Disagreement, differences
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.figures import progress_text
from rnnviz.ui.figures.numbers import duration, listed, percent
from rnnviz.ui.widgets.training_settings import label, value_words

LONGEST = 24  # letters of a name that a person gave, where there is little room
WORTH_TELLING = 0.8  # of the steps of the second, at most, that the first took to get there

_SHORT: Mapping[str, str] = MappingProxyType(
    {
        "lr": "lr {}",
        "digits": "{} digits",
        "epochs": "epochs {}",
        "batch_size": "batch {}",
        "num_layers": "layers {}",
        "dropout": "dropout {}",
        "seed": "seed {}",
        "clip_norm": "clip {}",
        "chunk": "{} pixels a step",
        "forget_bias": "forget bias {}",
        "weight_decay": "decay {}",
        "fold": "fold {}",
    }
)
Answers = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Standing:
    """A run as it stands beside others.

    Attributes:
        name: Short, and no other run's.
        config: What it trains.
        snapshot: How it stands.
    """

    name: str
    config: RunConfig
    snapshot: Snapshot


def names(configs: Sequence[RunConfig], given: Sequence[str | None]) -> list[str]:
    """Return a short name for each run, no two alike.

    Args:
        configs: Of the runs, two or more.
        given: What a person called each; None where nobody did.
    """
    differ = _told(configs)
    found = [
        _cut(name) if name else _base(config) for name, config in zip(given, configs, strict=True)
    ]
    for difference in differ:
        if difference.name in ("cell", "hidden_size"):
            continue
        for alike in _alike(found):
            values = {difference.values[n] for n in alike}
            for n in alike:
                if len(values) > 1 and not given[n]:
                    found[n] += f" · {_short(difference.name, difference.values[n])}"
    for alike in _alike(found):
        for count, n in enumerate(alike, 1):
            found[n] += f" · {count}"
    return found


def _base(config: RunConfig) -> str:
    model = config.model
    width = f"2 × {model.hidden_size}" if model.bidirectional else str(model.hidden_size)
    return f"{progress_text.CELLS[model.cell]} {width}"


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"


def _alike(names: Sequence[str]) -> list[list[int]]:
    """Return the places of those that share a name."""
    places: dict[str, list[int]] = {}
    for n, name in enumerate(names):
        places.setdefault(name, []).append(n)
    return [alike for alike in places.values() if len(alike) > 1]


def _told(configs: Sequence[RunConfig]) -> list[Difference]:
    """Return what differs, but for what follows from something else that does."""
    return [each for each in differences(configs) if each.name != "input_size"]


def _short(name: str, value: object) -> str:
    if isinstance(value, bool):
        return label(name).lower() if value else f"no {label(name).lower()}"
    return _SHORT.get(name, "{}").format(value_words(name, value))


def table(runs: Sequence[Standing]) -> dict[str, list[str]]:
    """Return what differs and what came of it, a column for each run, the first for the words."""
    differ = _told([run.config for run in runs])
    rows: dict[str, list[str]] = {
        label(each.name): [value_words(each.name, value) for value in each.values]
        for each in differ
    }
    rows |= {
        "Parameters": [f"{run.config.parameters:,}" for run in runs],
        "Steps": [_steps(run.snapshot) for run in runs],
        "Time spent": [duration(run.snapshot.wall_s) for run in runs],
        "Last accuracy": [_last_words(run) for run in runs],
    }
    columns = {"": list(rows)}
    for n, run in enumerate(runs):
        columns[run.name] = [values[n] for values in rows.values()]
    return columns


def _steps(snapshot: Snapshot) -> str:
    done = snapshot.step == snapshot.steps
    return f"{snapshot.step:,}" if done else f"{snapshot.step:,} of {snapshot.steps:,}"


def _last_words(run: Standing) -> str:
    last = _last(run)
    if last is None:
        return "not measured yet"
    share, read = last
    digits = "test digits" if progress_text.judge(run.config) == "test" else "held-out digits"
    return f"{percent(share)} of {read:,} {digits}"


def _last(run: Standing) -> tuple[float, int] | None:
    """Return the last share read right, and of how many digits."""
    tests = run.snapshot.held_out
    return (float(tests.accuracy[-1]), int(tests.read[-1])) if len(tests.step) else None


def same_settings(runs: Sequence[Standing]) -> bool:
    """Whether the runs differ in no setting."""
    return not _told([run.config for run in runs])


def sentence(runs: Sequence[Standing]) -> str:
    """Say who is ahead, and who was first to read well."""
    measured = [(run, last) for run in runs if (last := _last(run)) is not None]
    if len(measured) < 2:
        return "There is too little to compare so far: accuracy is measured on the way."
    if len({progress_text.judge(run.config) for run in runs}) > 1:
        return (
            "These runs are not measured on the same digits, some on test digits and some on "
            "training digits held out: compare their answers below instead."
        )
    order = sorted(measured, key=lambda pair: -pair[1][0])
    over = all(run.snapshot.state == "done" for run in runs)
    best = order[0][0]
    return f"{_ahead(order, 'at the end' if over else 'so far')}{_sooner(runs, best)}."


def _ahead(order: Sequence[tuple[Standing, tuple[float, int]]], when: str) -> str:
    (best, (most, of)), (second, (next_, of_next)), *more = order
    read = min(of, of_next)
    least = "at least " if len({count for _, (_, count) in order}) > 1 else ""
    digits = "test digits" if progress_text.judge(best.config) == "test" else "held-out digits"
    beaten = [f"{percent(share)} ({run.name})" for run, (share, _) in order[1:]]
    others = listed(beaten) if more else percent(next_)
    shares = f"{percent(most)} of {least}{read:,} {digits} against {others}"
    if round(read * most) == round(read * next_):
        return f"{best.name} and {second.name} are level {when}: {shares}"
    if most - next_ < chance(most, next_, read):
        return f"{best.name} is ahead {when} by a hair, less than chance may make: {shares}"
    return f"{best.name} is ahead {when}: {shares}"


def chance(one: float, other: float, read: int) -> float:
    """Return twice the standard error of the difference of two shares of so many digits."""
    return 2 * math.sqrt((one * (1 - one) + other * (1 - other)) / read)


def _sooner(runs: Sequence[Standing], best: Standing) -> str:
    """Say who reached 95, 90, 80 or 50 % in clearly fewer steps than the next."""
    for level in (0.95, 0.9, 0.8, 0.5):
        steps = [_reached(run, level) for run in runs]
        found = sorted((step, n) for n, step in enumerate(steps) if step is not None)
        if len(found) < 2:
            continue
        (first, n), (second, m), *_ = found
        if first > WORTH_TELLING * second:
            return ""
        who = "it" if runs[n] is best else runs[n].name
        then = f"after {first:,} steps, {runs[m].name} after {second:,}"
        return f"; {who} was first at {percent(level, 0)}, {then}"
    return ""


def _reached(run: Standing, level: float) -> int | None:
    tests = run.snapshot.held_out
    there = np.flatnonzero(tests.accuracy >= level)
    return int(tests.step[there[0]]) if len(there) else None


def disagreeing(found: Disagreement, first: str, second: str) -> str:
    """Say in plain words where two runs' answers differ."""
    total = found.both + found.first + found.second + found.neither
    if not len(found.differ):
        return f"{first} and {second} answer all {total:,} test digits alike."
    words = f"They answer {len(found.differ):,} of {total:,} test digits differently. "
    more, less = max(found.first, found.second), min(found.first, found.second)
    if not more:
        return f"{words}Both are wrong there."
    words += (
        f"Only {first} is right on {found.first:,} of them, only {second} on {found.second:,}: "
    )
    if more - less < 2 * math.sqrt(more + less):
        return f"{words}chance alone may split them so."
    return f"{words}chance alone would hardly split them so."


def standing_words(snapshot: Snapshot) -> str:
    """Return how a run stands, e.g. "done" or "running: step 612 of 2,814"."""
    if snapshot.state == "done":
        return "done"
    state = "stopped" if snapshot.over else snapshot.state
    return f"{state}: step {snapshot.step:,} of {snapshot.steps:,}"


def kinds(
    found: Disagreement, labels: Answers, first: Answers, second: Answers
) -> tuple[Answers, ...]:
    """Return the digits that two runs answer differently, in four groups.

    Returns: Indices of all; of those only the first reads right; only the second; neither.
    """
    a, b = (run[found.differ] == labels[found.differ] for run in (first, second))
    masks = (np.ones_like(a), a & ~b, b & ~a, ~a & ~b)
    return tuple(found.differ[mask] for mask in masks)
