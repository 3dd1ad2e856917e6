"""Tests of the split of rows into those that are trained on and those that are held out."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.chapters.characters.held_out_rows import count_held_out, split_rows


@given(st.lists(st.sampled_from("abcd"), min_size=50, max_size=300), st.integers(0, 99))
def test_a_fifth_is_held_out_and_each_class_stays_in_training(classes, seed):
    lines = tuple((f"row {n}", name) for n, name in enumerate(classes))
    count = count_held_out(lines)
    trained, held_out = split_rows(lines, count, seed)
    assert len(held_out) == count == len(lines) // 5
    assert sorted((*trained, *held_out)) == sorted(lines)
    assert set(Counter(name for _, name in trained)) == set(classes)
    assert split_rows(lines, count, seed) == (trained, held_out)


@pytest.mark.parametrize(
    ("rows", "classes", "count"), [(49, 2, 0), (50, 2, 10), (50, 45, 5), (25_000, 2, 1_000)]
)
def test_so_many_are_held_out(rows, classes, count):
    lines = tuple((f"{n}", f"{n % classes}") for n in range(rows))
    assert count_held_out(lines) == count
    assert len(split_rows(lines, count, 0)[1]) == count
