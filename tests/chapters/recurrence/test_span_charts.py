"""Tests of the memory span's charts and text by their numbers."""

import json

import numpy as np
import pytest

from rnnviz.chapters.recurrence import span_charts, span_text
from rnnviz.chapters.recurrence.span_charts import Line
from rnnviz.chapters.recurrence.span_text import Recalled
from rnnviz.ui.figures import palette
from tests.assertions import numbers

DELAYS = np.arange(1, 5, dtype=np.float32)
LINES = [
    Line("RNN", "rnn", False, DELAYS, np.array([1.0, 0.9, 0.5, 0.25])),
    Line("LSTM, b_f = 0", "lstm", True, DELAYS, np.array([1.0, 1.0, 0.75, 0.75])),
]


def shares(*values):
    return np.array(values)


def test_the_lines_of_recall_are_the_numbers_in_the_colours_of_their_cells():
    option = span_charts.recall(LINES, palette.LIGHT, chance=0.25, trained=3, longest=4)
    json.dumps(option)  # nothing but what a browser can read
    first, second, marks = option["series"]
    assert first["data"] == [[1.0, 1.0], [2.0, 0.9], [3.0, 0.5], [4.0, 0.25]]
    assert first["itemStyle"]["color"] == palette.LIGHT.cells["rnn"]
    assert (first["lineStyle"]["type"], second["lineStyle"]["type"]) == ("solid", "dashed")
    assert [next(iter(mark)) for mark in marks["markLine"]["data"]] == ["yAxis", "xAxis"]
    assert marks["markLine"]["data"][0]["yAxis"] == 0.25
    assert marks["markLine"]["data"][1]["xAxis"] == 3
    assert option["legend"]["data"] == ["RNN", "LSTM, b_f = 0"]


def test_the_losses_stand_over_all_steps_of_the_training():
    option = span_charts.learning(LINES, palette.DARK, steps=300)
    assert (option["xAxis"]["min"], option["xAxis"]["max"]) == (0, 300)
    assert len(option["series"]) == 2


def test_what_was_measured_has_its_spread_and_what_was_trained_here_a_point():
    measured = {"RNN": [(1, 1.0, 0.9, 1.0), (200, 0.2, 0.1, 0.3)]}
    option = span_charts.against(
        measured, {"RNN": ("rnn", False)}, [("RNN", 50, 0.6)], palette.LIGHT, chance=0.125
    )
    line, near, far, point, _ = option["series"]
    assert line["data"] == [[1.0, 1.0], [200.0, 0.2]]
    assert (near["data"], far["data"]) == ([[1, 0.9], [1, 1.0]], [[200, 0.1], [200, 0.3]])
    assert (point["name"], point["data"]) == ("RNN, here", [[50, 0.6]])
    assert option["legend"]["data"] == ["RNN"]


def test_before_a_training_the_sentence_says_what_to_do():
    assert "Press Start" in span_text.sentence([], trained=10, chance=0.5, step=0, steps=10)


def test_the_sentence_tells_every_network_at_the_delay_that_was_learnt():
    told = span_text.sentence(
        [Recalled("RNN", shares(1, 0.5, 0.25)), Recalled("GRU", shares(1, 1, 0.96))],
        trained=2,
        chance=0.125,
        step=300,
        steps=300,
    )
    assert numbers(told) == ["2", "50", "100", "12.5", "95", "3", "1"]


def test_the_sentence_follows_a_training_on_its_way():
    told = span_text.sentence(
        [Recalled("RNN", shares(0.2, 0.1)), Recalled("GRU", shares(0.3, 0.2))],
        trained=1,
        chance=0.125,
        step=20,
        steps=1500,
    )
    assert told.startswith("After step 20 of 1,500, asked after 1 distractor, right are: RNN 20 %")
    assert told.endswith("None is right 95 % of the time yet, not even after one distractor.")


@pytest.mark.parametrize(
    ("networks", "words"),
    [
        ({"A": (1, 1), "B": (1, 1)}, "All stay at least 95 % right for all 2 distractors."),
        (
            {"A": (1, 1), "B": (1, 1), "C": (0, 0)},
            "A and B stay at least 95 % right for all 2 distractors; C not even for one.",
        ),
        ({"A": (1, 0.5)}, "A stays at least 95 % right for 1 distractor."),
    ],
)
def test_who_remembers_is_counted_from_the_first_question_on(networks, words):
    told = span_text.sentence(
        [Recalled(name, shares(*values)) for name, values in networks.items()],
        trained=1,
        chance=0.5,
        step=1,
        steps=1,
    )
    assert told.endswith(words)


def test_a_network_that_is_right_again_later_does_not_count_as_holding():
    assert span_text.held(shares(1, 0.9, 1, 1)) == 1
    assert span_text.held(shares(1, 1, 1)) == 3
    assert span_text.held(shares(0.5)) == 0


def test_what_was_measured_is_told_with_where_each_falls():
    told = span_text.measured(
        {"RNN": [(1, 1), (0.5, 0.7), (0.1, 0.2)], "GRU": [(1, 1), (1, 1), (1, 0.96)]},
        (1, 50, 200),
        0.125,
    )
    assert numbers(told) == ["2", "95", "50", "200", "15", "98", "12.5"]
