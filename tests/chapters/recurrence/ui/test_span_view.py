"""Tests of the memory span's view in AppTest, with real trainings."""

import re

import pytest
import torch

from rnnviz.bench import span as bench
from rnnviz.chapters.recurrence import span_results
from rnnviz.chapters.recurrence.recall_objective import recalled
from rnnviz.chapters.recurrence.recall_sequences import recalls
from rnnviz.chapters.recurrence.task import HELD_OUT_SEED
from rnnviz.chapters.recurrence.ui import span_view
from rnnviz.training.store import checkpoint
from rnnviz.training.tasks import build as task_build
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from tests.apptest import asked, charts, group_of, opened, press, until, words

pytestmark = pytest.mark.usefixtures("one_job_manager", "nothing_goes_on")

QUICK = {"delay": "3", "span_epochs": "1", "span_hidden": "8", "span_symbols": "2"}


def script():
    from rnnviz.chapters.recurrence.ui import span_view
    from rnnviz.ui.widgets import controls

    span_view.show()
    controls.notes()


def open_span(**link):
    return opened(script, link=link)


def trained(**link):
    at = press(open_span(**QUICK, **link), "delay_start")
    return until(at, lambda at: "At the end" in words(at))


def test_before_a_training_there_are_empty_charts_what_was_measured_and_a_way_to_begin():
    at = open_span()
    assert "Press Start" in words(at)
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
    group = group_of(at, "delay")
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
    [told] = re.findall(r"At the end[^*]*", words(at))
    other = open_span(delay_runs=asked(at, "delay_runs"))
    assert told in words(other)
    assert not other.button(key="delay_start").disabled


def test_a_link_to_a_training_that_is_gone_is_said_once_and_the_page_works():
    at = open_span(delay_runs="x" * 22)
    assert "Press Start to train anew" in words(at)
    assert "Press Start to train anew" not in words(at.run())


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"delay": "900"}, "delay = '900', which is not within 1 to 200: 100 stands in"),
        ({"span_symbols": "7"}, "span_symbols = '7', which is not there: 8 stands in"),
        ({"delay_runs": "../../etc"}, "there is no run"),
    ],
)
def test_what_a_link_asks_for_in_vain_is_said(link, sentence):
    assert sentence.lower() in words(open_span(**link)).lower()
