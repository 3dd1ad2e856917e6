import numpy as np
import pytest

from rnnviz.chapters.recurrence.influence_text import bound, clipped, course, left
from tests.assertions import numbers


def grid(first, last=1.0):
    found = np.zeros((28, 28))
    found[-1, 0], found[-1, -1] = first, last
    return found


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (3e-9, "RNN reacts 10⁻⁹ as much (vanishing)."),
        (0.14, "RNN reacts 14 % as much (kept)."),
        (1.3, "RNN reacts 1.3 times as much (kept)."),
        (490, "RNN reacts 490 times as much (exploding)."),
        (3e8, "RNN reacts 10⁸ times as much (exploding)."),
        (0, "RNN reacts not at all as much (vanishing)."),
        (np.nan, "RNN cannot be told, its states are not numbers."),
    ],
)
def test_what_is_left_of_the_first_row_is_held_against_the_last(first, told):
    assert left({"RNN": grid(first)}).endswith(told)


def test_the_bound_is_said_to_hold_only_where_it_does():
    found, most = np.array([1.0, 0.5]), np.array([1.0, 0.6])
    assert bound(found, most, 0.6).startswith("The plain RNN stays below its bound")
    assert "σ = 0.60: 1 rows back it reaches 0.83 of it" in bound(found, most, 0.6)
    assert "reaches 10⁻⁶ of it" in bound(found, np.array([1.0, 5e5]), 2.0)
    assert bound(2 * found, most, 0.6).startswith("The plain RNN is above its bound")
    assert "not numbers" in bound(np.array([1.0, np.nan]), most, 0.6)


def test_a_step_is_compared_with_the_clipped_one():
    told = clipped(358, 1.0, (35.8, 0.1), 22.9, (6.25, 2e13, 3.67))
    found = numbers(told)
    assert found == ["358", "35.8", "22.9", "6.25", "2.0", "10", "1", "0.1", "3.67"]
    assert "clipping leaves it as it is" in clipped(0.2, 1.0, (0.02, 0.02), 9, (2.3, 2.2, 2.2))


def test_where_the_steps_end_is_said_also_if_the_loss_is_lost():
    lost, kept = np.array([5.0, 1e9, np.nan]), np.array([5.0, 4.0, 3.0])
    assert numbers(course((lost, kept))) == ["5", "3", "3", "3"]
    assert "no number from step 3 on" in course((lost, kept))
