"""Tests of each number format by examples on both sides of its limits."""

import math
import re

import numpy as np
import pytest

# short_percent
from rnnviz.ui.figures.numbers import (
    amount,
    counted,
    difference,
    duration,
    listed,
    number,
    percent,
    rough_duration,
    short_percent,
    signed,
    ten_to,
    times,
    true_minus,
    whole_percent,
)


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0 %"), (0.001, "<1 %"), (0.5, "50 %"), (0.999, ">99 %"), (1.0, "100 %")],
)
def test_no_share_is_rounded_to_none_or_all(share, words):
    assert whole_percent(share) == words


@pytest.mark.parametrize(
    ("ratio", "told"),
    [(1.26, "1.3"), (9.96, "10"), (43.2, "43"), (2951, "3,000"), (3e12, "10¹²"), (0.756, "0.76")],
)
def test_times_have_two_digits(ratio, told):
    assert times(ratio) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (2.34567, "2.346"),
        (9_876.5, "9,876"),
        (3.3e14, "3.3 · 10¹⁴"),
        (1.4e-5, "1.4 · 10⁻⁵"),
        (0, "0"),
        (math.inf, "no number"),
    ],
)
def test_numbers_are_short(value, told):
    assert number(value) == told
    assert ten_to(-12) == "10⁻¹²"


def test_a_percentage_has_the_decimals_that_were_asked_for():
    assert percent(0.98149) == "98.1 %"
    assert percent(1.0) == "100.0 %"
    assert percent(0.98149, 2) == "98.15 %"


def test_a_short_percentage_has_the_digits_that_were_asked_for():
    assert short_percent(0.01234) == "1.2 %"
    assert short_percent(0.98149, 3) == "98.1 %"


@pytest.mark.parametrize(
    ("value", "written"), [(0.0, "0"), (0.314, "0.31"), (2.4e-8, "2.4e−08"), (5000.0, "5.0e+03")]
)
def test_differences_have_the_digits_that_count(value, written):
    assert difference(value) == written


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.00157, "0.0016"),
        (0.1, "0.1"),
        (1234.0, "1,234"),
        (0.00002, "0.00002"),
        (1e-9, "less"),
        (0.0, "0"),
        (12.0, "12"),
        (50.0, "50"),
        (math.nan, "no number"),
    ],
)
def test_amounts_have_the_digits_that_count(value, words):
    assert amount(value).startswith(words)


@pytest.mark.parametrize(
    ("parts", "words"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_the_last_of_several_parts_follows_an_and(parts, words):
    assert listed(parts) == words


def test_a_sign_is_a_true_minus():
    assert signed(0.456) == "+0.46"
    assert signed(-0.456, 1) == "−0.5"
    assert true_minus("-1e-05") == "−1e−05"


def test_one_thing_is_not_several():
    assert counted(0, "step") == "0 steps"
    assert counted(1, "step") == "1 step"
    assert counted(1200, "step") == "1,200 steps"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0:00"),
        (-3, "0:00"),
        (0.4, "0:00"),
        (14.4, "0:14"),
        (59.4, "0:59"),
        (59.6, "1:00"),
        (600, "10:00"),
        (3599, "59:59"),
        (3599.7, "1:00:00"),
        (3725, "1:02:05"),
        (100 * 3600, "100:00:00"),
    ],
)
def test_a_duration_is_told_as_a_clock_shows_it(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize("seconds", range(0, 9000, 37))
def test_a_clock_can_be_read_back(seconds):
    parts = [int(part) for part in duration(seconds).split(":")]
    assert sum(part * 60**k for k, part in enumerate(reversed(parts))) == seconds
    assert all(part < 60 for part in parts)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "about 1 s"),
        (0.2, "about 1 s"),
        (3.4, "about 3 s"),
        (9.6, "about 10 s"),
        (42, "about 40 s"),
        (88, "about 90 s"),
        (91, "about 2 min"),
        (150.1, "about 3 min"),
        (89 * 60, "about 89 min"),
        (90 * 60, "about 1 h 30 min"),
        (114 * 60, "about 1 h 50 min"),
        (116 * 60, "about 2 h"),
        (2 * 3600, "about 2 h"),
        (9.9 * 3600, "about 9 h 50 min"),
        (9.99 * 3600, "about 10 h"),
        (10.2 * 3600, "about 10 h"),
        (49 * 3600, "about 49 h"),
    ],
)
def test_an_estimate_does_not_pretend_to_be_exact(seconds, words):
    assert rough_duration(seconds) == words


def test_an_estimate_is_never_far_from_the_truth():
    unit = {"s": 1, "min": 60, "h": 3600}
    for seconds in np.geomspace(1, 1e6, 500):
        told = rough_duration(seconds)
        assert re.fullmatch(r"about (\d+ (s|min|h)|\d h [1-5]0 min)", told)
        parts = re.findall(r"(\d+) (s|min|h)", told)
        meant = sum(int(number) * unit[word] for number, word in parts)
        assert meant == pytest.approx(seconds, rel=0.35 if seconds < 5400 else 0.06)
