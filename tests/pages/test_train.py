import os
import re
import signal
import time

import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.ui.server import run_manager
from rnnviz.ui.widgets import training_settings
from rnnviz.ui.widgets.setting_kinds import OWN
from tests.apptest import component, press, until, words

pytestmark = pytest.mark.usefixtures("one_job_manager", "nothing_goes_on")

QUICK = {"digits": "100", "epochs": "2"}  # four steps


def view(at: AppTest):
    return component(at, "training")


def state(at: AppTest) -> str:
    return view(at)[0]["run"]["state"]


def wait(at: AppTest, *states: str) -> AppTest:
    """Look again, as the ticking fragment does, until the run stands so."""
    return until(at, lambda at: state(at) in states)


def test_the_page_has_one_title_and_says_what_start_would_train(open_app):
    at = open_app("train")
    assert [title.value for title in at.title] == ["How does a hidden state form?"]
    assert state(at) == "idle"
    assert at.selectbox(key="preset").value == "the notebook"
    assert "LSTM 28 → 64 · 24,714 parameters · 938 steps of 64 digits, about" in words(at)
    assert any("LSTM(28, 64)" in block.value for block in at.code)
    assert not at.button(key="start").disabled
    assert at.button(key="pause").disabled
    assert at.button(key="stop").disabled


def test_a_run_goes_to_its_end_and_shows_all_of_it(open_app):
    at = press(open_app("train", **QUICK), "start")
    wait(at, "done")
    for _ in range(10):  # the past is filled in at each run of the page
        at.run()
    header, arrays = view(at)
    assert header["run"]["steps"] == 4
    assert header["run"]["progress"] == 1.0
    assert header["frame_steps"] == [0, 1, 2, 3, 4]
    assert arrays["h"].shape == (5, 28, 64)
    assert arrays["belief"].sum(-1) == pytest.approx(1, abs=1e-5)
    assert (arrays["reach_h"] > 0).all()
    assert (arrays["reach_c"] > 0).all()
    assert arrays["confusion"].sum((1, 2)).tolist() == [1000] * 5
    assert header["labels"] == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert len(arrays["step"]) == 4
    assert len(header["lights"]) == 5
    assert "it reads" in words(at)
    assert "of the 10,000 test digits right" in words(at)
    printed = next(block.value for block in at.code if "Epoch" in block.value)
    assert printed.endswith("[7 2 1 0 4 1 4 9 5 9] real number")


def test_step_before_a_run_starts_one_that_pauses_and_each_press_goes_on(open_app):
    at = press(open_app("train", **QUICK), "step")
    wait(at, "paused")
    assert view(at)[0]["frame_steps"][-1] == 1
    press(at, "step")
    while view(at)[0]["frame_steps"][-1] < 2:
        at.run()
    assert at.button(key="pause").label == "Resume"
    assert at.button(key="start").disabled
    press(at, "pause")
    wait(at, "done")


def test_a_press_delivered_twice_is_one(open_app):
    at = press(open_app("train", **QUICK), "step")
    wait(at, "paused")
    run_id = at.query_params["run"]
    snapshot = run_manager.jobs().snapshot(run_id)
    press(at, "step")
    run_manager.jobs().step(run_id, 1, since=snapshot.step)  # the same once more
    while run_manager.jobs().snapshot(run_id).step < 2:
        time.sleep(0.01)
    time.sleep(0.3)
    assert run_manager.jobs().snapshot(run_id).step == 2


def test_stop_ends_the_run_and_keeps_what_it_has_shown(open_app):
    at = press(open_app("train", epochs="100"), "start")
    wait(at, "running")
    while not len(view(at)[1]["step"]):
        at.run()
    press(at, "stop")
    assert state(at) == "cancelled"
    at.run()
    assert len(view(at)[1]["step"]) > 0
    assert not at.button(key="start").disabled


@pytest.mark.slow
@pytest.mark.parametrize("setting", training_settings.ALL, ids=lambda setting: setting.key)
def test_whatever_the_sidebar_offers_trains_for_a_few_steps(open_app, setting):
    given = {"time_step": "pixels"} if setting.key == "chunk" else {}
    at = open_app("train", digits="100", **given)
    for value in offered(setting):
        [widget] = [w for w in widgets(at) if w.key == setting.key]
        widget.set_value(value).run()
        assert not at.exception
        assert not at.error, f"{setting.key} = {value}: {at.error[0].value}"
        # A run that ends by itself leaves its worker ready for the next; one that is stopped not.
        steps = int(re.findall(r"parameters · ([\d,]+) steps", words(at))[-1].replace(",", ""))
        press(at, "start" if steps <= 100 else "step")
        wait(at, "paused", "done")
        assert view(at)[0]["frame_steps"][-1] == (steps if steps <= 100 else 1), value
        if state(at) == "paused":
            press(at, "stop")


def offered(setting):
    if isinstance(setting, training_settings.Choice):
        return setting.options
    if isinstance(setting, training_settings.Number):
        return (setting.least, setting.most)
    return (True, False)


def widgets(at):
    kinds = ("selectbox", "select_slider", "slider", "number_input", "toggle")
    return [widget for kind in kinds for widget in getattr(at, kind)]


@pytest.mark.parametrize("name", training_settings.PRESETS)
def test_a_preset_sets_everything_and_is_told_from_it(open_app, name):
    at = open_app("train")
    at.selectbox(key="preset").set_value(name).run()
    assert not at.exception
    values = {w.key: w.value for w in widgets(at) if w.key in training_settings.DEFAULTS}
    assert values == training_settings.PRESETS[name]
    assert at.selectbox(key="preset").value == name
    at.slider(key="hidden").set_value(77).run()
    assert at.selectbox(key="preset").value == OWN


@pytest.mark.parametrize("name", training_settings.PRESETS)
def test_a_link_may_name_a_preset(open_app, name):
    at = open_app("train", preset=name, seed="5")
    values = {w.key: w.value for w in widgets(at) if w.key in training_settings.DEFAULTS}
    assert values == {**training_settings.PRESETS[name], "seed": 5}


def test_a_link_sets_every_setting(open_app):
    link = {
        **{"cell": "GRU", "hidden": "100", "lr": "0.001", "epochs": "3", "layers": "2"},
        **{"bidirectional": "true", "dropout": "0.2", "optimizer": "SGD", "schedule": "cosine"},
        **{"batch": "128", "clip": "1", "seed": "9", "digits": "3000", "head": "mean"},
        **{"augmentation": "shifted", "time_step": "pixels", "chunk": "14"},
    }
    at = open_app("train", **link)
    assert "GRU 14 → 2 × 100, 2 layers, two directions" in words(at)
    assert "72 steps of 128 digits" in words(at)
    assert not at.warning


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ({"hidden": "1e9"}, "hidden = '1e9', which is not within 1 to 512: 64 stands in."),
        ({"epochs": "-1"}, "epochs = '-1', which is not within 1 to 100: 1 stands in."),
        ({"hidden": "1000000000"}, "which is not within 1 to 512"),
        ({"cell": "<b>"}, r"cell = '\<b\>', which is not there: LSTM stands in."),
        ({"lr": "inf"}, "lr = 'inf', which is not there: 0.01 stands in."),
        ({"bidirectional": "maybe"}, "bidirectional = 'maybe', which is not there: false"),
        ({"seed": "-3"}, "seed = '-3', which is not within 0 to 4294967295: 0 stands in."),
        ({"probe": "10000"}, "probe = '10000', which is not within 0 to 9999: 0 stands in."),
        ({"preset": "magic"}, "The link asks for the preset 'magic', which is not there."),
        ({"run": "made-up"}, "There is no run 'made-up', or none any more. Press Start to train"),
    ],
)
def test_a_link_that_makes_no_sense_is_refused_in_words(open_app, link, told):
    at = open_app("train", **link)
    assert told in words(at)
    assert "LSTM 28 → 64 · 24,714 parameters" in words(at)
    assert state(at) == "idle"


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ({"cell": "GRU", "forget_bias": "1"}, "Only an LSTM has a forget gate: choose LSTM, or"),
        (
            {"hidden": "512", "layers": "4", "bidirectional": "true", "batch": "1024"},
            "This cannot be trained here: this run has",
        ),
    ],
)
def test_what_does_not_go_together_is_refused_before_the_start(open_app, link, told):
    at = open_app("train", **link)
    assert told in words(at)
    assert at.button(key="start").disabled
    assert at.button(key="step").disabled


def test_what_torch_only_warns_of_is_said_too(open_app):
    at = open_app("train", dropout="0.5")
    assert "Dropout 0.5 does nothing with one layer" in words(at)
    assert not at.button(key="start").disabled


def test_a_worker_that_is_killed_is_said_with_the_way_out(open_app):
    at = press(open_app("train", epochs="100"), "start")
    wait(at, "running")
    job = run_manager.jobs()._roster.job(at.query_params["run"])
    os.kill(job.worker.process.pid, signal.SIGKILL)
    wait(at, "failed")
    assert "was killed by signal 9 (SIGKILL)" in words(at)
    assert "Press Resume to go on" in words(at)
    assert not at.button(key="start").disabled


def test_a_run_that_ended_early_goes_on_at_a_press_also_after_a_restart_of_the_server(open_app):
    at = press(open_app("train", epochs="100"), "start")
    wait(at, "running")
    run_id = at.query_params["run"]
    run_manager.shut_down()
    again = open_app("train", run=run_id)
    assert state(again) == "cancelled"
    assert "The training was stopped: the server was shut down. Press Resume to go on" in words(
        again
    )
    before = run_manager.store().load(run_id).step
    assert again.button(key="pause").label == "Resume"
    press(again, "pause")
    wait(again, "running")
    assert run_manager.jobs().snapshot(run_id).step >= before
    press(again, "stop")
    wait(again, "cancelled")
    press(again, "pause")
    wait(again, "running")
    press(again, "stop")


def test_why_a_run_cannot_go_on_is_said_beside_the_button(open_app):
    at = press(open_app("train", epochs="100"), "start")
    wait(at, "running")
    press(at, "stop")
    run_id = at.query_params["run"]
    assert run_manager.jobs().keeper.settled(run_id, 10.0)
    with run_manager.store().claim(run_id):  # as another server does
        press(at, "pause")
        told = f"The training cannot go on: run {run_id} is being trained right now"
        assert told in words(at)
        assert state(at) == "cancelled"
    at.run()
    assert told not in words(at)


def test_another_session_finds_the_run_by_its_link(open_app):
    first = press(open_app("train", epochs="100"), "start")
    wait(first, "running")
    second = open_app("train", epochs="100", run=first.query_params["run"])
    wait(second, "running")
    press(second, "stop")
    wait(first, "cancelled")


def test_a_cell_of_the_confusion_opens_its_digits_row_by_row(open_app):
    at = press(open_app("train", **QUICK), "start")
    wait(at, "done")
    at.run()
    header, arrays = view(at)
    counts = arrays["confusion"][-1]
    true, predicted = divmod(int(counts.argmax()), 10)
    cell = {"run": header["run"]["key"], "step": 4, "true": true, "predicted": predicted}
    at.session_state["training"] = {"cell": {**cell, "serial": 1}}
    at.run()
    assert not at.exception
    took = "read right" if true == predicted else f"taken for {predicted}"
    title = at.subheader[0].value
    assert f"{int(counts[true, predicted])} digits that are {true}, {took}," in title
    player, parts = component(at, "player")
    assert player["word"] == "row"
    assert parts["belief"].shape == (28, 10)
    assert parts["belief"][-1].argmax() == predicted


def test_the_watched_digit_can_be_chosen_also_in_the_link(open_app):
    at = open_app("train", probe="2")
    assert view(at)[0]["probe"] == "test digit 2, a 1"
    at.number_input(key="probe").set_value(61).run()
    assert re.fullmatch(r"test digit 61, a \d", view(at)[0]["probe"])


def test_the_drawing_of_the_draw_page_can_be_watched(open_app):
    at = open_app("draw")
    at.session_state["pad"] = {"ink": {"seq": 1, "down": False, "strokes": [[140, 40, 140, 240]]}}
    at.run()
    at.session_state["_drawing"] = at.session_state["pad"]["ink"]
    at.switch_page("../../pages/train.py").run()
    at.toggle(key="probe_drawing").set_value(True).run()
    assert not at.exception
    assert view(at)[0]["probe"] == "your drawing"
    assert view(at)[1]["picture"].sum() > 0


def test_one_step_shows_the_tensors_of_the_notebook(open_app):
    told = words(open_app("train"))
    for shape in ("(64, 1, 28, 28)", "(64, 28, 28)", "(64, 28, 64)", "(64, 64)", "(64, 10)"):
        assert f"**{shape}**" in told
    for code in ("x = b_x.view(-1, 28, 28)", "r_out[:, -1, :]", "torch.max(out, 1)[1]"):
        assert f"`{code}`" in told
    assert "None as first state equals zeros: the largest difference is 0." in told


def test_who_comes_second_waits_in_a_queue_and_sees_the_place(open_app, monkeypatch):
    if run_manager.jobs()._limit != 1:
        monkeypatch.setattr(run_manager.jobs(), "_limit", 1)
    first = press(open_app("train", epochs="100"), "start")
    wait(first, "running")
    second = press(open_app("train", **QUICK), "start")
    assert state(second) == "queued"
    assert view(second)[0]["run"]["words"] == "waiting for a free place: next in the queue"
    press(first, "stop")
    wait(second, "done")
