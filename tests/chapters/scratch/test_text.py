import numpy as np
import pytest

from rnnviz.chapters.scratch import text as words
from tests.assertions import numbers


def test_the_share_with_the_largest_norm_is_named_and_the_first_step_has_none():
    shares = np.zeros((3, 2, 2))
    shares[1], shares[2, 0, 0] = 1, 0.5
    told = words.shares(shares)
    assert "sum of 3 shares: most comes from step 2, with norm 2.00 (step 3 0.50)" in told
    assert told.endswith("Step 1 adds nothing: what it read was h_0 = 0.")
    assert words.shares(np.zeros((1, 2, 2))).startswith("Nothing reaches W_hh")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ([0.1, 0.2, 0.3, 0.4], "adds up 4 with a mean error of 0.40 at the end: it does not break"),
        ([0.1, 0.2, 0.7, 9.0], "right when rounded up to step 2 and breaks at step 3: there the"),
        ([0.1, 3.0, 0.1, 0.1], "At step 2, within the 2 it was trained on, the mean error is 3"),
        ([0.1, 0.1, np.nan, np.nan], "breaks at step 3"),
    ],
)
def test_where_it_breaks(error, told):
    assert told in words.breaks(np.array(error), 2)


def test_a_training_is_told_by_its_numbers():
    told = words.learning(1000, 0.0015, 0.0015, 0.002, 3.3e-15)
    assert numbers(told)[:4] == ["1,000", "0.0015", "0.0015", "0.002"]
    assert "by more than 3.3e−15" in told
    assert "It ran away" in words.learning(9, 1e19, 1e19, 1e19, 0.0)
    assert "by more than 0." in words.learning(0, 400, 400, 400, 0.0)
    assert "no number any more" in words.learning(3, float("nan"), 1, 1, 1)


def test_the_lesson_is_told_by_its_numbers():
    losses = [(436.5, 436.5), (436.5, 429.3), (436.5, 429.0)]
    told = words.lesson(losses, [0, 0.01, 0.01], 10)
    assert "as taught, no weight moved and the MSE stays 436.5." in told
    assert "from 436.5 to 429.3; with gradients zeroed too, to 429, still in the hundreds" in told
    told = words.lesson([*losses[:2], (436.5, 0.002)], [0.5, 1, 1], 1000)
    assert "a weight moved by 0.5" in told
    assert told.endswith("to 0.002.")


def test_dropout_is_told_by_its_numbers():
    told = words.dropout(np.array([1.0, 3.0]), np.array([0.0, 6.0]), np.array([3.0, 1.0]), 0.5)
    assert "zeroed 1 of 2 and multiplied the others by 1 / (1 − 0.5) = 2; its mean is 3.00" in told
    assert "Over 2 draws the mean is 2.000, where that of the numbers is 2.00." in told


def test_a_reading_is_told_by_its_numbers():
    belief = np.eye(10)[[3, 8]]
    assert words.read(belief, belief).startswith("NumPy alone reads an 8 with 100.00 %.")
    assert "by 0 at most, within 1e−5" in words.read(belief, belief)
    assert "more than 1e−5 apart" in words.read(belief, belief + 1e-4)
    assert "reads a 3" in words.read(belief[:1], belief[:1])
