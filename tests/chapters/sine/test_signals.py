"""Tests of signals and their targets against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.signals import Source
from rnnviz.core.config import TrainConfig

SIGNALS = ["sine", "two_sines", "chirp", "noise"]


def numbers(tensor):
    return tensor.flatten().tolist()


def test_the_notebooks_signal_is_sin_and_cos_of_half_a_turn_in_ten_steps():
    wave = Source().take(0, 1000)
    t = np.concatenate(
        [np.linspace(k * np.pi, (k + 1) * np.pi, 10, endpoint=False) for k in range(100)]
    )
    assert wave.x.shape == wave.y.shape == (1000, 1, 1)
    assert wave.x.dtype == torch.float32
    np.testing.assert_allclose(wave.x.flatten(), np.sin(t), atol=1e-6)
    np.testing.assert_allclose(wave.y.flatten(), np.cos(t), atol=1e-6)


@pytest.mark.parametrize("signal", SIGNALS)
def test_any_stretch_is_that_of_the_whole(signal):
    source = Source(signal, seed=3)
    whole = source.take(0, 60)
    part = source.take(25, 10)
    assert torch.equal(part.x, whole.x[25:35])
    assert torch.equal(part.y, whole.y[25:35])


@pytest.mark.parametrize("signal", SIGNALS)
def test_moved_by_nothing_it_is_itself_by_half_a_turn_its_negative_and_next_is_one_later(signal):
    for phase, factor in ((0, 1), (180, -1), (360, 1)):
        x, y = Source(signal, phase=phase, seed=2).take(0, 100, torch.float64)
        torch.testing.assert_close(y, factor * x, rtol=0, atol=1e-12)
    x, y = Source(signal, "next", seed=2).take(0, 100, torch.float64)
    assert torch.equal(y[:-1], x[1:])


@pytest.mark.parametrize("signal", SIGNALS)
def test_its_power_is_that_of_a_sine(signal):
    x = Source(signal, seed=1).take(0, 20_000, torch.float64).x
    assert float(x.square().mean()) == pytest.approx(0.5, abs=0.01)


def test_two_sines_are_those_two():
    x = Source("two_sines", steps_per_period=16).take(0, 50, torch.float64).x
    turn = 2 * math.pi * torch.arange(50, dtype=torch.float64) / 16
    expected = (torch.sin(turn) + torch.sin(math.sqrt(2) * turn)) / math.sqrt(2)
    torch.testing.assert_close(x.flatten(), expected, rtol=0, atol=1e-12)


def test_a_chirp_swings_between_half_and_one_and_a_half_times_the_rate():
    x = Source("chirp", steps_per_period=400).take(0, 4001, torch.float64).x.flatten()
    up = [k for k in range(1, 4001) if x[k - 1] < 0 <= x[k]]
    gaps = np.diff(up)
    assert 400 / 1.5 <= gaps.min() < 275
    assert 700 < gaps.max() <= 400 / 0.5


def test_noise_follows_from_its_seed():
    first, again, other = (Source("noise", seed=seed).take(0, 50).x for seed in (4, 4, 5))
    assert torch.equal(first, again)
    assert not torch.allclose(first, other)


def test_one_step_a_period_is_a_constant_and_its_power_never_nothing():
    wave = Source(steps_per_period=1).take(0, 30, torch.float64)
    assert wave.x.abs().max() < 1e-12
    torch.testing.assert_close(wave.y, torch.ones_like(wave.y))
    assert Source(steps_per_period=1, phase=0).power == 1e-6


@pytest.mark.parametrize(
    ("source", "ahead"),
    [
        (Source(), 5),
        (Source(phase=18), 1),
        (Source(phase=0), None),
        (Source(phase=50), None),
        (Source(phase=180, steps_per_period=7), None),
        (Source("chirp"), None),
        (Source("chirp", "next"), 1),
    ],
)
def test_how_far_ahead_what_is_asked_for_lies(source, ahead):
    assert source.ahead == ahead
    if ahead:
        wave = source.take(0, 100, torch.float64)
        torch.testing.assert_close(wave.x[ahead:], wave.y[:-ahead], rtol=0, atol=1e-12)


def test_the_source_of_a_run_has_its_settings():
    config = SineConfig(
        training=TrainConfig(batch_size=1, seed=7), signal="noise", phase=30, steps_per_period=9
    )
    x = Source("noise", "shift", 30, 9, 7).take(0, 20).x
    assert torch.equal(Source.of(config).take(0, 20).x, x)


def test_what_is_no_stretch_or_signal_is_refused():
    with pytest.raises(ValueError, match="start must be at least 0 and count 1, got -1 and 5"):
        Source().take(-1, 5)
    with pytest.raises(ValueError, match="got 0 and 0"):
        Source().take(0, 0)
    with pytest.raises(ValueError, match="got 'square'"):
        Source("square")
    with pytest.raises(ValueError, match="steps_per_period must lie in"):
        Source(steps_per_period=0)
