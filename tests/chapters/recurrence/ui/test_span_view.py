"""Tests of the memory span's view in AppTest, with real trainings."""

import re

import pytest
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

from rnnviz.bench import span as bench
from rnnviz.chapters.recurrence import span_results
from rnnviz.chapters.recurrence.recall_objective import recalled
from rnnviz.chapters.recurrence.recall_sequences import recalls
from rnnviz.chapters.recurrence.task import HELD_OUT_SEED
from rnnviz.chapters.recurrence.ui import span_view
from rnnviz.training.store import checkpoint
from rnnviz.training.store.group_record import load_group
from rnnviz.training.tasks import build as task_build
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from tests.apptest import charts, said, until

pytestmark = pytest.mark.usefixtures("one_job_manager", "nothing_goes_on")

QUICK = {"delay": "3", "span_epochs": "1", "span_hidden": "8", "span_symbols": "2"}


def script():
    from rnnviz.chapters.recurrence.ui import span_view
    from rnnviz.ui.widgets import controls

    span_view.show()
    controls.notes()


def open_span(**link):
    st.cache_resource.clear()
    at = AppTest.from_function(script, default_timeout=180)
    for name, value in link.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def press(at, key):
    at.button(key=f"delay_{key}").click().run()
    assert not at.exception
    return at


def shown(at):
    found = at.query_params["delay_runs"]
    return found if isinstance(found, str) else found[0]


def trained(**link):
    at = press(open_span(**QUICK, **link), "start")
    return until(at, lambda at: "At the end" in said(at))


def test_before_a_training_there_are_empty_charts_what_was_measured_and_a_way_to_begin():
    at = open_span()
    assert "Press Start" in said(at)
    assert at.button(key="delay_pause").disabled
    assert at.button(key="delay_stop").disabled
    recall, loss, against = charts(at)
    assert all(not series["data"] for series in recall["series"])
    assert loss["xAxis"]["max"] == 300
    known = span_results.remembered()
    assert [len(series["data"]) for series in against["series"][:4]] == [len(known.delays)] * 4


def test_the_lesson_begins_with_what_was_measured():
    measured = [bench.default(cell, bias) for cell, bias in bench.NETWORKS.values()]
    assert span_view.plan(span_view.DEFAULTS) == measured
    known = span_results.remembered()
    first = measured[0]
    assert (known.hidden_size, known.steps) == (first.model.hidden_size, first.steps)
    assert (known.symbols, known.lr) == (first.symbols, first.training.lr)


def test_four_networks_learn_and_their_curves_are_what_their_weights_give():
    at = trained()
    group = load_group(run_manager.store(), shown(at))
    at.session_state[session_keys.TAKE_HOME] = True
    at.run()
    assert "train.py" in [button.proto.label for button in at.get("download_button")]
    recall, loss, against = charts(at)
    assert [series["name"] for series in loss["series"]] == [
        *("RNN", "GRU", "LSTM, b_f = 0", "LSTM, b_f = 1")
    ]
    for run_id, series in zip(group.runs, recall["series"], strict=False):
        snapshot, config = run_manager.find_any(run_id)
        assert snapshot.state == "done"
        weights = checkpoint.weights_at(run_manager.store().folder(run_id), snapshot.steps)
        asked = recalls(span_view.ASKED, 200, 2, torch.Generator().manual_seed(HELD_OUT_SEED))
        expected = recalled(task_build.network_of(config, weights), asked, 2)
        found = torch.tensor([share for _, share in series["data"]], dtype=torch.float64)
        torch.testing.assert_close(found, expected, rtol=0, atol=5e-5)
    here = [series for series in against["series"] if series["type"] == "scatter"]
    assert [series["data"][0][0] for series in here] == [3, 3, 3, 3]


def test_the_link_shows_the_same_training_in_another_session():
    at = trained()
    [told] = re.findall(r"At the end[^*]*", said(at))
    other = open_span(delay_runs=shown(at))
    assert told in said(other)
    assert not other.button(key="delay_start").disabled


def test_pause_step_resume_and_stop_do_what_they_say():
    at = open_span(**(QUICK | {"span_epochs": "40", "delay": "60"}))
    press(at, "start")
    until(at, lambda at: "step" in said(at) and not at.button(key="delay_pause").disabled)
    press(at, "pause")
    until(at, lambda at: at.button(key="delay_pause").label == "Resume")
    press(at, "step")
    press(at, "pause")
    until(at, lambda at: at.button(key="delay_pause").label == "Pause")
    press(at, "stop")
    until(at, lambda at: "The training was stopped" in said(at))
    assert at.button(key="delay_pause").label == "Resume"
    assert not at.button(key="delay_start").disabled


def test_step_before_a_training_does_one_step_and_stands():
    at = press(open_span(**QUICK), "step")
    until(at, lambda at: at.button(key="delay_pause").label == "Resume")
    group = load_group(run_manager.store(), shown(at))
    assert {run_manager.find_any(run_id)[0].step for run_id in group.runs} == {1}


def test_a_link_to_a_training_that_is_gone_is_said_once_and_the_page_works():
    at = open_span(delay_runs="x" * 22)
    assert "Press Start to train anew" in said(at)
    assert "Press Start to train anew" not in said(at.run())


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"delay": "900"}, "delay = '900', which is not within 1 to 200: 100 stands in"),
        ({"span_symbols": "7"}, "span_symbols = '7', which is not there: 8 stands in"),
        ({"delay_runs": "../../etc"}, "there is no run"),
    ],
)
def test_what_a_link_asks_for_in_vain_is_said(link, words):
    assert words.lower() in said(open_span(**link)).lower()
