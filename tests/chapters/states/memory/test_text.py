import numpy as np
import pytest

from rnnviz.chapters.states.memory.text import (
    Named,
    complete,
    feels,
    loudest,
    stopping,
    surer,
)
from tests.assertions import numbers


def named(values, name="LSTM", word="row"):
    return Named(name, word, np.asarray(values, np.float32))


def falling(ratio, T=28):
    """Row 28 is felt `ratio` times as strongly as row 5."""
    values = np.ones(T)
    values[4] = 1 / ratio
    return values


def test_the_last_row_is_compared_with_an_early_one_in_both_networks():
    told = feels(named(falling(40)), named(falling(3000), "RNN"))
    assert numbers(told) == ["28", "40", "5", "28", "3,000", "5"]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (falling(1.2), "row 28 about as strongly as row 5"),
        (falling(1 / 6), "row 5 6.0 times as strongly as row 28"),
        (falling(np.inf), "row 28, but row 5 not at all"),
        (np.zeros(28), "neither row 5 nor row 28"),
    ],
)
def test_what_is_alike_the_other_way_round_or_nothing_is_said_so(values, told):
    assert f"feels {told}, that" in feels(named(values), named(np.ones(28), "RNN"))


def test_early_is_as_early_in_a_reading_of_another_length():
    said = feels(named(np.ones(784), word="step"), named(np.ones(1), "RNN"))
    assert "step 784 about as strongly as step 140" in said
    assert "row 1 about as strongly as row 1" in said


def test_the_surer_network_is_named_only_where_losses_differ():
    assert surer("LSTM", 1e-6, "RNN", 2e-6) == ""
    assert surer("LSTM", float("inf"), "RNN", 2e-6) == ""
    assert surer("LSTM", 4e-6, "RNN", 1e-3).startswith(
        "RNN is less sure of it (loss 0.001, LSTM 4e-06)"
    )


def test_half_of_the_test_digits_are_right_from_the_first_row_that_reaches_it():
    one, other = np.linspace(0, 1, 11), np.linspace(0, 0.4, 28)
    told = stopping(named(one), named(other, "RNN"), 10_000, 10_000)
    assert "right after row 6, RNN nowhere" in told
    assert numbers(told) == ["6", "100.0", "40.0"]


def test_before_all_are_read_it_says_how_many():
    one = named(np.ones(28), word="column")
    assert stopping(one, one, 2_500, 10_000).endswith("stopped after each column: 25 %")
    assert stopping(one, one, 0, 10_000).endswith("0 %")


@pytest.mark.parametrize(
    ("total", "score", "integrated", "ends"),
    [
        (7.38, 7.4, True, "from an empty page to this digit."),
        (6.0, 7.4, True, "lost between the places that were looked at."),
        (0.98, 7.4, False, "Integrated gradients do."),
    ],
)
def test_what_the_pixels_add_up_to_is_held_against_the_logit(total, score, integrated, ends):
    told = complete(total, 0.0, score, 8, integrated=integrated)
    assert told.startswith(
        f"The pixels add up to +{total:.2f} of the +7.40 by which the logit of 8"
    )
    assert told.endswith(ends)


def test_a_logit_may_fall():
    told = complete(-3.0, 1.0, -2.0, 3, integrated=True)
    assert "add up to −3.00 of the −3.00 by which the logit of 3 fell" in told


def test_the_loudest_rows_are_named():
    sums = np.zeros(28, np.float32)
    assert loudest(sums, 8, "row") == "No row spoke for 8 or against it."
    sums[11] = 3.2
    assert loudest(sums, 8, "row") == "For 8 spoke most row 12 (+3.20), against it no row."
    sums[19] = -0.4
    assert loudest(sums, 8, "row").endswith("against it row 20 (−0.40).")
