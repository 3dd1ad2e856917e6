"""Tests of time estimates by their laws, with a fake clock that ticks once per reading."""

import math
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import pytest
import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.tasks import time_estimate
from rnnviz.training.tasks.digits import RunConfig

CPU = torch.device("cpu")
SMALL = RunConfig(
    ModelConfig("gru", hidden_size=8), TrainConfig(epochs=1, batch_size=50), digits=220
)
LARGE = [
    RunConfig(ModelConfig(hidden_size=512, num_layers=2), TrainConfig(batch_size=1024)),
    RunConfig(
        ModelConfig(hidden_size=256, num_layers=2, bidirectional=True, dropout=0.5),
        TrainConfig(batch_size=1024),
    ),
    RunConfig(
        ModelConfig(input_size=1, hidden_size=128),
        TrainConfig(batch_size=256),
        time_step="pixels",
        chunk=1,
    ),
]


@pytest.fixture
def one_second_a_step(monkeypatch):
    """A clock by which whatever is timed takes one second."""
    ticks = count()
    monkeypatch.setattr(
        time_estimate, "time", SimpleNamespace(perf_counter=lambda: float(next(ticks)))
    )


@pytest.mark.parametrize("config", [SMALL, *LARGE], ids=lambda c: str(c.parameters))
def test_an_estimate_is_a_time_and_leaves_torchs_chance_as_found(config):
    state = torch.get_rng_state()
    found = time_estimate.seconds(config, CPU)
    assert math.isfinite(found)
    assert found > 0
    assert torch.equal(torch.get_rng_state(), state)


def test_a_run_is_its_steps_and_a_third_of_a_steps_share_for_each_digit_read(one_second_a_step):
    # 4 full batches and one of 20 count as 5 steps; 10,000 digits, and 20 glances at 500.
    expected = 5 * 1.0 + 1 / 3 * (10_000 + 20 * 500) / 50
    assert time_estimate.seconds(SMALL, CPU) == pytest.approx(expected)


def test_a_fold_has_half_as_many_digits_to_read_as_the_test(one_second_a_step):
    expected = 5 * 1.0 + 1 / 3 * (5_000 + 20 * 500) / 50
    assert time_estimate.seconds(replace(SMALL, fold=0), CPU) == pytest.approx(expected)


def test_each_further_epoch_adds_its_steps_and_one_evaluation(one_second_a_step):
    times = [
        time_estimate.seconds(replace(SMALL, training=replace(SMALL.training, epochs=epochs)), CPU)
        for epochs in (1, 2, 3, 50)
    ]
    epoch = 5 + 1 / 3 * 10_000 / 50
    for k, epochs in enumerate((1, 2, 3, 50)):
        assert times[k] - times[0] == pytest.approx((epochs - 1) * epoch)


def test_fewer_digits_than_a_batch_are_measured_as_the_batch_that_there_is(one_second_a_step):
    few = replace(SMALL, digits=10)
    assert time_estimate.seconds(few, CPU) == pytest.approx(1.0 + 1 / 3 * 20_000 / 10)


@pytest.mark.parametrize("config", LARGE, ids=lambda c: str(c.parameters))
def test_a_large_step_is_measured_by_a_small_one_and_scaled_by_its_work(config, one_second_a_step):
    """One second was measured, so the scale is what is left of the estimate."""
    read = config.training.epochs * 10_000 + 20 * 500
    batch = config.training.batch_size
    scale = time_estimate.seconds(config, CPU) / (config.steps + 1 / 3 * read / batch)
    # Three multiplications of each weight with each digit at each step of time.
    work = 3 * config.parameters * batch * config.length
    assert scale > 1
    # What was measured, in digits and steps of time, is whole: within one of each.
    least = 3 * config.parameters * 2  # two steps of one digit are always measured
    assert work / scale <= max(time_estimate.WORK, least) * (1 + 1e-9)
    assert work / scale >= time_estimate.WORK / 3


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd", "rmsprop"])
@pytest.mark.parametrize("time_step", ["rows", "pixels"])
def test_every_optimizer_and_time_step_can_be_estimated(optimizer, time_step):
    chunk = 56 if time_step == "pixels" else 28
    config = replace(
        SMALL,
        model=replace(SMALL.model, input_size=chunk),
        training=replace(SMALL.training, optimizer=optimizer),
        time_step=time_step,
        chunk=chunk,
    )
    assert 0 < time_estimate.seconds(config, CPU) < math.inf
