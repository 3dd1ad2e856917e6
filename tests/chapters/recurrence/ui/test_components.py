"""Tests of invalid arguments to the components of the Recurrence page."""

import numpy as np
import pytest

from rnnviz.chapters.recurrence.ui.components.activations import Curve, activations
from rnnviz.chapters.recurrence.ui.components.cell import Unrolled
from rnnviz.chapters.recurrence.ui.components.clipping import clipping
from rnnviz.chapters.recurrence.ui.components.influence import Fading, fading
from rnnviz.chapters.recurrence.ui.components.order import Row, order

PICTURE = np.zeros((28, 28), np.uint8)


def unrolled(**changed):
    weights = {"U": (2, 1), "W": (2, 2), "b": (2,), "V": (1, 2), "c": (1,)}
    arrays = {"x": (3, 1), "h": (3, 2), "o": (3, 1), "brackets": (3, 2)} | changed
    made = {name: np.ones(shape) for name, shape in arrays.items()}
    return Unrolled({name: np.ones(shape) for name, shape in weights.items()}, **made)


def test_states_and_brackets_of_other_lengths_are_refused():
    assert unrolled().arrays()["apart"].tolist() == [0, 0, 0]
    for changed in ({"h": (2, 2)}, {"brackets": (3, 3)}):
        with pytest.raises(ValueError, match=r"h and brackets must be \(T, H\) = \(3, 2\)"):
            unrolled(**changed).arrays()


def test_a_difference_too_small_for_float32_is_still_told():
    found = unrolled()
    found.brackets[1, 0] += 1e-15
    assert found.arrays()["apart"][1] == pytest.approx(1.1e-15, rel=0.1)


def test_more_curves_than_colours_or_one_of_another_length_are_refused():
    curve = Curve("tanh", np.ones(4), np.ones(4), np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="curves must be at most 4, got 5"):
        activations([curve] * 5, np.ones(4), key="a")
    with pytest.raises(ValueError, match=r"f and slope must be \(N,\) = \(3,\)"):
        activations([curve], np.ones(3), key="a")


def test_a_picture_or_a_table_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"pictures must be \(28, 28\), got \(27, 28\)"):
        order((PICTURE[1:], PICTURE), "a 7", [], [], ["in order"], "in order", key="a")
    table = [Row("LSTM", "in order", (0.9, 0.1), True)]
    with pytest.raises(ValueError, match="every row of the table must have 1 shares"):
        order((PICTURE, PICTURE), "a 7", [], table, ["in order"], "in order", key="a")


def test_grids_of_other_lengths_and_a_single_course_are_refused():
    one = Fading("RNN", "rnn", np.ones((3, 3)), np.ones(3))
    other = Fading("GRU", "gru", np.ones((3, 2)), np.ones(3))
    with pytest.raises(ValueError, match=r"must be \(3, 3\) and \(3,\), got \(3, 2\)"):
        fading([one, other], key="a")
    with pytest.raises(ValueError, match="courses must be two, got 0"):
        clipping([], key="a")
