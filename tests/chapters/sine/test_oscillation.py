import math

import numpy as np
import pytest

from rnnviz.chapters.sine import oscillation


@pytest.mark.parametrize("period", [7.3, 20, 31.4])
@pytest.mark.parametrize("amplitude", [0.3, 2.0])
def test_a_sine_has_its_period_and_amplitude_wherever_it_hangs(period, amplitude):
    t = np.arange(round(6 * period))
    found = oscillation.swing(1.5 + amplitude * np.sin(2 * math.pi * t / period))
    assert found.period == pytest.approx(period, rel=0.004)
    assert found.amplitude == pytest.approx(amplitude, rel=0.03)


@pytest.mark.parametrize("lost", [np.full(50, 0.4), np.full(50, np.nan), np.linspace(0, 1, 50)])
def test_what_does_not_swing_has_no_period(lost):
    assert oscillation.swing(lost).period is None


def test_only_the_second_half_counts():
    dies = np.concatenate((np.sin(np.arange(50)), np.zeros(50)))
    assert oscillation.swing(dies) == oscillation.Swing(0.0, None)


def test_the_gap_of_a_loop_is_nothing_and_that_of_chance_is_not():
    t = np.arange(60)
    loop = np.stack((np.sin(2 * math.pi * t / 12), np.cos(2 * math.pi * t / 12)), 1)
    assert oscillation.gap(loop, 12) == pytest.approx(0, abs=1e-12)
    assert oscillation.gap(loop, 6) == pytest.approx(2)
    chance = np.random.default_rng(0).standard_normal((4000, 50))
    assert oscillation.gap(chance, 12) == pytest.approx(math.sqrt(2), abs=0.02)
    assert oscillation.gap(np.ones((30, 3)), 12) == 0.0


def test_two_axes_keep_distances_of_a_plane_and_their_share():
    chance = np.random.default_rng(1)
    flat = chance.standard_normal((40, 2))
    turned = flat @ np.linalg.qr(chance.standard_normal((6, 6)))[0][:2] + 3.0
    found, share = oscillation.two_axes(turned)
    assert share == pytest.approx(1)
    apart = [np.linalg.norm(each[:, None] - each, axis=2) for each in (found, flat)]
    np.testing.assert_allclose(*apart, atol=1e-10)
    _, less = oscillation.two_axes(chance.standard_normal((500, 10)))
    assert 0.2 < less < 0.35


def test_one_unit_and_lost_numbers_have_axes_too():
    found, share = oscillation.two_axes(np.arange(5.0)[:, None])
    assert found.shape == (5, 2)
    assert share == pytest.approx(1)
    found, share = oscillation.two_axes(np.full((5, 3), np.nan))
    assert np.isnan(found).all()
    assert share == 0.0
