"""Trials of a search, saved in one file, and the sampler that chooses the next values.

Optuna chooses from the trials that are over, and from nothing else: what comes next is the same
whether the search was interrupted or not. Its own journal is not used: it takes a line for each
value, and a kill between two of them leaves half a trial, a torn line that the next one is written
behind, or a lock that lasts for half a minute. Here each change is one file that replaces another.
"""

from __future__ import annotations

import json
import math
import warnings
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, get_args

import numpy as np

from rnnviz.chapters.runs.search.plan import Range, SearchPlan, Values
from rnnviz.data.atomic_write import replace
from rnnviz.training.store.os_error_text import why
from rnnviz.training.store.run_lock import acquire, release
from rnnviz.training.store.run_record import StoreError, is_id

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

TrialState = Literal["running", "done", "refused", "failed"]

VERSION = 1
STARTUP = 10  # trials, or a third of all if that is less, that TPE draws at random


class SearchError(StoreError):
    """A search that cannot be started, gone on with or read; the message is one sentence."""


@dataclass(frozen=True)
class Trial:
    """What came of one combination of values.

    Attributes:
        number: From 0.
        values: By setting.
        state: "running"; "done"; "refused": they do not go together; "failed": a training did.
        runs: Ids of its trainings so far, one for each fold.
        held_out: Share of the fold's digits read right at the end, of each training that is done.
        train: Share of the learnt digits read right in the last epoch, while they were learnt.
        took_s: From start to end.
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
        """Mean share of held-out digits read right over all folds; None while that is unknown."""
        return math.fsum(self.held_out) / len(self.held_out) if self.state == "done" else None

    @property
    def train_accuracy(self) -> float | None:
        """Mean share of learnt digits read right over all folds; None while that is unknown."""
        return math.fsum(self.train) / len(self.train) if self.state == "done" else None


class Trials:
    """The trials of a search, kept as they come.

    Args:
        path: Of their file; made with the first one.
        plan: What to search.

    Raises:
        SearchError: If the file is damaged or cannot be read.
    """

    def __init__(self, path: Path, plan: SearchPlan) -> None:
        self._path, self._plan = path, plan
        self.all: tuple[Trial, ...] = _read(path, plan)

    def begin(self) -> Trial:
        """Return the trial to do: the one that was under way, else the next, kept already.

        Raises:
            SearchError: If it cannot be kept, or there is no Optuna to choose it.
        """
        if self.all and not self.all[-1].over:
            return self.all[-1]
        trial = Trial(len(self.all), chosen(self._plan, self.all))
        self.note(trial)
        return trial

    def note(self, trial: Trial) -> None:
        """Keep how a trial stands.

        Raises:
            SearchError: If it cannot be kept; what was before is as it was.
        """
        now = (*self.all[: trial.number], trial)
        part = self._path.with_name(f".{self._path.name}.part")
        try:
            part.write_text(written(now), encoding="utf-8")
            replace(part, self._path)
        except OSError as error:
            raise unkept(error) from error
        self.all = now


class Claim:
    """The right to go on with a search, which nobody else has until it is released or dies.

    Args:
        path: Of a file that is made for it.

    Raises:
        SearchError: If somebody has it, here or in another server, or there can be no file.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = path.open("ab")
        except OSError as error:
            raise unkept(error) from error
        if not acquire(self._file, patience_s=0):
            self._file.close()
            raise SearchError("this search is going on right now, here or in another server")

    def release(self) -> None:
        """Give it back; twice is once."""
        release(self._file)


def chosen(plan: SearchPlan, before: tuple[Trial, ...]) -> dict[str, Any]:
    """Return the values of the next trial, which follow from the plan and those before.

    Chance starts anew for each trial, from the plan's seed and the trial's number.

    Raises:
        SearchError: If there is no Optuna to choose them.
    """
    number = len(before)
    if plan.method == "grid":
        return next(islice(plan.space.grid(), number, None))
    try:
        import optuna
    except ImportError as error:
        told = "a random or TPE search needs Optuna: pip install optuna"
        raise SearchError(told) from error
    seed = int(np.random.SeedSequence((plan.seed, number)).generate_state(1)[0])
    sampler: optuna.samplers.BaseSampler = optuna.samplers.RandomSampler(seed=seed)
    if plan.method == "tpe":
        first = max(1, min(STARTUP, plan.trials // 3))
        sampler = optuna.samplers.TPESampler(n_startup_trials=first, seed=seed)
    distributions = {name: _distribution(name, plan) for name in plan.space.settings}
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # it tells of each study
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for trial in before:
        study.add_trial(_as_optuna(trial, distributions))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return study.ask(distributions).params


def written(trials: tuple[Trial, ...]) -> str:
    """Return trials as they stand in their file."""
    listed = [{**asdict(each), "values": dict(each.values)} for each in trials]
    return json.dumps({"version": VERSION, "trials": listed}, allow_nan=False)


def unkept(error: OSError) -> SearchError:
    """Return what to say of a search that could not be written down."""
    return SearchError(f"the search could not be kept: {why(error)}")


def _distribution(name: str, plan: SearchPlan) -> BaseDistribution:
    from optuna import distributions

    choices = plan.space.settings[name]
    if not isinstance(choices, Range):
        return distributions.CategoricalDistribution(choices)
    if name == "hidden_size":
        low, high = int(choices.low), int(choices.high)
        return distributions.IntDistribution(low, high, log=True)
    return distributions.FloatDistribution(choices.low, choices.high, log=True)


def _as_optuna(trial: Trial, distributions: dict[str, BaseDistribution]) -> FrozenTrial:
    """Return a trial that is over as Optuna has it; what was refused is worse than anything."""
    from optuna.trial import TrialState as States
    from optuna.trial import create_trial

    state = {"done": States.COMPLETE, "refused": States.PRUNED, "failed": States.FAIL}[trial.state]
    values = dict(trial.values)
    return create_trial(
        state=state, value=trial.accuracy, params=values, distributions=distributions
    )


def _read(path: Path, plan: SearchPlan) -> tuple[Trial, ...]:
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
        if not trial.over and number != len(trials) - 1:
            raise ValueError(f"trial {number} is not over")
        if trial.state == "done" and len(trial.held_out) != plan.folds:
            raise ValueError(f"trial {number} has {len(trial.held_out)} results")
