from dataclasses import replace

import pytest
import torch

from rnnviz.chapters.runs.search import cost
from rnnviz.chapters.runs.search.cost import START_S, Costs, work
from rnnviz.chapters.runs.search.plan import PRESETS, Range, SearchPlan, Space
from rnnviz.chapters.runs.search.sampler import expected
from rnnviz.chapters.runs.search.trials import Trial
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.tasks.digits import RunConfig

BASE = RunConfig(ModelConfig("gru", hidden_size=4), TrainConfig(), digits=200, device="cpu")
PLAN = SearchPlan(BASE, Space({"hidden_size": tuple(range(4, 64))}), folds=2)


@pytest.fixture
def costs(monkeypatch):
    """Costs of a plan on a machine that takes a tenth of a second for each unit."""
    seconds = lambda config, device: config.model.hidden_size / 10  # noqa: E731
    monkeypatch.setattr(cost.time_estimate, "seconds", seconds)
    return lambda plan: Costs(plan, torch.device("cpu"))


def test_a_trial_takes_what_was_measured_of_trainings_like_it_for_each_fold(costs):
    found = costs(PLAN)
    for size in (4, 30, 63):
        assert found.of({"hidden_size": size}) == pytest.approx(START_S + 2 * size / 10, abs=0.3)
    every = [START_S + 2 * size / 10 for size in range(4, 64)]
    assert found.total == pytest.approx(sum(every), rel=0.02)


def test_what_is_left_is_what_was_expected_of_it_at_the_pace_of_what_is_done(costs):
    found = costs(PLAN)
    assert found.left([]) == pytest.approx(found.total)
    trials = [Trial(number, values) for number, values in enumerate(expected(PLAN))]
    half = [(trial, 0.5) for trial in trials[:10]]
    assert found.left(half) == pytest.approx(
        found.total - sum(found.of(trial.values) / 2 for trial in trials[:10])
    )
    done = [(replace(t, state="failed", took_s=3 * found.of(t.values)), 1.0) for t in trials[:59]]
    assert found.left(done) == pytest.approx(3 * found.of(trials[59].values), rel=0.1)
    assert found.left([*done, (replace(trials[59], state="failed"), 1.0)]) == pytest.approx(0)


def test_what_is_refused_takes_no_time(costs):
    refused = replace(PLAN, space=Space({"cell": ("rnn",), "forget_bias": (1.0,)}))
    assert costs(refused).total == costs(refused).left([]) == 0
    half = replace(PLAN, space=Space({"cell": ("lstm", "rnn"), "forget_bias": (1.0,)}))
    assert costs(half).total == pytest.approx(START_S + 2 * 0.4)


def test_values_drawn_at_random_stand_for_those_of_tpe(costs):
    space = Space({"hidden_size": Range(4, 64)})
    plan = replace(PLAN, space=space, method="tpe", trials=10)
    assert costs(plan).total == costs(replace(plan, method="random")).total
    ends = [10 * (START_S + 2 * size / 10) for size in (4, 64)]
    assert ends[0] < costs(plan).total < ends[1]


def test_the_order_of_the_costs_is_that_of_the_seconds_that_were_measured():
    """Seconds of LSTMs of 1 to 128 units on one thread, 1,000 digits, 30 epochs."""
    plan = replace(next(iter(PRESETS.values())), folds=1)
    seconds = {8: 2.0, 16: 2.2, 32: 2.9, 64: 6.5, 128: 18.7}
    each = {size: work(plan, {"hidden_size": size}) / took for size, took in seconds.items()}
    middle = sorted(each.values())[2]
    assert all(0.6 < pace / middle < 1.6 for pace in each.values()), each
