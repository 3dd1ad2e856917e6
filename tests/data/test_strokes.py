import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnnviz.data import strokes


def test_a_straight_stroke_leaves_a_round_ended_bar():
    ink = strokes.draw(((((100, 140)), (180, 140)),), 20)
    assert ink.shape == (280, 280)
    assert set(np.unique(ink)) == {0.0, 1.0}
    rows = np.flatnonzero(ink[:, 140])
    assert abs(len(rows) - 20) <= 1
    assert abs(rows.mean() - 140) <= 1
    columns = np.flatnonzero(ink[140])
    assert abs(columns[0] - 90) <= 1
    assert abs(columns[-1] - 190) <= 1


def test_a_single_point_is_a_dot_as_wide_as_the_pen():
    ink = strokes.draw((((140.0, 140.0),),), 24)
    assert ink.sum() == pytest.approx(np.pi * 12**2, rel=0.1)


def test_the_pen_stays_within_its_widths():
    wide = strokes.draw((((140, 140), (150, 150)),), 1e9)
    assert wide.sum() == strokes.draw((((140, 140), (150, 150)),), strokes.WIDTHS[1]).sum()


def test_points_beyond_the_pad_come_to_its_edge():
    assert strokes.parse_strokes([[-50, 3, 999, 280.5]]) == (((0.0, 3.0), (280.0, 280.0)),)


def test_no_strokes_are_no_ink():
    assert strokes.parse_strokes([]) == ()
    assert strokes.draw((), 18).max() == 0


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (None, "NoneType"),
        ("abc", "str"),
        ([1, 2], "int"),
        ([[1]], "1 numbers"),
        ([[]], "0 numbers"),
        ([["1", "2"]], "str in it"),
        ([[1, float("nan")]], "finite"),
        ([[1, True]], "bool"),
        ([{"x": 1}], "dict"),
        ([[0, 0] * 6_001], "12002 numbers"),
        ([[0, 0] * 4_000] * 2, "8,000"),
    ],
)
def test_what_is_no_drawing_is_refused_in_words(values, word):
    with pytest.raises(ValueError, match=word):
        strokes.parse_strokes(values)


json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 2**63])
    | st.floats()
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=30,
)


@given(json)
@example([[10**400, -(10**400)]])  # JSON has whole numbers that no float holds
def test_any_message_is_a_drawing_or_a_value_error(message):
    try:
        found = strokes.parse_strokes(message)
    except ValueError:
        return
    assert strokes.draw(found, 18).shape == (280, 280)
