import math

import numpy as np
import pytest

from rnnviz.training.statistics import (
    interval,
    student_quantile,
    student_within,
)

# Two-sided 95 % and 99 %, as every textbook has them.
TABLE = {
    1: (12.706, 63.657),
    2: (4.303, 9.925),
    3: (3.182, 5.841),
    4: (2.776, 4.604),
    5: (2.571, 4.032),
    9: (2.262, 3.250),
    10: (2.228, 3.169),
    19: (2.093, 2.861),
    29: (2.045, 2.756),
    30: (2.042, 2.750),
    99: (1.984, 2.626),
    120: (1.980, 2.617),
}


@pytest.mark.parametrize("df", TABLE)
def test_students_quantiles_are_those_of_the_textbooks(df):
    assert student_quantile(0.95, df) == pytest.approx(TABLE[df][0], abs=5.1e-4)
    assert student_quantile(0.99, df) == pytest.approx(TABLE[df][1], abs=5.1e-4)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 12])
def test_students_sum_is_the_integral_of_his_density(df):
    t, width = 1.7, 1.7 / 4000
    constant = math.gamma((df + 1) / 2) / (math.sqrt(df * math.pi) * math.gamma(df / 2))
    middles = (np.arange(4000) + 0.5) * width
    area = 2 * constant * float(((1 + middles**2 / df) ** (-(df + 1) / 2)).sum()) * width
    assert student_within(t, df) == pytest.approx(area, abs=1e-7)
    assert student_quantile(student_within(t, df), df) == pytest.approx(t, rel=1e-12)


@pytest.mark.parametrize(("level", "df"), [(0.0, 3), (1.0, 3), (0.95, 0)])
def test_a_quantile_of_nothing_is_refused(level, df):
    with pytest.raises(ValueError, match="level must lie in"):
        student_quantile(level, df)


def test_an_interval_is_the_one_worked_out_by_hand():
    # Differences 1, 2, 3, 4, 5 hundredths: mean 3, variance 10/4, 2.776445 · √(2.5/5) = 1.963243
    a, b = [0.91, 0.93, 0.95, 0.97, 0.99], [0.90, 0.91, 0.92, 0.93, 0.94]
    found = interval(a, b)
    assert found.mean == pytest.approx(0.03)
    assert found.half_width == pytest.approx(0.01963243, abs=1e-8)
    assert (found.low, found.high) == pytest.approx((0.01036757, 0.04963243), abs=1e-8)
    assert found.k == 5
    assert found.tells


def test_with_three_comparisons_it_is_as_wide_as_bonferroni_says():
    # t at 1 - 0.05/3 with 4 degrees of freedom, two-sided: 3.961
    a, b = [0.91, 0.93, 0.95, 0.97, 0.99], [0.90, 0.91, 0.92, 0.93, 0.94]
    assert interval(a, b, comparisons=3).half_width == pytest.approx(
        3.961 * math.sqrt(0.5) / 100, abs=5e-6
    )


def test_what_a_seed_does_to_both_changes_nothing():
    chance = np.random.default_rng(0)
    a, b, seeds = chance.random((3, 6))
    found, moved = interval(a, b), interval(a + seeds, b + seeds)
    assert moved.mean == pytest.approx(found.mean)
    assert moved.half_width == pytest.approx(found.half_width)


def test_turned_round_the_interval_is_mirrored_and_in_other_units_it_scales():
    a, b = np.random.default_rng(1).random((2, 4))
    found, turned, scaled = interval(a, b), interval(b, a), interval(100 * a, 100 * b)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
    assert (scaled.low, scaled.high) == pytest.approx((100 * found.low, 100 * found.high))


def test_about_95_of_100_intervals_hold_the_true_difference():
    chance, times, true = np.random.default_rng(2), 4000, 0.4
    held = 0
    for _ in range(times):
        a, b = chance.standard_normal((2, 5)) + chance.standard_normal(5)
        found = interval(a + true, b)
        held += found.low <= true <= found.high
    assert held / times == pytest.approx(0.95, abs=0.01)  # three standard errors


def test_one_seed_has_an_interval_without_end():
    found = interval([0.9], [0.8])
    assert (found.low, found.high, found.k) == (-math.inf, math.inf, 1)
    assert not found.tells


def test_accuracies_that_make_no_pairs_are_refused():
    with pytest.raises(ValueError, match=r"must be \(k,\) with k ≥ 1, got \(2,\) and \(1,\)"):
        interval([0.9, 0.8], [0.9])
    with pytest.raises(ValueError, match=r"got \(0,\) and \(0,\)"):
        interval([], [])
    with pytest.raises(ValueError, match="an accuracy is missing"):
        interval([0.9, math.nan], [0.9, 0.8])
