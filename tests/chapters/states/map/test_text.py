import pytest

from rnnviz.chapters.states.map.text import ending, explaining, parting
from rnnviz.ui.figures.numbers import times
from tests.assertions import numbers

RISING = [0.1, 0.5, 0.76, 0.9, 1.2, 1.513]


def test_the_middle_the_turn_and_the_end_are_told():
    assert numbers(parting(RISING, "row")) == ["3", "0.76", "5", "6", "1.5"]


def test_a_reading_from_the_end_is_told_in_its_own_order():
    told = parting(RISING[::-1], "row", reverse=True)
    assert told.startswith("After row 4 two classes' mean states lie 0.76 times")
    assert "from row 2 on" in told
    assert "after row 1, at the end, 1.5 times" in told


@pytest.mark.parametrize("far", [[0.1, 0.2, 0.5, 0.6], [2.0, 2.0, 2.0, 3.0], [0.1, 1.5, 1.2, 0.9]])
def test_without_a_turn_after_the_middle_none_is_told(far):
    told = parting(far, "row")
    assert " on they" not in told
    assert f"after row 4, at the end, {times(far[-1])} times" in told


def test_a_turn_is_where_it_stays_beyond_for_good():
    assert "from row 6 on" in parting([0, 0, 0.2, 1.1, 0.9, 1.2, 1.3, 1.4], "row")


def test_one_step_and_no_difference_have_their_own_sentences():
    told = parting([0.5], "step")
    assert told.startswith("After the only step")
    assert numbers(told) == ["0.5"]
    assert parting([0.0, 0.0], "row") == "The ten classes' mean states all lie in one place."


def test_little_variance_comes_with_a_warning():
    told = explaining([0.12, 0.07, 0.06], 128)
    assert told.startswith("The first two axes hold 19 % of all variance of 128 units, the first")
    assert "three 25 %" in told
    assert "may still lie far apart" in told
    assert "far apart" not in explaining([0.6, 0.2, 0.1], 8)
    assert "three" not in explaining([0.6, 0.4], 2)
    assert explaining([0.0, 0.0], 2).startswith("The states never change")


def test_where_the_digit_ends_is_told_and_whether_that_is_its_own_class():
    told = ending("test digit 0, a 7", 7, 7)
    assert told == "Test digit 0, a 7, ends nearest to the mean of the 7s, measured in all units."
    assert "not to that of the 7s" in ending("test digit 0, a 7", 9, 7)
    assert ending("your drawing", 3, None).startswith("Your drawing ends nearest to the mean of")
