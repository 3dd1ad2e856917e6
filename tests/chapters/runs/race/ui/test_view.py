"""Tests of the race view in AppTest, with real runs."""

import math
import re

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rnnviz.chapters.runs.race.race import Plan
from rnnviz.chapters.runs.race.ui import form
from rnnviz.chapters.runs.race.ui.components.race import Chosen
from rnnviz.training.store.group_record import Group, groups, save_group
from rnnviz.ui.server import run_manager
from rnnviz.ui.widgets import training_settings
from tests.apptest import component, press, until, words

pytestmark = pytest.mark.usefixtures("one_job_manager", "nothing_goes_on")

QUICK = {"race_budget": "2000", "race_digits": "100", "race_epochs": "1", "race_seeds": "2"}
T_1 = 1 / math.tan(math.pi * 0.05 / 3 / 2)  # Student's with one degree of freedom: Cauchy's


def script():
    from rnnviz.chapters.runs.race.ui import view

    view.show()


def open_race(**link):
    st.cache_resource.clear()
    at = AppTest.from_function(script, default_timeout=180)
    for name, value in link.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def header(at):
    return component(at, "race")[0]


def said(at):
    return header(at)["said"]


def enabled(at):
    keys = ("race_start", "race_pause", "race_step", "race_stop")
    return [key for key in keys if not at.button(key=key).disabled]


def test_sizes_and_time_are_shown_before_the_start():
    at = open_race()
    assert re.search(
        r"Start would race: RNN 138 units \(24,574 parameters\) · GRU 75 \(24,385\) · "
        r"LSTM 64 \(24,714\) · 10,000 digits, 2 epochs, 5 seeds, about \d+ (s|min)\.",
        words(at),
    )
    assert enabled(at) == ["race_start", "race_step"]
    found, arrays = component(at, "race")
    assert [(r["size"], r["parameters"]) for r in found["racers"]] == [
        ("138 units", "24,574 parameters"),
        ("75 units", "24,385 parameters"),
        ("64 units", "24,714 parameters"),
    ]
    assert [(row["number"], row["seed"]) for row in found["rows"]] == [
        (k + 1, 3 * k) for k in range(5)
    ]
    assert (found["duels"], found["said"]["steps"]) == ([], 314)
    assert found["said"]["sentence"].startswith("Nothing is raced yet: press Start")
    assert all(array.size == 0 for array in arrays.values())


def test_a_race_runs_to_its_end_and_its_intervals_are_those_of_a_hand():
    at = press(open_race(**QUICK), "race_start")
    assert said(at)["state"] == "going"
    assert enabled(at) == ["race_pause", "race_stop"]
    until(at, lambda at: said(at)["state"] == "done")
    found, arrays = component(at, "race")
    names = [racer["name"] for racer in found["racers"]]
    read = np.array([[percent(r["words"]) for r in row["results"]] for row in found["rows"]])
    assert read.shape == (2, 3)
    assert [r["mean"] for r in found["racers"]] == [f"{m:.2f} %" for m in read.mean(0)]
    assert len(found["duels"]) == 3
    for duel in found["duels"]:
        first, second = read[:, names.index(duel["better"])] - read[:, names.index(duel["other"])]
        assert duel["mean"] == pytest.approx((first + second) / 2, abs=1e-9)
        assert duel["half_width"] == pytest.approx(T_1 * abs(first - second) / 2, abs=1e-6)
        assert duel["words"] in said(at)["sentence"]
    assert said(at)["sentence"].endswith("(over 2 seeds; all three hold together with 95 %).")
    assert said(at)["words"].startswith("done · 2 rounds · took 0:")
    assert (said(at)["progress"], said(at)["shown"]) == (1.0, 2)
    best = [[r["best"] for r in row["results"]] for row in found["rows"]]
    assert best == (read == read.max(1, keepdims=True)).tolist()
    assert arrays["0.step"].tolist() == [1, 2]
    assert enabled(at) == ["race_start", "race_step"]


def percent(share):
    assert re.fullmatch(r"\d+\.\d\d %", share), share
    return float(share.removesuffix(" %"))


def test_a_round_that_is_chosen_shows_its_curves():
    at = press(open_race(**QUICK), "race_start")
    until(at, lambda at: said(at)["state"] == "done")
    second = component(at, "race")[1]["0.loss"]
    at.session_state["race_view"] = {"shown": {"race": said(at)["key"], "round": 1}}
    at.run()
    assert said(at)["shown"] == 1
    assert component(at, "race")[1]["0.loss"].tolist() != second.tolist()


def test_a_stopped_race_goes_on_also_after_a_restart_of_the_server_by_its_link():
    at = press(open_race(**{**QUICK, "race_digits": "3000"}), "race_start")
    until(at, lambda at: said(at)["progress"] > 0)
    press(at, "race_stop")
    assert said(at)["state"] == "stopped"
    assert said(at)["words"] == "stopped · 0 of 2 rounds complete"
    assert "The training was stopped. Press Resume to go on" in words(at)
    assert enabled(at) == ["race_start", "race_pause", "race_step"]
    link = at.query_params["race"]
    press(at, "race_pause")
    assert said(at)["state"] == "going"
    until(at, lambda at: any(r["share"] > 0 for r in header(at)["rows"][0]["results"]))
    run_manager.shut_down()
    again = open_race(race=link)
    assert said(again)["state"] == "stopped"
    assert "The training was stopped: the server was shut down. Press Resume" in words(again)
    assert "This race: RNN 28 units (1,914 parameters)" in words(again)
    press(again, "race_pause")
    assert (said(again)["state"], said(again)["key"]) == ("going", link)
    assert enabled(again) == ["race_pause", "race_stop"]


def test_a_press_of_start_that_comes_twice_is_one_race():
    before = len(groups(run_manager.store())[0])
    at = open_race(**QUICK)
    twice = open_race(**QUICK)
    press(at, "race_start")
    twice.session_state["race"] = at.query_params["race"]  # its screen is as it was
    press(twice, "race_start")
    assert said(twice)["key"] == said(at)["key"]
    assert len(groups(run_manager.store())[0]) == before + 1


def test_why_a_race_cannot_start_is_said_where_the_button_is(monkeypatch):
    at = open_race(**QUICK)
    monkeypatch.setattr(run_manager.jobs(), "_most_waiting", 0)
    press(at, "race_start")
    assert "The training cannot start: 0 trainings wait already; try again later." in words(at)
    assert enabled(at) == ["race_start", "race_step"]


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ({"race": "made-up"}, "There is no race 'made-up', or none any more. Press Start"),
        ({"race": "A" * 22}, f"There is no race '{'A' * 22}', or none any more. Press Start"),
        ({"race_budget": "7"}, "race_budget = '7', which is not there: 24714 stands in."),
        ({"race_seeds": "99"}, "race_seeds = '99', which is not within 1 to 10: 5 stands in."),
        ({"race_lr": "inf"}, "race_lr = 'inf', which is not there: 0.003 stands in."),
    ],
)
def test_a_link_that_makes_no_sense_is_refused_in_words(link, told):
    at = open_race(**link)
    assert told in words(at)
    assert "LSTM 64 (24,714)" in words(at)
    assert said(at)["state"] == "idle"


def test_a_damaged_race_and_a_search_are_said_in_a_sentence():
    path = run_manager.store().root / ".groups" / f"{'D' * 22}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{")
    save_group(run_manager.store(), Group("S" * 22, "search"))
    assert "is damaged and cannot be read" in words(open_race(race="D" * 22))
    assert f"{'S' * 22} is a search, not a race. Press Start" in words(open_race(race="S" * 22))
    path.unlink()


def test_what_is_no_race_is_refused_before_the_start():
    at = open_race(race_budget="500000")
    assert "is no fair race: the RNN may have 512 units, which are 282,634 parameters" in words(at)
    assert "Choose another number of parameters, or leave a cell out." in words(at)
    assert enabled(at) == []
    at.pills(key="race_cells").set_value(["GRU", "LSTM"]).run()
    assert not at.error
    assert [racer["name"] for racer in header(at)["racers"]] == ["GRU", "LSTM"]
    assert enabled(at) == ["race_start", "race_step"]
    at.pills(key="race_cells").set_value(["GRU"]).run()
    assert "A race has at least two cells: choose one more." in words(at)


def test_every_shared_setting_is_one_of_the_train_pages():
    known = {setting.key: setting for setting in training_settings.ALL}
    for setting in form.SHARED:
        own = known[setting.key.removeprefix("race_")]
        assert type(setting) is type(own)
        assert setting.label == own.label
    values = {**training_settings.DEFAULTS, **form.DEFAULTS}
    assert Plan(base=training_settings.run_config(values)).contestants[0].training.lr == 0.003


@pytest.mark.parametrize(
    ("opened", "shown", "expected"),
    [
        (None, None, Chosen()),
        ({"run": "a"}, {"race": "r", "round": 2}, Chosen("a", 2)),
        ({"run": 3}, {"race": "other", "round": 2}, Chosen()),
        ("a", {"race": "r", "round": True}, Chosen()),
        ([], {"race": "r", "round": -1}, Chosen()),
    ],
)
def test_what_comes_from_the_client_is_checked(opened, shown, expected):
    assert Chosen.of(opened, shown, "r") == expected
