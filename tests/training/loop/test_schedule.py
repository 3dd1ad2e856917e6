"""Tests of the learning rate by schedule, and that each step uses its rate."""

import math
from copy import deepcopy

import pytest
import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data.mnist import Digits
from rnnviz.training.loop.loop import seeded_model, train
from rnnviz.training.loop.schedule import learning_rate


def test_the_rate_rises_in_a_line_to_lr_and_falls_as_a_cosine_towards_zero():
    config = TrainConfig(lr=0.5, warmup=0.25)
    rates = [learning_rate(config, step, 400) for step in range(1, 401)]
    assert rates[0] == pytest.approx(0.5 / 100)
    assert rates[49] == pytest.approx(0.25)
    assert max(rates) == rates[99] == pytest.approx(0.5)
    assert rates[249] == pytest.approx(0.25, abs=0.005)
    assert 0 < rates[-1] < 1e-4
    assert rates[99:] == sorted(rates[99:], reverse=True)


def rates_of(steps, **how):
    config = TrainConfig(lr=0.5, **how)
    return [learning_rate(config, step, steps) for step in range(1, steps + 1)]


def test_a_constant_rate_is_lr_at_each_step():
    assert set(rates_of(37, schedule="constant", warmup=0.5)) == {0.5}


@pytest.mark.parametrize("steps", [1, 2, 99, 400])
def test_a_cosine_falls_from_just_below_lr_to_just_above_zero_with_half_in_the_middle(steps):
    rates = rates_of(steps, schedule="cosine", warmup=0.5)
    assert rates == sorted(rates, reverse=True)
    assert len(set(rates)) == steps
    # Of the steps + 1 equal parts of half a turn, the ends 0.5 and 0 are left out.
    assert rates[0] == pytest.approx(0.5 * math.cos(math.pi / (2 * (steps + 1))) ** 2)
    assert rates[-1] == pytest.approx(0.5 * math.sin(math.pi / (2 * (steps + 1))) ** 2)
    assert 0 < rates[-1] <= rates[0] < 0.5
    for rate, back in zip(rates, reversed(rates), strict=True):
        assert rate + back == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("steps", "warmup", "top"), [(10, 0.2, 2), (400, 0.25, 100), (7, 0.5, 3), (64, 0.125, 8)]
)
def test_one_cycle_rises_in_equal_parts_to_its_top_and_then_only_falls(steps, warmup, top):
    rates = rates_of(steps, schedule="one_cycle", warmup=warmup)
    for k in range(top):
        assert rates[k] == pytest.approx(0.5 * (k + 1) / (warmup * steps))
    assert all(0 < rate <= 0.5 for rate in rates)
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert max(rates) == pytest.approx(0.5, rel=0.15)
    assert max(rates) in (rates[top - 1], rates[top])
    assert rates[-1] == min(rates[top:]) < rates[0]


@pytest.mark.parametrize("steps", [1, 3, 4])
def test_one_cycle_too_short_to_warm_up_is_a_cosine_within_its_bounds(steps):
    rates = rates_of(steps, schedule="one_cycle", warmup=0.2)
    assert all(0 < rate < 0.5 for rate in rates)
    assert rates == sorted(rates, reverse=True)


def test_each_step_is_done_with_the_rate_of_its_log():
    """Plain gradient descent moves a weight by lr · gradient; its log tells both."""
    config = TrainConfig(
        epochs=2, batch_size=2, lr=0.5, optimizer="sgd", momentum=0.0, clip_norm=0.0
    )
    chance = torch.Generator().manual_seed(0)
    images = torch.randint(256, (10, 28, 28), generator=chance).byte()
    model = seeded_model(ModelConfig("gru", hidden_size=12), 0)
    before = deepcopy(model)
    rates = []
    for log in train(model, Digits(images, torch.arange(10)), config):
        pairs = zip(model.parameters(), before.parameters(), strict=True)
        moved = [(p - q).detach() for p, q in pairs]
        length = torch.sqrt(sum((m.double() ** 2).sum() for m in moved)).item()
        assert length == pytest.approx(log.lr * log.grad_norm, rel=1e-3)
        rates.append(log.lr)
        before = deepcopy(model)
    assert rates == [learning_rate(config, step, 10) for step in range(1, 11)]
