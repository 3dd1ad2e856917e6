"""Sampler of a search: Optuna chooses the values of each trial, by grid, at random or by TPE.

A study in memory is built from the trials for each choice. Optuna's own journal is not used: it
takes a line for each value, and a kill between two of them leaves half a trial, a torn line that
the next one is written behind, or a lock that lasts for half a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from rnnviz.chapters.runs.search.plan import Range, SearchPlan, Values
from rnnviz.chapters.runs.search.trials import SearchError, Trial

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial

STARTUP = 10  # trials, or a third of all if that is less, that TPE draws at random
STATES = {"running": "RUNNING", "done": "COMPLETE", "refused": "PRUNED", "failed": "FAIL"}


def next_values(plan: SearchPlan, trials: Sequence[Trial]) -> Values:
    """Return the values of the next trial.

    Those of a grid and those drawn at random follow from the plan and the trial's number alone.
    Those of TPE also follow from the results so far, and keep away from what is under way.

    Args:
        plan: What to search.
        trials: All trials so far.

    Raises:
        SearchError: If Optuna is not installed.
    """
    if plan.method == "grid":
        tried = [dict(trial.values) for trial in trials]  # an older version had another order
        return next(values for values in _grid(plan) if values not in tried)
    if plan.method == "random":
        return _draw(plan, len(trials))
    return _draw(plan, len(trials), trials)


def expected(plan: SearchPlan) -> list[Values]:
    """Return the values of all trials as far as they are known before the first result.

    What TPE will draw is not known: values drawn at random stand for that.

    Raises:
        SearchError: If Optuna is not installed.
    """
    if plan.method == "grid":
        return _grid(plan)
    return [_draw(plan, number) for number in range(plan.count)]


def _grid(plan: SearchPlan) -> list[Values]:
    """Return all combinations, in the order in which they are tried."""
    optuna = _optuna()
    settings = plan.space.settings.items()
    listed = {name: choices for name, choices in settings if not isinstance(choices, Range)}
    study = optuna.create_study(sampler=optuna.samplers.GridSampler(listed, seed=plan.seed))
    return [study.ask(_distributions(plan)).params for _ in range(plan.count)]


def _draw(plan: SearchPlan, number: int, trials: Sequence[Trial] | None = None) -> Values:
    """Draw values at random, or by TPE where trials are given.

    Each number has a seed of its own: what is drawn is the same after an interruption.
    """
    optuna = _optuna()
    seed = int(np.random.SeedSequence((plan.seed, number)).generate_state(1)[0])
    sampler: BaseSampler = optuna.samplers.RandomSampler(seed=seed)
    if trials is not None:
        startup = max(1, min(STARTUP, plan.trials // 3))
        sampler = optuna.samplers.TPESampler(
            n_startup_trials=startup, seed=seed, constant_liar=True
        )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    distributions = _distributions(plan)
    study.add_trials([_as_optuna(trial, distributions) for trial in trials or ()])
    values: Values = study.ask(distributions).params
    return values


def _optuna() -> ModuleType:
    try:
        import optuna
    except ImportError as error:
        raise SearchError("a search needs Optuna to choose values: pip install optuna") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # it tells of each study
    return optuna


def _distributions(plan: SearchPlan) -> dict[str, BaseDistribution]:
    return {name: _distribution(name, plan) for name in plan.space.settings}


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
    """Return a trial as Optuna has it; one that was refused counts as worse than any result."""
    from optuna.trial import TrialState, create_trial

    return create_trial(
        state=TrialState[STATES[trial.state]],
        value=trial.accuracy,
        params=dict(trial.values),
        distributions=distributions,
    )
