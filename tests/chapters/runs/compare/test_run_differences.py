from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.chapters.runs.compare.run_differences import differences, disagreement
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.tasks.digits import RunConfig

BASE = RunConfig()


def test_only_the_settings_that_differ_are_told_each_with_the_value_of_each_run():
    others = (
        RunConfig(ModelConfig("gru", hidden_size=64), digits=1000),
        RunConfig(ModelConfig("gru"), TrainConfig(betas=(0.8, 0.9))),
    )
    told = {each.name: each.values for each in differences((BASE, *others))}
    assert told == {
        "cell": ("lstm", "gru", "gru"),
        "hidden_size": (128, 64, 128),
        "betas": ((0.9, 0.999), (0.9, 0.999), (0.8, 0.9)),
        "digits": (60_000, 1000, 60_000),
    }


def test_what_judges_a_run_is_a_setting_too():
    (found,) = differences((replace(BASE, digits=100), replace(BASE, digits=100, fold=3)))
    assert (found.name, found.values) == ("fold", (None, 3))


def test_equal_runs_differ_in_nothing_and_one_alone_cannot_be_compared():
    assert differences((BASE, RunConfig())) == ()
    with pytest.raises(ValueError, match="at least two runs can be compared, got 1"):
        differences((BASE,))


def test_no_two_settings_share_a_name_so_none_hides_another():
    values = BASE.to_dict()
    parts = [values.pop("model"), values.pop("training"), values]
    names = [name for part in parts for name in part]
    assert len(names) == len(set(names))
    for name in ("seed", "lr", "schedule"):
        other = replace(BASE, training=replace(BASE.training, **{name: CHANGED[name]}))
        assert [each.name for each in differences((BASE, other))] == [name]


CHANGED = {"seed": 7, "lr": 0.5, "schedule": "cosine"}


def test_a_small_case_by_hand():
    labels = np.array([0, 1, 2, 3, 4])
    first = np.array([0, 1, 9, 9, 8])
    second = np.array([0, 9, 2, 9, 7])
    found = disagreement(labels, first, second)
    assert (found.both, found.first, found.second, found.neither) == (1, 1, 1, 2)
    assert found.differ.tolist() == [1, 2, 4]


@given(st.data(), st.integers(0, 40))
def test_the_four_counts_are_all_digits_and_swapping_the_runs_swaps_two_of_them(data, n):
    digits = st.lists(st.integers(0, 9), min_size=n, max_size=n)
    labels, a, b = (np.array(data.draw(digits), np.int64) for _ in range(3))
    found, swapped = disagreement(labels, a, b), disagreement(labels, b, a)
    assert found.both + found.first + found.second + found.neither == n
    assert (found.both, found.first) == (swapped.both, swapped.second)
    assert found.first - found.second == (a == labels).sum() - (b == labels).sum()
    assert found.differ.tolist() == swapped.differ.tolist()
    assert disagreement(labels, a, a).differ.size == 0


def test_answers_to_other_digits_are_refused():
    with pytest.raises(ValueError, match=r"must be \(N,\) of one N, got \(3,\), \(3,\) and \(2,\)"):
        disagreement(np.zeros(3), np.zeros(3), np.zeros(2))
