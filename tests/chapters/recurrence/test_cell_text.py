import numpy as np
import pytest

from rnnviz.chapters.recurrence.cell_text import left_alone, lit, parameters
from tests.assertions import numbers


def test_the_counts_are_compared_at_this_length_and_from_where_on():
    assert numbers(parameters(5, 21_514, 19_338, 6)) == ["5", "21,514", "19,338", "90", "6"]
    assert "reads 1 step with" in parameters(1, 100, 50, 3)
    assert "has 250, 2.5 times as many" in parameters(9, 100, 250, 3)
    assert "has 100, just as many" in parameters(3, 100, 100, 4)


def test_each_part_says_how_often_its_numbers_are_used():
    told = lit(5, {"U": (2, 1), "W": (2, 2), "c": (1,)})
    assert numbers(told["W"]) == ["2", "2", "4", "5"]
    assert "the state before" in told["W"]
    assert told["c"] == "c (1): its 1 number is used 5 times, the same at each step."
    assert "used once" in lit(1, {"U": (2, 1)})["U"]
    assert "h₀ alone" in lit(1, {"W": (2, 2)})["W"]
    assert set(told) == {"", "U", "W", "c"}


@pytest.mark.parametrize(
    ("size", "apart", "told"),
    [
        ([0.5, 1e-9], [1.0, 1e-9], "f: h is gone."),
        ([0.5, 0.49], [1.0, 1e-9], "f: units of about 0.49, the same wherever it began."),
        ([0.5, 0.4], [1.0, 0.18], "f: units of about 0.4, 18 % of the difference between two"),
        ([0.5, 0.4], [1.0, 1.0], "f: units of about 0.4, all of the difference between two"),
        ([0.5, 2000.0], [1.0, 4e3], "f: h has grown 4,000 times."),
        ([0.5, 5e8], [1.0, 4e9], "f: h has grown 10⁹ times."),
        ([0.5, 1.4e-5], [1.0, 1.9e-5], "f: units of about 1.4 · 10⁻⁵, 10⁻⁵ of the difference"),
        ([0.5, np.inf], [1.0, np.inf], "f: h is infinite."),
    ],
)
def test_what_becomes_of_a_state_left_alone_is_said(size, apart, told):
    found = left_alone(1.5, {"f": np.array(size)}, {"f": np.array(apart)})
    assert found.startswith("After 1 steps at a spectral radius of 1.5: ")
    assert told in found
