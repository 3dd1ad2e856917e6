"""Cost of a search's trials in multiplications, from which its progress is computed."""

from __future__ import annotations

import math

from rnnviz.chapters.runs.search.plan import MOST, SearchPlan, Values
from rnnviz.chapters.runs.search.trials import Trial

STEP = 260_000  # multiplications that take as long as what each step of time takes anyhow
DRAWN = 30  # trials, drawn at random, that stand for those to come


class Work:
    """What there is to do, in multiplications; each trial is counted once.

    Args:
        plan: What to search.
    """

    def __init__(self, plan: SearchPlan) -> None:
        self._plan = plan
        self._known: dict[int, float] = {}
        grid = plan.method == "grid"
        self._coming = [work(plan, values) for values in plan.samples(MOST if grid else DRAWN)]

    def of(self, trial: Trial) -> float:
        """Return that of one trial, all its folds together."""
        if trial.number not in self._known:
            self._known[trial.number] = work(self._plan, trial.values)
        return self._known[trial.number]

    def so_far(self, trials: tuple[Trial, ...]) -> tuple[float, float, float]:
        """Return what is done, what it will be in the end, and the seconds that a unit took."""
        done = timed = took_s = 0.0
        for trial in trials:
            part = self.of(trial) * len(trial.held_out) / self._plan.folds
            done += self.of(trial) if trial.over else part
            if trial.took_s and part:
                timed, took_s = timed + part, took_s + trial.took_s
        whole = math.fsum(self._coming)
        if self._plan.method != "grid":
            left = self._plan.count - len(trials)
            whole = math.fsum(map(self.of, trials)) + whole / len(self._coming) * left
        return done, whole, took_s / timed if timed else 0.0


def work(plan: SearchPlan, values: Values) -> float:
    """Return about how much a trial has to do; nothing if it is refused."""
    try:
        config = plan.runs(values)[0]
    except ValueError:
        return 0.0
    each, batch = config.parameters, min(config.training.batch_size, config.digits)
    read = config.training.epochs * config.judging * each / 9  # forward only, many at once
    return config.length * (config.steps * (each * batch + STEP) + read) * plan.folds
