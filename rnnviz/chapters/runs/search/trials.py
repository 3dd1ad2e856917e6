"""Trials of a search, saved in one file, of which each change replaces the whole; its snapshot."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, get_args

from rnnviz.chapters.runs.search.plan import SearchPlan, Values
from rnnviz.data.atomic_write import write_whole
from rnnviz.training.store.group_record import path_of
from rnnviz.training.store.os_error_text import why
from rnnviz.training.store.run_record import StoreError, is_id
from rnnviz.training.store.run_store import RunStore

State = Literal["running", "paused", "stopped", "done"]
TrialState = Literal["running", "done", "refused", "failed"]

VERSION = 1
SUFFIX = ".trials.json"


class SearchError(StoreError):
    """A search that cannot be started, resumed or read; the message is one sentence."""


@dataclass(frozen=True)
class Trial:
    """One combination of values, and its result.

    Attributes:
        number: Place among the trials, from 0.
        values: Values by setting.
        state: "running"; "done"; "refused": they do not go together; "failed": a training did.
        runs: Ids of its trainings, one for each fold.
        held_out: Fraction of the fold's digits predicted correctly at the end, of each training.
        train: Fraction of the training digits predicted correctly during the last epoch, of each.
        took_s: Duration, pauses excluded.
        note: Why it was refused or failed, or whose result it shares.

    Raises:
        ValueError: If a value is not of its kind; the message names it.
    """

    number: int
    values: Values
    state: TrialState = "running"
    runs: tuple[str, ...] = ()
    held_out: tuple[float, ...] = ()
    train: tuple[float, ...] = ()
    took_s: float = 0.0
    note: str = ""

    def __post_init__(self) -> None:
        for name in ("runs", "held_out", "train"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if self.state not in get_args(TrialState) or not all(map(is_id, self.runs)):
            raise ValueError(f"trial {self.number} is {self.state!r} with runs {self.runs!r}")
        shares = (*self.held_out, *self.train)
        if not all(isinstance(share, float) and 0 <= share <= 1 for share in shares):
            raise ValueError(f"shares lie in [0, 1], got {shares}")
        if len(self.held_out) != len(self.train) or (self.state == "done") > bool(self.train):
            raise ValueError(f"trial {self.number} has {len(self.train)} results")

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state != "running"

    @property
    def accuracy(self) -> float | None:
        """Mean accuracy on the held-out digits over all folds; None while that is unknown."""
        return math.fsum(self.held_out) / len(self.held_out) if self.state == "done" else None

    @property
    def train_accuracy(self) -> float | None:
        """Mean accuracy on the training digits over all folds; None while that is unknown."""
        return math.fsum(self.train) / len(self.train) if self.state == "done" else None


@dataclass(frozen=True)
class SearchSnapshot:
    """A search at one moment; a later moment is another snapshot.

    Attributes:
        id: Id of the search.
        plan: What it searches.
        state: "running"; "paused"; "stopped", so that it can be resumed; "done".
        trials: All trials so far, by number, those under way included.
        steps: Steps done of each training under way, by its id.
        begun: Sum of the fractions done of the trials under way.
        left_s: Expected seconds to the end; None while unknown or when nothing goes on.
        note: Why it stopped.
    """

    id: str
    plan: SearchPlan
    state: State
    trials: tuple[Trial, ...] = ()
    steps: Mapping[str, int] = field(default_factory=dict)
    begun: float = 0.0
    left_s: float | None = None
    note: str = ""

    @property
    def going(self) -> bool:
        """Whether it runs or is paused."""
        return self.state in ("running", "paused")

    @property
    def over(self) -> bool:
        """Whether it is stopped or done."""
        return not self.going

    @property
    def paused(self) -> bool:
        """Whether it waits for Resume."""
        return self.state == "paused"

    @property
    def can_go_on(self) -> bool:
        """Whether it was stopped before its end."""
        return self.state == "stopped"

    @property
    def done(self) -> int:
        """Number of trials that are over."""
        return sum(trial.over for trial in self.trials)

    @property
    def share(self) -> float:
        """Fraction of the trials that is done."""
        return min((self.done + self.begun) / self.plan.count, 1.0)

    def ranked(self) -> tuple[Trial, ...]:
        """Return the trials that were judged, the best first, of equals the first."""
        judged = [trial for trial in self.trials if trial.state == "done"]
        return tuple(sorted(judged, key=lambda trial: -(trial.accuracy or 0.0)))


def save_trials(store: RunStore, search_id: str, trials: tuple[Trial, ...]) -> None:
    """Write the trials of a search, in one step.

    Raises:
        SearchError: If they cannot be written; what was there before is as it was.
    """
    try:
        write_whole(path_of(store, search_id, SUFFIX), written(trials).encode())
    except OSError as error:
        raise SearchError(f"the search could not be saved: {why(error)}") from error


def written(trials: tuple[Trial, ...]) -> str:
    """Return the content of the file of trials."""
    listed = [{**asdict(each), "values": dict(each.values)} for each in trials]
    return json.dumps({"version": VERSION, "trials": listed}, allow_nan=False)


def load_trials(store: RunStore, search_id: str, plan: SearchPlan) -> tuple[Trial, ...]:
    """Read the trials of a search; none if nothing was written.

    Raises:
        SearchError: If the file is damaged or cannot be read.
    """
    path = path_of(store, search_id, SUFFIX)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise SearchError(f"the search could not be read: {why(error)}") from error
    try:
        values = json.loads(content)
        if (version := values["version"]) != VERSION:
            raise ValueError(f"its format is {version!r}, and this rnnviz reads {VERSION}")
        found = tuple(Trial(**trial) for trial in values["trials"])
        _check(found, plan)
        return found
    except Exception as error:  # whatever odd values lead to
        reason = " ".join(f"{type(error).__name__} {error}".split())[:200]
        raise SearchError(f"{path.name} is damaged and cannot be read: {reason}") from error


def _check(trials: tuple[Trial, ...], plan: SearchPlan) -> None:
    if len(trials) > plan.count:
        raise ValueError(f"{len(trials)} trials of {plan.count}")
    for number, trial in enumerate(trials):
        if trial.number != number or list(trial.values) != list(plan.space.settings):
            raise ValueError(f"trial {number} is none of this search")
        if trial.state == "done" and len(trial.held_out) != plan.folds:
            raise ValueError(f"trial {number} has {len(trial.held_out)} results")
