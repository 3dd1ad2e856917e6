"""Cost of a search: the expected seconds of its trials, from a few trainings timed for a moment."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import torch

from rnnviz.chapters.runs.search.plan import SearchPlan, Values
from rnnviz.chapters.runs.search.sampler import expected
from rnnviz.chapters.runs.search.trials import Trial
from rnnviz.training.tasks import time_estimate

SAMPLES = 8  # trainings that are timed
STEP = 260_000  # multiplications that take as long as what each step of time takes anyhow
START_S = 0.3  # from the end of one trial to the first step of the next one


class Costs:
    """Expected seconds of each trial of a search, all its folds together.

    A few trainings, from the smallest to the largest, are timed on the device; those between them
    are interpolated by their multiplications.

    Args:
        plan: What to search.
        device: Where to measure.

    Raises:
        SearchError: If Optuna is not installed.
    """

    def __init__(self, plan: SearchPlan, device: torch.device) -> None:
        self._plan = plan
        trials = expected(plan)
        works = {work(plan, values): values for values in trials}
        works.pop(0.0, None)
        chosen = np.linspace(0, len(works) - 1, min(SAMPLES, len(works))).round().astype(int)
        self._works = [sorted(works)[place] for place in chosen]
        configs = [plan.runs(works[each])[0] for each in self._works]
        self._seconds = [time_estimate.seconds(config, device) for config in configs]
        self._expected = [self.of(values) for values in trials]

    def of(self, values: Values) -> float:
        """Return the expected seconds of a trial; 0 if it is refused."""
        if not (found := work(self._plan, values)):
            return 0.0
        each = float(np.interp(found, self._works, self._seconds))
        return START_S + self._plan.folds * each

    @property
    def total(self) -> float:
        """Expected seconds of all trials, one after another."""
        return math.fsum(self._expected)

    def left(self, trials: Iterable[tuple[Trial, float]]) -> float:
        """Return the expected seconds of what is left, one trial after another.

        What was timed counts as one trial more beside those that are done, whose first one also
        holds the start of a worker.

        Args:
            trials: Those so far, each with the fraction of it that is done.
        """
        took = cost = self.total / len(self._expected)
        left = list(self._expected)
        for trial, fraction in trials:
            expected_s = self.of(trial.values)
            left[trial.number] = expected_s * (1 - fraction)
            if trial.over and trial.took_s:
                took, cost = took + trial.took_s, cost + expected_s
        return math.fsum(left) * took / cost if cost else 0.0


def work(plan: SearchPlan, values: Values) -> float:
    """Return the multiplications of one training, about; 0 if it is refused."""
    try:
        config = plan.runs(values)[0]
    except ValueError:
        return 0.0
    each, batch = config.parameters, min(config.training.batch_size, config.digits)
    read = config.training.epochs * config.judging * each / 9  # forward only, many at once
    return config.length * (config.steps * (each * batch + STEP) + read)
