"""Tests of the Sine page's charts by their data, and of its text by its numbers."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from rnnviz.chapters.sine import charts, text
from rnnviz.chapters.sine.charts import Course
from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.full_graph import Growth
from rnnviz.chapters.sine.oscillation import Swing
from rnnviz.ui.figures import palette

LIGHT = palette.LIGHT
STEPS = np.arange(20, 40)
NAN = math.nan


def course(y, name="a"):
    return Course(name, "#000000", STEPS, np.array(y, float))


def test_the_fit_holds_every_step_and_a_line_for_each_border():
    chart = charts.fit("t", [course(np.sin(STEPS))], LIGHT, borders=[20, 30, 40], at=30, reach=2)
    line, marks = chart["series"]
    np.testing.assert_allclose(line["data"], np.stack((STEPS, np.sin(STEPS)), 1), rtol=1e-4)
    drawn = {mark["xAxis"]: mark for mark in marks["markLine"]["data"]}
    assert set(drawn) == {20, 30, 40}
    assert drawn[30]["label"]["formatter"] == "wrong state"
    assert drawn[30]["lineStyle"]["color"] == LIGHT.accent
    assert (chart["xAxis"]["min"], chart["xAxis"]["max"]) == (20, 40)
    assert chart["yAxis"]["max"] == 2


@pytest.mark.parametrize("lost", [NAN, math.inf, -math.inf])
def test_lost_numbers_are_gaps_that_json_can_tell(lost):
    y = np.zeros(20)
    y[3] = lost
    h = np.zeros((20, 4))
    h[2, 1] = lost
    for chart in (
        charts.fit("t", [course(y)], LIGHT, borders=[]),
        charts.heat("t", h, 20, [], LIGHT),
        charts.portrait("t", [Course("a", "#000000", y, y)], LIGHT, x="x", y="y", reach=1),
        charts.by_place("t", {"a": ("#000000", y)}, LIGHT),
    ):
        assert '"-"' in json.dumps(chart, allow_nan=False)


def test_the_heatmap_has_a_cell_for_each_step_and_unit_and_the_borders_within():
    h = np.arange(60.0).reshape(15, 4) / 60
    chart = charts.heat("t", h, 20, [10, 20, 30, 35], LIGHT)
    cells, marks = chart["series"]
    assert len(cells["data"]) == 60
    assert all(value == pytest.approx(h[t, u], abs=5e-3) for t, u, value in cells["data"])
    assert [mark["xAxis"] for mark in marks["markLine"]["data"]] == [20, 30]
    assert chart["visualMap"]["inRange"]["color"] == list(LIGHT.diverging)
    assert (chart["visualMap"]["min"], chart["visualMap"]["max"]) == (-1, 1)
    assert charts.heat("t", 3 * h, 0, [], LIGHT)["visualMap"]["max"] == pytest.approx(59 / 20)


def test_a_large_heatmap_is_thinned_out_to_its_end_and_its_title_says_so():
    h = np.tile(np.arange(500.0)[:, None] / 500, (1, 300))
    chart = charts.heat("t", h, 100, [100, 300, 500], LIGHT)
    cells, marks = chart["series"]
    assert len(cells["data"]) == 125 * 32
    assert cells["data"][-1] == [124, 31, pytest.approx(496 / 500, abs=1e-3)]
    assert chart["xAxis"][0]["data"][-1] == "596"
    assert [mark["xAxis"] for mark in marks["markLine"]["data"]] == [100, 300, 500]
    assert chart["title"]["text"] == "t, one step of 4, 32 of 300 units"


def test_the_states_at_the_borders_stand_after_their_segments():
    chart = charts.at_borders("t", np.zeros((3, 2)), 7, LIGHT)
    assert chart["xAxis"]["data"] == ["7", "8", "9"]
    assert len(chart["series"][0]["data"]) == 6


def test_errors_by_place_are_bars_from_the_first_step_on():
    chart = charts.by_place("t", {"a": ("#111111", np.array([1.0, 0.5]))}, LIGHT)
    assert chart["xAxis"]["data"] == ["1", "2"]
    assert chart["series"][0]["data"] == [1.0, 0.5]


def test_logarithmic_axes_are_those_that_are_asked_for():
    chart = charts.over("t", [course(np.ones(20))], LIGHT, x="n", log="xy")
    assert chart["xAxis"]["type"] == chart["yAxis"]["type"] == "log"
    assert chart["xAxis"]["max"] == 39
    assert charts.over("t", [course(np.ones(20))], LIGHT, x="n")["yAxis"]["type"] == "value"


@pytest.mark.parametrize(
    ("values", "reach"), [([1.0], 1.5), ([2.0], 2.2), ([NAN, 0.1], 1.5), ([], 1.5), ([-10.0], 11)]
)
def test_the_reach_holds_what_is_drawn(values, reach):
    assert charts.reach_of(np.array(values)) == pytest.approx(reach)


def errors(first, rest, length=10):
    found = np.full((4, length), float(rest))
    found[:, 0] = first
    return found


@pytest.mark.parametrize(
    ("carried", "reset", "step", "words"),
    [
        (errors(1, 1), errors(1, 1), 0, "begins anew. Nothing is learnt yet."),
        (errors(0.01, 0.01), errors(1, 0), 100, "At the end, over the segments shown, carried"),
        (errors(0.01, 0.01), errors(1, 0), 100, "reset by 0.1, 10 times as much."),
        (errors(0.01, 0.01), errors(1, 0), 100, "100 % of the error falls on the first of 10"),
        (errors(0.5, 0.5), errors(0.5, 0.5), 7, "After 7 of 100 segments"),
        (errors(0.5, 0.5), errors(0.5, 0.5), 7, "about alike. Reset, the seam stands out by"),
        (errors(1, 1), errors(0.1, 0.1), 7, "carried 10 times as much, so far."),
        (errors(NAN, 1), errors(0.1, 0.1), 7, "of the network carried are lost."),
        (errors(1, 1, 1), errors(2, 2, 1), 7, "a network without any memory"),
        (errors(0, 0), errors(1, 1), 7, "more than 1,000 times"),
        (errors(0, 0), errors(0, 0), 7, "Reset, the seam stands out by nothing yet: 0 %"),
    ],
)
def test_the_verdict_follows_from_the_errors(carried, reset, step, words):
    assert words in text.verdict(carried, reset, step=step, steps=100)


def test_before_the_first_run_the_verdict_says_how_to_begin():
    said = text.verdict(errors(1, 1), errors(1, 1), step=0, steps=100, begun=False)
    assert said.endswith("Press Start.")


@pytest.mark.parametrize(
    ("wrong", "recovered", "words"),
    [
        ("zeros", 1, "Handed zeros at the accented border, the network has recovered after 1"),
        ("noise", None, "has not recovered within the 40 steps"),
        ("another phase", 0, "answers as with the right state"),
    ],
)
def test_what_was_handed_over_is_told_with_its_steps(wrong, recovered, words):
    assert words in text.handed(wrong, recovered, 40)


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (20, ""),
        (2, "nothing but zeros"),
        (1.5, "looks like one of 3 steps per period (aliasing)"),
        (1, "stands still (aliasing)"),
    ],
)
def test_too_few_steps_per_period_are_said(period, words):
    said = text.aliasing(SineConfig(steps_per_period=period))
    assert words in said
    assert bool(said) == bool(words)


def test_segments_of_one_step_are_said():
    assert "no gradient reaches further back" in text.short(SineConfig(segment_length=1))
    assert text.short(SineConfig()) == ""


@pytest.mark.parametrize(
    ("swing", "words"),
    [
        (Swing(0.98, 20.02), "swings on by ±0.98 (the signal: ±1) with a period of 20.0 steps"),
        (Swing(0.98, 20.02), "in time."),
        (Swing(0.9, 22), "10 % too slow."),
        (Swing(0.9, 18), "10 % too fast."),
        (Swing(0.01, None), "comes to rest."),
        (Swing(0.5, None), "without coming round twice"),
        (Swing(NAN, None), "loses its numbers"),
    ],
)
def test_what_it_does_by_itself_is_told(swing, words):
    assert words in text.freely(swing, 20, 200)


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (1e-9, "close into a loop: a period later they are less than 0.001 %"),
        (0.3, "do not close into a loop: a period later they are 30 %"),
        (None, "does not come round in a whole number of steps"),
        (NAN, "no longer numbers"),
    ],
)
def test_whether_the_states_close_is_told(gap, words):
    assert words in text.loop(gap, 0.97)


def test_what_the_borders_the_lengths_the_heads_and_the_graph_say():
    states = np.tile([[0.0, 0.0], [3.0, 4.0]], (4, 1))
    said = text.borders(states, 2.0)
    assert "moves by 5 on average; a period, 2 segments, later it is 0 from" in said
    assert "other phases" in text.borders(states, 1.7)
    found = [(1, 0.01, 0.7), (200, 0.01, 0.02)]
    assert "Reset, it errs by 0.7 in segments of 1 and by 0.02 in those of 200" in (
        text.lengths(found, 10)
    )
    assert "weights are lost" in text.lengths([(1, NAN, NAN), (2, NAN, NAN)], 10)
    assert "to the last bit" in text.heads(0.0)
    assert "is 0.0000001." in text.heads(1.2e-7)
    assert "weights are lost" in text.heads(NAN)
    grown = [Growth(1, 10, 50, 2000, 0.001), Growth(10, 100, 500, 20000, 0.02)]
    assert "10 times as many: 10 times the operations, 10 times the memory, 20 times the time" in (
        text.grown(grown)
    )
    assert text.grown(grown[:1]) == ""
