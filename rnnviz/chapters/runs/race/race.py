"""Race: rounds of one seed each, queued one after another, and their current state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

from rnnviz.chapters.runs.race import pairwise_comparison, parameter_budget
from rnnviz.core.config import Cell, TrainConfig
from rnnviz.training.jobs import side_by_side
from rnnviz.training.jobs.side_by_side import Find, Part, Standing
from rnnviz.training.loop import stacked_training
from rnnviz.training.store.group_record import Group
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.tasks.digits import RunConfig

BUDGET = 24_714  # parameters of the notebook's LSTM of 64 units
MOST_ROUNDS = 10


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
class Entry(Part):
    """One network in one round; its `config` is the plan's, also if its run is lost."""

    config: RunConfig

    @property
    def name(self) -> str:
        """Its cell, e.g. "LSTM"."""
        return self.config.model.cell.upper()

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

    @cached_property
    def group(self) -> Standing:
        """The runs of all rounds that count or can be completed."""
        return Standing(self.id, tuple(r.entries for r in self.rounds if not r.lost))

    @property
    def over(self) -> bool:
        """Whether nothing will change by itself."""
        return self.group.over

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


def batches(plan: Plan) -> tuple[tuple[RunConfig, ...], ...]:
    """Return which runs one worker trains in turns: those of a round.

    Rounds are raced one after the other; where trainings of one shape pay to be done as one, all
    at the same time.
    """
    at_once = stacked_training.pays(plan.base.device)
    return (tuple(chain(*plan.rounds)),) if at_once else plan.rounds


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
    batches = side_by_side.standing(find, group, len(plan.cells)).batches
    rounds = [
        Round(number, configs[0].training.seed, tuple(map(_entry, batch, configs)))
        for number, (batch, configs) in enumerate(zip(batches, plan.rounds, strict=True), start=1)
    ]
    return RaceStanding(group.id, plan, tuple(rounds))


def _entry(part: Part, config: RunConfig) -> Entry:
    if part.snapshot is not None and part.config != config:
        lost = f"run {part.run_id} is not the {config.model.cell.upper()} of this race"
        return Entry(part.run_id, config, None, lost)
    return Entry(part.run_id, config, part.snapshot, part.lost)
