"""Tests of the sentences about an uploaded network: the numbers and the branch."""

import pytest

from rnnviz.chapters.states.recording import text
from rnnviz.training.reading_measurement import Progress
from rnnviz.training.uploaded_readings import INPUTS, POOLINGS, Reading
from tests.assertions import numbers


def made(correct, digits=1000, **options):
    values = {"inputs": "unit", "time_step": "rows", "pooling": "last"} | options
    return Reading(**values, correct=correct, digits=digits)


def test_the_accuracy_is_said_beside_that_of_the_default_and_with_what_differs():
    told = text.accuracy(made(950, inputs="normalized"), made(255))
    assert numbers(told) == ["1,000", "95.0", "0.1307", "0.3081", "25.5", "0", "1"]
    told = text.accuracy(made(947, pooling="output"), made(865))
    assert "94.7 % when the head reads output[:, -1], and 86.5 % when the head reads the" in told
    assert "pixels" not in told


def test_the_default_is_said_with_its_conditions():
    told = text.accuracy(made(950), made(950))
    assert "95.0 % when pixels are 0 … 1, each step is a row and the head reads the last" in told


def test_another_number_of_digits_is_said():
    told = text.accuracy(made(18, 20, time_step="columns"), made(950))
    assert "on 20 held-out training digits is 90.0 %" in told
    assert "95.0 % on 1,000 when each step is a row" in told


@pytest.mark.parametrize("inputs", INPUTS)
@pytest.mark.parametrize("pooling", [*POOLINGS, "all"])
def test_every_way_has_words_of_its_own(inputs, pooling):
    one = made(900, inputs=inputs, pooling=pooling, exchanged=True, label="relu")
    assert "reverse direction first" in text.choice(one)
    assert text.choice(one).startswith("90.0 % of 1,000: ")
    told = text.accuracy(one, made(100, time_step="columns"))
    assert "the head takes the reverse direction first" in told
    assert "the assumption is “relu”" in told
    assert ("dark on white" in told) == inputs.startswith("inverted")


def test_a_network_that_reads_digits_gets_a_tick_and_the_folding_is_said():
    reads, told = text.result(made(950, inputs="bytes"), [made(950, inputs="bytes"), made(255)])
    assert reads
    assert text.FOLDED in told
    reads, told = text.result(made(950), [made(950)])
    assert reads
    assert text.FOLDED not in told


def test_a_way_that_is_a_little_better_than_the_default_is_named():
    reads, told = text.result(made(935), [made(943, pooling="output"), made(935)])
    assert reads
    assert told[-1] == "It is 94.3 % when the head reads output[:, -1]."


def test_at_most_half_is_a_warning_with_the_best_accuracy():
    reads, told = text.result(made(100), [made(431, inputs="bytes"), made(100)])
    assert not reads
    assert "exceeds 50 %; the best reaches 43.1 %" in told[-1]
    reads, told = text.result(made(100), [made(950, inputs="bytes"), made(100)])
    assert not reads
    assert told[1] == "Another way of reading reaches 95.0 %."


def test_a_measurement_that_ended_early_says_why_and_what_is_assumed():
    first, second = text.unmeasured(made(0, 0), "")
    assert "was not measured" in first
    assert "pixels are 0 … 1" in second
    assert "measured: out of memory" in text.unmeasured(made(0, 0), "out of memory")[0]


def test_progress_is_said():
    assert "16 kinds" in text.measuring(Progress(0.1, 16))
    assert "1 kind of" in text.measuring(Progress(0.9, 1))
    assert "Loading" in text.measuring(Progress(0.0, 0))
