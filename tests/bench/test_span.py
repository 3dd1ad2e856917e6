"""Tests of `bench span`, and of the embedded results of the memory span."""

import json
from statistics import median

import pytest

from rnnviz.bench import span
from rnnviz.chapters.recurrence import span_results


def test_a_glance_measures_every_network_and_is_what_the_lesson_can_read():
    told = []
    figures = span.measure((1, 2), seeds=2, epochs=1, tell=told.append)
    found = span_results.of(json.loads(json.dumps(figures)))
    assert found.delays == (1, 2)
    assert (found.seeds, found.steps) == (2, 50)
    assert list(found.right) == list(span.NETWORKS)
    assert all(0 <= share <= 1 for each in found.right.values() for one in each for share in one)
    assert len(told) == 8


def test_the_same_seed_is_right_as_often_again():
    config = span.default("gru", None, delay=2, seed=3)
    assert span.right_at_end(config) == span.right_at_end(config)


def middle(name, delay):
    found = span_results.remembered()
    return median(found.right[name][found.delays.index(delay)])


def test_what_comes_with_rnnviz_is_of_the_lessons_settings():
    found = span_results.remembered()
    assert found.delays == span.DELAYS
    assert found.seeds == span.SEEDS
    config = span.default("lstm", 1.0)
    assert (found.hidden_size, found.steps) == (config.model.hidden_size, config.steps)


@pytest.mark.parametrize("delay", [50, 100, 200])
def test_over_the_seeds_the_plain_network_falls_where_gates_hold(delay):
    assert middle("RNN", delay) < 0.95 < middle("GRU", delay)
    assert middle("RNN", delay) < middle("LSTM, b_f = 0", delay)


def test_over_the_seeds_all_remember_a_short_time_and_the_bias_helps_over_a_long_one():
    assert all(middle(name, delay) == 1 for name in span.NETWORKS for delay in (1, 5, 10))
    for delay in (100, 200):
        assert middle("LSTM, b_f = 0", delay) < middle("LSTM, b_f = 1", delay)
    assert middle("RNN", 200) == pytest.approx(1 / 8, abs=0.05)  # chance
