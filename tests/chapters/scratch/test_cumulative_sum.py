import numpy as np
import pytest

from rnnviz.chapters.scratch.cumulative_sum import draw


def test_sequences_are_whole_numbers_in_range_and_their_running_sums():
    data = draw(500, seed=3)
    assert data.x.shape == data.y.shape == (6, 500, 1)
    assert set(np.unique(data.x)) == set(range(1, 10))
    np.testing.assert_array_equal(data.y[0], data.x[0])
    np.testing.assert_array_equal(np.diff(data.y, axis=0), data.x[1:])


def test_the_same_seed_draws_the_same_and_another_others():
    np.testing.assert_array_equal(draw(20, seed=1).x, draw(20, seed=1).x)
    assert (draw(20, seed=1).x != draw(20, seed=2).x).any()


def test_one_number_that_may_come_comes_always():
    np.testing.assert_array_equal(draw(1, 4, -2, -2).y[:, 0, 0], [-2, -4, -6, -8])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"count": 0}, "count must be 1 or more.*got 0 and 6"),
        ({"count": 1, "length": 0}, "got 1 and 0"),
        ({"count": 1, "length": 201}, "length 1 … 200, got 1 and 201"),
        ({"count": 1, "low": 5, "high": 4}, "low must not be above high, got 5 and 4"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        draw(**options)
