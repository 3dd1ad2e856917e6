"""Tests of the Runs page: list, name, delete, restore, compare."""

import re
import unicodedata

import numpy as np
import pytest

from rnnviz.chapters.recurrence.recall_config import DelayConfig
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.store.group_record import Group, save_group
from rnnviz.training.store.run_record import UnknownRunError
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import selected_runs
from rnnviz.ui.widgets import open_run
from tests.apptest import component, labelled, words
from tests.jobs import started_paused
from tests.pages.test_strange_text import STRANGE, works
from tests.stored_runs import keep, run_config

LONG = RunConfig(ModelConfig(hidden_size=4), TrainConfig(epochs=50), device="cpu")


@pytest.fixture(autouse=True)
def empty_store(home, monkeypatch, tmp_path):
    monkeypatch.setenv("RNNVIZ_HOME", str(tmp_path))
    (tmp_path / "MNIST").symlink_to(home / "MNIST", target_is_directory=True)
    run_manager.shut_down()
    run_manager.store.cache_clear()
    yield
    run_manager.shut_down()
    run_manager.store.cache_clear()


def tick(at, ids, *rows):
    at.session_state[selected_runs.kept_key(ids)] = {
        "selection": {"rows": list(rows), "columns": []}
    }
    at.run()
    assert not at.exception
    return at


def press(at, label):
    labelled(at.button, label).click().run()
    assert not at.exception
    return at


def listed(at):
    return at.dataframe[0].value["run"].tolist()


def several(*names, **others):
    """Keep runs, the first named the newest; return their ids."""
    return [keep(name=name, created=1e9 - age, **others)[0].id for age, name in enumerate(names)]


def test_without_any_run_the_way_to_one_is_shown(open_app):
    at = open_app("runs")
    assert [title.value for title in at.title] == ["Which network learnt it best?"]
    assert "No run is kept yet" in words(at)
    (link,) = at.get("page_link")
    assert (link.proto.label, link.proto.page) == ("Train a network", "train")


def test_the_list_says_of_each_run_what_it_is_and_how_far_it_came(open_app):
    keep(name="a good one", created=2e9)
    keep(run_config(cell="gru"), state="running", step=1, checkpoints=(0,), created=1e9)
    at = open_app("runs")
    rows = at.dataframe[0].value.to_dict("records")
    assert [row["run"] for row in rows] == ["a good one", "GRU 28 → 7, lr 0.01"]
    assert [row["state"] for row in rows] == ["done", "stopped at 33%"]
    assert rows[0]["read right"] == pytest.approx(98.12, abs=1e-3)
    assert np.isnan(rows[1]["read right"]), "it was not read any test digits yet"
    assert [row["parameters"] for row in rows] == [1116, 857]
    assert "2 of 200 runs, " in words(at)
    assert all(labelled(at.button, one).disabled for one in ("Open", "Compare", "Delete"))


def test_a_deleted_run_is_gone_until_that_is_undone(open_app):
    ids = several("one", "two", "three")
    at = tick(open_app("runs"), ids, 0, 2)
    press(at, "Delete")
    assert listed(at) == ["two"]
    assert "2 runs are deleted." in words(at)
    press(at, "Undo")
    assert listed(at) == ["one", "two", "three"]
    assert "deleted" not in words(at)


def test_a_tick_belongs_to_its_run_also_when_a_newer_one_comes(open_app):
    ids = several("one", "two")
    at = tick(open_app("runs"), ids, 0)
    assert not labelled(at.button, "Open").disabled
    keep(name="newer", created=2e9)
    at.run()
    assert listed(at) == ["newer", "one", "two"]
    assert labelled(at.button, "Open").disabled


def test_a_name_is_kept_and_taken_away_again(open_app):
    ids = several(None, "two")
    at = tick(open_app("runs"), ids, 0)
    at.text_input[0].set_value("  my   best ").run()
    assert listed(at) == ["my best", "two"]
    at.text_input[0].set_value("").run()
    assert listed(at)[0] == "LSTM 28 → 7, lr 0.01"


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_name_is_kept_tidy_and_shown_as_it_is(open_app, name):
    ids = several(None, "b")
    at = tick(open_app("runs"), ids, 0)
    at.text_input(key=selected_runs.name_key(ids[0])).set_value(name[:80]).run()
    works(at)
    kept_as = run_manager.store().load(ids[0]).name
    assert 0 < len(kept_as) <= 80
    assert "Cc" not in map(unicodedata.category, kept_as)
    assert listed(at)[0] == kept_as
    works(open_app("runs", view="Compare", runs=",".join(ids)))


def test_a_run_is_opened_on_the_train_page_and_in_its_link(open_app):
    ids = several("one", "two")
    at = press(tick(open_app("runs"), ids, 1), "Open")
    assert at.title[0].value == "How does a hidden state form?"
    assert at.query_params["run"] == ids[1]
    assert component(at, "training")[0]["run"]["key"] == ids[1]
    at.switch_page("../../pages/runs.py").run()
    at.switch_page("../../pages/train.py").run()
    assert at.query_params["run"] == ids[1]


def test_two_that_are_ticked_are_laid_over_one_another_and_named_in_the_link(open_app):
    ids = several("one", "two", "three")
    at = press(tick(open_app("runs"), ids, 0, 2), "Compare")
    assert at.multiselect[0].value == [ids[0], ids[2]]
    assert at.query_params["runs"] == f"{ids[0]},{ids[2]}"
    assert [run["name"] for run in component(at, "compare")[0]["runs"]] == ["one", "three"]
    at.multiselect[0].set_value([ids[1], ids[2]]).run()
    assert [run["name"] for run in component(at, "compare")[0]["runs"]] == ["two", "three"]


def test_a_link_to_a_comparison_is_followed_and_what_is_not_there_is_said(open_app):
    ids = several("one", "two")
    at = open_app("runs", view="Compare", runs=f"{ids[1]},made-up,{ids[0]}")
    assert "There is no run 'made-up', or none any more" in words(at)
    assert [run["name"] for run in component(at, "compare")[0]["runs"]] == ["two", "one"]


def test_what_goes_on_cannot_be_deleted_and_that_is_said(open_app):
    run_id = started_paused(run_manager.jobs(), LONG)
    at = press(tick(open_app("runs"), [run_id], 0), "Delete")
    assert f"Run {run_id} is being trained right now" in words(at)
    assert at.dataframe[0].value["state"].tolist() == ["paused"]
    run_manager.jobs().cancel(run_id)
    press(tick(at, [run_id], 0), "Delete")
    assert "No run is kept yet" in words(at)


def test_a_damaged_run_does_not_hide_the_others_and_can_be_deleted(open_app):
    ids = several("one", "two")
    (run_manager.store().folder(ids[0]) / "run.json").write_text("{")
    at = open_app("runs")
    assert listed(at) == ["two"]
    assert f"Run {ids[0]} is damaged, its run.json cannot be read" in words(at)
    press(at, "Delete it")
    assert "damaged" not in words(at)


def test_a_store_that_cannot_be_read_is_one_sentence(open_app, tmp_path):
    (tmp_path / "runs").write_text("no folder")
    at = open_app("runs")
    told = "The store of runs could not be read: a file is where the server's folder should be."
    assert told in words(at)


def test_what_is_larger_than_the_server_allows_is_refused_in_words_at_the_start(
    open_app, monkeypatch
):
    monkeypatch.setenv("RNNVIZ_PARAMETERS", "1000")
    at = press(open_app("train", hidden="8"), "Start")
    told = [warning.value for warning in at.warning]
    assert "cannot start: a training may have 1,000 parameters here, this one has 1," in told[0]
    assert run_manager.store().runs() == ((), ())


def test_runs_of_races_and_searches_are_shown_only_if_asked_for(open_app):
    ids = several("mine", "of a race")
    save_group(run_manager.store(), Group("g" * 22, "race", (ids[1],)))
    at = open_app("runs")
    assert listed(at) == ["mine"]
    at.toggle(key="grouped").set_value(True).run()
    assert listed(at) == ["mine", "of a race"]


def test_on_a_shared_server_nobody_sees_the_runs_of_others(open_app, monkeypatch):
    ids = several("one", "two")
    monkeypatch.setenv("RNNVIZ_SHARED", "1")
    at = open_app("runs")
    assert "No run is kept yet" in words(at)
    mine = open_app("train", run=ids[1])
    mine.switch_page("../../pages/runs.py").run()
    assert listed(mine) == ["two"]


def test_who_had_to_make_room_is_told(open_app, monkeypatch):
    several(*[None] * 4)
    monkeypatch.setattr(run_manager.store(), "max_runs", 3)
    run_id = started_paused(run_manager.jobs(), LONG)
    run_manager.jobs().cancel(run_id)
    at = open_app("runs")
    assert re.search(r"Since the server started 2 did, the last: LSTM 7, 98.1 %", words(at))
    with pytest.raises(UnknownRunError):
        run_manager.store().load("x" * 22)


def test_a_lessons_run_is_listed_opens_on_its_page_and_is_not_compared(open_app):
    lesson = DelayConfig(device="cpu")
    ids = [keep(lesson, checkpoints=())[0].id]
    save_group(run_manager.store(), Group("d" * 22, "delay", tuple(ids)))
    at = open_app("runs")
    assert "Only runs of races, searches and lessons are kept" in words(at)
    at.toggle(key="grouped").set_value(True).run()
    [table] = at.dataframe
    assert table.value["trained on"][0] == "1,600 sequences of 51 steps × 10, in 32s"
    assert table.value["run"][0] == "LSTM 16 → 32, lr 0.005"
    tick(at, ids, 0)
    assert not labelled(at.button, "Open").disabled
    at.session_state[session_keys.TAKE_HOME] = True
    at.run()
    assert at.code[0].value == f"/recurrence?view=Memory+span&delay_runs={'d' * 22}"
    link = {"view": "Memory span", "delay_runs": "d" * 22}
    assert open_run.lesson(ids[0], lesson) == ("recurrence", link)
    other = open_app("runs", view="Compare")
    assert other.multiselect[0].options == []
