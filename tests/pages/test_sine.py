"""Tests of the Sine page, with real trainings."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import numpy as np
import pytest
import torch
from safetensors.torch import load

from rnnviz.chapters.sine import frozen_eval
from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.signals import Source
from rnnviz.chapters.sine.ui import downloads as sine_downloads
from rnnviz.chapters.sine.ui import form as sine_form
from rnnviz.training.export import history_csv
from rnnviz.training.jobs import side_by_side
from rnnviz.training.jobs.protocol import HeldOut
from rnnviz.training.store.run_record import Record
from rnnviz.training.tasks import build as task_build
from rnnviz.ui.figures import progress_text
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import open_run
from tests.apptest import asked, charts, group_of, press, until, words

pytestmark = pytest.mark.usefixtures("one_job_manager", "nothing_goes_on")

HELD_OUT = HeldOut(*np.array([[100], [0.992], [20]], np.float32))
QUICK = {"sine_speed": "as fast as can be", "sine_segments": "12"}


def titled(at):
    return {chart["title"]["text"]: chart for chart in charts(at)}


def drawn(chart, name):
    (line,) = (series for series in chart["series"] if series.get("name") == name)
    return np.array(line["data"], float)


def trained(open_app, **link):
    """Train both to the end."""
    at = press(open_app("sine", **QUICK, **link), "sine_start")
    return until(at, lambda at: "At the end" in words(at))


def networks_of(at):
    group = group_of(at, "sine")
    found = []
    for run_id in group.runs:
        snapshot, config = run_manager.find_any(run_id)
        found.append((config, task_build.network_of(config, snapshot.weights)))
    return group, found


def test_the_page_opens_on_two_networks_with_their_first_weights(open_app):
    at = open_app("sine")
    assert [title.value for title in at.title] == ["What is h_state for?"]
    assert "Press Start" in words(at)
    fits = [chart for name, chart in titled(at).items() if "segments read last" in name]
    assert len(fits) == 2
    for chart in fits:
        steps, target = drawn(chart, "asked for").T
        np.testing.assert_allclose(target, np.cos(np.pi * steps / 10), atol=1e-4)
        marks = [mark["xAxis"] for mark in chart["series"][-1]["markLine"]["data"]]
        assert marks == list(range(0, 81, 10))
    assert not at.button(key="sine_start").disabled
    assert at.button(key="sine_pause").disabled


def test_trained_to_the_end_it_shows_what_the_weights_of_the_end_do(open_app):
    at = trained(open_app)
    _, networks = networks_of(at)
    assert [config.carry for config, _ in networks] == ["detach", "reset"]
    for config, model in networks:
        name = "reset" if config.carry == "reset" else "carried"
        begun = frozen_eval.settled(model, config, 4)
        expected = frozen_eval.frozen(model, config, 4, 8, begun)
        chart = titled(at)[f"State {name}: the segments read last"]
        np.testing.assert_allclose(
            drawn(chart, f"answer, {name}").T, (expected.steps, expected.outputs), rtol=1e-3
        )
        cells = titled(at)[f"h through the borders, {name}"]["series"][0]["data"]
        assert len(cells) == 80 * 32
        assert cells[37][2] == pytest.approx(expected.h[1, 5], abs=1e-3)
        bars = titled(at)["Squared error by place in the segment"]
        (bar,) = (series for series in bars["series"] if series["name"] == name)
        np.testing.assert_allclose(bar["data"], expected.errors.mean(0), rtol=1e-3)
        assert len(drawn(titled(at)["Loss of each segment"], name)) == 12
    assert "answering 0 gives 0.5" in words(at)


def test_a_wrong_state_is_drawn_from_its_border_on_and_its_steps_are_counted(open_app):
    at = trained(open_app, sine_wrong="noise")
    _, ((config, model), _) = networks_of(at)
    found = frozen_eval.hand_over(model, config, 8, 4, "noise")
    chart = titled(at)["State carried: the segments read last"]
    steps, wrong = drawn(chart, "after the wrong state").T
    np.testing.assert_allclose(steps, np.arange(80, 120))
    np.testing.assert_allclose(wrong, found.wrong.outputs, rtol=1e-3, atol=1e-4)
    (mark,) = (m for m in chart["series"][-1]["markLine"]["data"] if m["label"]["show"])
    assert mark["xAxis"] == 80
    told = "not recovered" if found.recovered is None else f"after {found.recovered} step"
    assert told in words(at)
    assert "h through the borders, carried, wrong from there" in titled(at)


def test_it_can_be_stepped_paused_and_stopped(open_app):
    at = press(open_app("sine", **QUICK), "sine_step")
    until(at, lambda at: "After 1 of 12 segments" in words(at))
    assert at.button(key="sine_pause").label == "Resume"
    press(at, "sine_stop")
    until(at, lambda at: "The training was stopped" in words(at))


@pytest.mark.parametrize(
    ("key", "value", "field", "expected"),
    [
        ("sine_signal", "two sines", "signal", "two_sines"),
        ("sine_target", "next step", "target", "next"),
        ("sine_phase", 30, "phase", 30),
        ("sine_length", 7, "segment_length", 7),
        ("sine_period", "1.5", "steps_per_period", 1.5),
        ("sine_segments", 3, "segments", 3),
        ("sine_speed", "5 a second", "pace", 10),
    ],
)
def test_each_setting_is_that_of_both_trainings(key, value, field, expected):
    carried, reset = sine_form.plan({**sine_form.DEFAULTS, key: value})
    assert getattr(carried, field) == getattr(reset, field) == expected
    assert getattr(SineConfig(), field) != expected
    assert (carried.carry, reset.carry) == ("detach", "reset")


def test_the_first_settings_are_the_notebooks():
    carried, _ = sine_form.plan({**sine_form.DEFAULTS, "sine_speed": "as fast as can be"})
    assert carried == SineConfig()


def test_cell_size_rate_and_seed_are_set_too():
    values = {"sine_cell": "LSTM", "sine_hidden": "8", "sine_lr": "0.1", "sine_seed": 5}
    carried, _ = sine_form.plan({**sine_form.DEFAULTS, **values})
    assert (carried.model.cell, carried.model.hidden_size) == ("lstm", 8)
    assert (carried.training.lr, carried.training.seed) == (0.1, 5)


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"sine_period": "1.5"}, "looks like one of 3 steps per period (aliasing)"),
        ({"sine_period": "1"}, "stands still (aliasing)"),
        ({"sine_length": "1"}, "Segments of one step"),
        ({"sine_length": "999"}, "The link asks for sine_length = '999'"),
        ({"sine_runs": "gone"}, "Press Start to train anew"),
        ({"view": "Elsewhere"}, "The link asks for view = 'Elsewhere'"),
    ],
)
def test_what_is_odd_is_said_and_the_page_goes_on(open_app, link, said):
    at = open_app("sine", **link)
    assert said in words(at)
    assert len(charts(at)) == 6


def test_a_rate_that_explodes_is_a_red_light_not_a_crash(open_app):
    at = trained(open_app, sine_lr="1")
    assert ":red-badge[" in words(at)
    assert "Take a smaller learning rate." in words(at)


def test_after_training_every_part_has_its_sentence(open_app):
    at = open_app("sine", view="After training")
    assert "these are the first weights" in words(at)
    for part in (
        "Left to itself for 200 steps, it",
        "The two axes hold",
        "From one border to the next the state moves by",
        "Carried, the length makes no difference",
        "the largest difference is",
    ):
        assert part in words(at), part
    assert len(charts(at)) == 5
    before = drawn(titled(at)["Its answers"], "its own way")
    assert len(before) == 200
    at.number_input(key="sine_free").set_value(50).run()
    assert not at.exception
    assert len(drawn(titled(at)["Its answers"], "its own way")) == 50


def test_after_training_the_other_network_can_be_looked_at(open_app):
    at = trained(open_app, sine_target="next step")
    _, networks = networks_of(at)
    link = {"sine_runs": asked(at, "sine_runs"), "view": "After training"}
    for name, (config, model) in zip(("carried", "reset"), networks, strict=True):
        at = open_app("sine", sine_network=name, **link)
        _, own = frozen_eval.run_freely(model, config, 12, 200)
        found = drawn(titled(at)["Its answers"], "its own way")[:, 1]
        np.testing.assert_allclose(found, own, rtol=1e-3, atol=1e-4)


def test_what_cannot_run_freely_is_said(open_app):
    at = open_app("sine", view="After training", sine_signal="chirp")
    assert "It cannot run freely: what is asked for is never what will be read" in words(at)


def test_without_detach_torch_is_heard_and_the_graph_is_measured(open_app):
    at = open_app("sine", view="Without detach", sine_hidden="4", sine_length="100")
    first, second = (error.value for error in at.error)
    assert "Trying to backward through the graph a second time" in first
    assert "modified by an inplace operation" in second
    assert "Press Measure" in words(at)
    press(at, "sine_measure")
    until(at, lambda at: "6 of 6 graphs" in _progress(at))
    assert "From 1 to 50 segments in one graph, 50 times as many" in words(at)
    nodes = drawn(titled(at)["What one step costs"], "operations in the graph")
    assert nodes[:, 0].tolist() == [1, 2, 5, 10, 20, 50]
    at.run()
    assert at.button(key="sine_cancel").disabled


def test_a_measurement_can_be_cancelled(open_app):
    at = open_app("sine", view="Without detach", sine_hidden="4", sine_length="2")
    press(at, "sine_measure")
    press(at, "sine_cancel")
    before = _progress(at)
    at.run()
    assert _progress(at) == before
    assert "8 of 8" not in before
    assert not at.button(key="sine_measure").disabled


def test_in_words_such_a_run_says_what_became_of_its_state():
    for carry, said in (
        ("detach", "state carried"),
        ("reset", "state reset"),
        ("full", "state carried in one graph"),
    ):
        config = SineConfig(carry=carry)
        assert progress_text.trained_on(config) == f"100 segments of 10 steps × 1, {said}"
        record = Record("x" * 22, config, 0.0, "done", held_out=HELD_OUT)
        now = datetime.now(UTC)
        assert progress_text.run_title(record, now) == f"RNN 32, segments of 10, {said}, 99.2 %"


def _progress(at):
    return " ".join(bar.proto.text for bar in at.get("progress"))


def test_what_is_taken_home_is_of_the_runs_that_are_shown(open_app):
    at = trained(open_app, sine_length="5")
    group, networks = networks_of(at)
    found = side_by_side.standing(run_manager.find_any, group)
    files = sine_downloads.files((), found, "https://there/sine")
    content = {file.name: file.content() for file in files}
    kinds = ("history-{}.csv", "weights-{}.safetensors", "curves-{}.svg")
    each = {kind.format(name) for kind in kinds for name in ("carried", "reset")}
    assert set(content) == {"sine.py", "sine.ipynb", "answers.csv", *each}
    assert "SEGMENT_LENGTH = 5" in content["sine.py"]
    for name, run_id in zip(("carried", "reset"), group.runs, strict=True):
        told = content[f"history-{name}.csv"]
        snapshot = run_manager.find_any(run_id)[0]
        assert told == history_csv.history_csv(snapshot, "the next segments", "segments")
        weights = load(content[f"weights-{name}.safetensors"])
        for key, value in run_manager.weights_at(run_id, snapshot.steps).items():
            assert torch.equal(weights[key], value)
    rows = list(csv.DictReader(io.StringIO(content["answers.csv"])))
    assert len(rows) == 80
    target = Source.of(networks[0][0]).take(int(rows[0]["step"]), 80).y.flatten()
    np.testing.assert_allclose([float(row["target"]) for row in rows], target, atol=1e-6)
    at.session_state[session_keys.TAKE_HOME] = True
    at.run()
    assert any("sine_runs=" + group.id in block.value for block in at.code)


def test_before_the_first_run_the_script_is_of_what_start_would_train(home):
    planned = tuple(sine_form.plan({**sine_form.DEFAULTS, "sine_length": 9}))
    content = {file.name: file.content() for file in sine_downloads.files(planned, None, "")}
    assert "SEGMENT_LENGTH = 9" in content["sine.py"]
    assert set(content) == {"sine.py", "sine.ipynb", "answers.csv"}


def test_the_list_of_runs_opens_such_a_run_here(open_app):
    at = trained(open_app)
    group, networks = networks_of(at)
    config = run_manager.store().load(group.runs[1]).config
    assert config == networks[1][0]
    assert open_run.lesson(group.runs[1], config) == ("sine", {"sine_runs": group.id})
