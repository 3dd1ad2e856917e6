"""Race: rounds of one seed each, queued one after another, and their current state."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

from rnnviz.chapters.runs.race import pairwise_comparison, parameter_budget
from rnnviz.core.config import Cell, TrainConfig
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.jobs.protocol import Snapshot, UnknownJobError
from rnnviz.training.loop import stacked_training
from rnnviz.training.store.group_record import Group, save_group
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.tasks.digits import RunConfig

BUDGET = 24_714  # parameters of the notebook's LSTM of 64 units
MOST_ROUNDS = 10

Find = Callable[[str], tuple[Snapshot, RunConfig]]


@lru_cache(maxsize=64)
def _solved(budget: int, cells: tuple[Cell, ...], base: RunConfig) -> tuple[RunConfig, ...]:
    return parameter_budget.contestants(budget, cells=cells, base=base)


def _base() -> RunConfig:
    training = TrainConfig(epochs=2, batch_size=64, lr=0.003, optimizer="adam", schedule="constant")
    return RunConfig(training=training, digits=10_000)


@dataclass(frozen=True)
class Plan:
    """What is raced for.

    Attributes:
        budget: Parameters that each network may have, its head included.
        k: Rounds, each with a seed of its own.
        cells: Two or three, each once, in the order in which they are shown.
        base: What all of them share; its cell and hidden size do not count.

    Raises:
        ValueError: If there can be no such race, in one sentence.
    """

    budget: int = BUDGET
    k: int = 3
    cells: tuple[Cell, ...] = parameter_budget.CELLS
    base: RunConfig = field(default_factory=_base)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", tuple(self.cells))
        for name in ("budget", "k"):
            if type(value := getattr(self, name)) is not int:
                raise ValueError(f"{name} must be a whole number, got {value!r}")
        if not 1 <= self.k <= MOST_ROUNDS:
            raise ValueError(f"a race has 1 to {MOST_ROUNDS} seeds, got {self.k}")
        if unknown := [cell for cell in self.cells if cell not in parameter_budget.CELLS]:
            raise ValueError(
                f"cells must be of {', '.join(parameter_budget.CELLS)}, got {unknown[0]!r}"
            )
        if len(self.cells) < 2:
            raise ValueError(f"a race has at least two cells, got {len(self.cells)}")
        if self.base.fold is not None:
            raise ValueError("a race is a report: the test digits judge it, not a fold")
        _ = self.rounds  # says what else there is to say

    @cached_property
    def contestants(self) -> tuple[RunConfig, ...]:
        """The runs of the first round, one for each cell."""
        return _solved(self.budget, self.cells, self.base)

    @cached_property
    def rounds(self) -> tuple[tuple[RunConfig, ...], ...]:
        """The runs of all rounds."""
        return parameter_budget.rounds(self.contestants, self.k)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        cells, base = list(self.cells), self.base.to_dict()
        return {"budget": self.budget, "k": self.k, "cells": cells, "base": base}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Plan:
        """Build a plan from `to_dict`'s values; what makes no sense is a ValueError."""
        if set(values) != {"budget", "k", "cells", "base"}:
            raise ValueError(f"a race has budget, k, cells and base, got {', '.join(values)}")
        return cls(**{**values, "base": RunConfig.from_dict(values["base"])})


@dataclass(frozen=True, eq=False)
class Entry:
    """One network in one round.

    Attributes:
        run_id: Of its run.
        name: Of its cell, e.g. "LSTM".
        config: What it trains.
        snapshot: How it stands; None if it is lost.
        lost: Why its run cannot be found, one sentence, or "".
    """

    run_id: str
    name: str
    config: RunConfig
    snapshot: Snapshot | None
    lost: str = ""

    @property
    def accuracy(self) -> float | None:
        """The share of all test digits that it reads right at its end; None before that."""
        if self.snapshot is None or self.snapshot.state != "done":
            return None
        judging = self.config.judging
        # A count of digits, which had been rounded to float32.
        return round(float(self.snapshot.held_out.thorough()[-1]) * judging) / judging

    @property
    def over(self) -> bool:
        """Whether nothing of it will change by itself."""
        return self.snapshot is None or self.snapshot.over


@dataclass(frozen=True, eq=False)
class Round:
    """One seed: all networks that had it.

    Attributes:
        number: From 1.
        seed: Of its runs.
        entries: One for each cell, in the plan's order.
    """

    number: int
    seed: int
    entries: tuple[Entry, ...]

    @property
    def complete(self) -> bool:
        """Whether all came to their end: only then does it count."""
        return all(entry.accuracy is not None for entry in self.entries)

    @property
    def over(self) -> bool:
        """Whether nothing of it will change by itself."""
        return all(entry.over for entry in self.entries)

    @property
    def lost(self) -> bool:
        """Whether it can never be completed."""
        return any(entry.snapshot is None for entry in self.entries)

    @property
    def step(self) -> int:
        """Steps that all who go on have done: they take turns, and tell of it one by one."""
        going = [entry.snapshot for entry in self.entries if entry.snapshot and not entry.over]
        return min((snapshot.step for snapshot in going), default=0)

    @property
    def begun(self) -> bool:
        """Whether any step was done."""
        return any(entry.snapshot is not None and entry.snapshot.step for entry in self.entries)


@dataclass(frozen=True, eq=False)
class RaceStanding:
    """How a race stands at one moment.

    Attributes:
        id: Of its group.
        plan: What was asked for.
        rounds: All of them.
    """

    id: str
    plan: Plan
    rounds: tuple[Round, ...]

    @property
    def complete(self) -> tuple[Round, ...]:
        """The rounds that count."""
        return tuple(round_ for round_ in self.rounds if round_.complete)

    @property
    def over(self) -> bool:
        """Whether nothing will change by itself."""
        return all(round_.over for round_ in self.rounds)

    @property
    def stands(self) -> bool:
        """Whether nothing changes until somebody says so: all that is not over is paused."""
        found = [s for round_ in self.rounds for s in _snapshots(round_) if not s.over]
        return all(snapshot.state == "paused" for snapshot in found)

    @property
    def can_go_on(self) -> bool:
        """Whether there is a round that ended early or stands, and can be completed."""
        return any(_stands(round_) for round_ in self.rounds)

    @property
    def now(self) -> Round:
        """The round that runs, else the first that does not count yet, else the last."""
        going = [round_ for round_ in self.rounds if not round_.over]
        open_ = [round_ for round_ in self.rounds if round_.begun and not round_.complete]
        return next(iter([*going, *open_, *reversed(self.complete)]), self.rounds[0])

    def accuracies(self) -> dict[str, tuple[float, ...]]:
        """Return each cell's accuracies, one for each round that counts."""
        names = [entry.name for entry in self.rounds[0].entries]
        return {
            name: tuple(round_.entries[n].accuracy or 0.0 for round_ in self.complete)
            for n, name in enumerate(names)
        }

    def duels(self) -> tuple[pairwise_comparison.Duel, ...]:
        """Return what the rounds that count say of every two; () before the first."""
        return pairwise_comparison.duels(self.accuracies()) if self.complete else ()


def start(jobs: Jobs, plan: Plan, owner: str | None = None) -> Group:
    """Queue all rounds of a race, and keep which runs they are in the jobs' store.

    They are raced one after the other; where trainings of one shape pay to be done as one, all
    rounds are raced at the same time.

    Raises:
        RuntimeError: If the queue has no room; then nothing is left of the race.
        StoreError: If it cannot be kept; likewise.
    """
    run_ids: list[str] = []
    try:
        at_once = stacked_training.pays(plan.base.device)
        for together in [tuple(chain(*plan.rounds))] if at_once else plan.rounds:
            run_ids += jobs.submit_together(together, owner)
        group = Group(secrets.token_urlsafe(16), "race", tuple(run_ids), plan.to_dict())
        save_group(jobs.store, group)
    except (RuntimeError, StoreError):
        _cancel(jobs, run_ids)
        raise
    return group


def plan_of(group: Group) -> Plan:
    """Return what a race was asked for.

    Raises:
        StoreError: If the group is none of a race, or makes no sense.
    """
    if group.kind != "race":
        raise StoreError(f"{group.id} is a {group.kind}, not a race", group.id)
    try:
        plan = Plan.from_dict(group.settings)
        if len(group.runs) != plan.k * len(plan.cells):
            raise ValueError(f"it has {len(group.runs)} runs for {plan.k} × {len(plan.cells)}")
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        told = f"the race {group.id} is damaged and cannot be read: {error}"
        raise StoreError(told, group.id) from error
    return plan


def standing(find: Find, group: Group) -> RaceStanding:
    """Look at all runs of a race.

    Args:
        find: Returns how a run stands and what it trains, or raises a StoreError.
        group: The race.

    Raises:
        StoreError: If the group is none of a race, or makes no sense; a run that is lost is said by
            its `Entry`.
    """
    plan = plan_of(group)
    run_ids = iter(group.runs)
    rounds = []
    for number, configs in enumerate(plan.rounds, start=1):
        entries = tuple(_entry(find, next(run_ids), config) for config in configs)
        rounds.append(Round(number, configs[0].training.seed, entries))
    return RaceStanding(group.id, plan, tuple(rounds))


def _entry(find: Find, run_id: str, config: RunConfig) -> Entry:
    name = config.model.cell.upper()
    try:
        snapshot, found = find(run_id)
        if found != config:
            raise StoreError(f"run {run_id} is not the {name} of this race", run_id)
    except StoreError as error:
        return Entry(run_id, name, config, None, str(error))
    return Entry(run_id, name, config, snapshot)


def go_on(jobs: Jobs, found: RaceStanding, owner: str | None = None) -> None:
    """Take up every round that ended early or is paused; said twice it does nothing more.

    A round goes on together, where each of its runs was. One whose run is lost is left: it could
    never count.

    Raises:
        StoreError: If a run is damaged, or another server trains it.
        RuntimeError: If the queue has no room.
    """
    for round_ in found.rounds:
        if not _stands(round_):
            continue
        for entry in round_.entries:
            with suppress(UnknownJobError):
                jobs.resume(entry.run_id)
        jobs.take_up(*(entry.run_id for entry in round_.entries), owner=owner)


def cancel(jobs: Jobs, group: Group) -> None:
    """Stop a race; it can go on later."""
    _cancel(jobs, group.runs)


def _cancel(jobs: Jobs, run_ids: list[str] | tuple[str, ...]) -> None:
    for run_id in reversed(run_ids):  # else the next round would begin
        with suppress(UnknownJobError):
            jobs.cancel(run_id)


def _stands(round_: Round) -> bool:
    """Whether a round waits for a word to go on."""
    if round_.complete or round_.lost:
        return False
    return round_.over or any(snapshot.state == "paused" for snapshot in _snapshots(round_))


def _snapshots(round_: Round) -> Iterator[Snapshot]:
    return (entry.snapshot for entry in round_.entries if entry.snapshot is not None)
