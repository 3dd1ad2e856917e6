"""Tests of the search view in AppTest, with real searches."""

import secrets
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rnnviz.chapters.runs.search.plan import MOST, PRESETS, Range, SearchPlan, Space
from rnnviz.chapters.runs.search.sampler import expected
from rnnviz.chapters.runs.search.trials import Trial, written
from rnnviz.chapters.runs.search.ui import form, server, view
from rnnviz.chapters.runs.ui import keys as runs_keys
from rnnviz.training.store.group_record import Group, save_group
from rnnviz.training.store.run_store import RunStore
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets.setting_kinds import Choice
from tests.apptest import words

ROOT = Path(__file__).resolve().parents[5]
ROUTER = """
from pathlib import Path
import streamlit as st
from rnnviz.chapters.runs.search.ui import view
def page():
    st.title("Search")
    view.show()
st.navigation([
    st.Page(page, title="Search", default=True),
    st.Page(Path({train!r}), title="Train"),
]).run()
"""


@pytest.fixture
def open_view(tmp_path):
    script = tmp_path / "router.py"
    script.write_text(ROUTER.format(train=str(ROOT / "pages" / "train.py")))

    def open_(**link):
        st.cache_data.clear()
        st.cache_resource.clear()
        at = AppTest.from_file(str(script), default_timeout=180)
        for name, value in link.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception
        return at

    yield open_
    server.shut_down()
    run_manager.shut_down()


def small(at):
    """Make what the form asks for quick to search."""
    at.selectbox(key=f"{session_keys.SEARCH_FORM}digits").set_value("300")
    at.number_input(key=f"{session_keys.SEARCH_FORM}epochs").set_value(1)
    at.number_input(key=f"{session_keys.SEARCH_FORM}folds").set_value(1)
    at.multiselect(key=f"{session_keys.SEARCH_FORM}values_hidden_size").set_value(["2", "4"])
    return at.run()


def finished(at, timeout_s=180.0):
    end = time.monotonic() + timeout_s
    while server.searches().snapshot(at.session_state["search"]).going:
        assert time.monotonic() < end
        time.sleep(0.05)
    at.run()
    assert not at.exception
    return at


def stored(plan, trials):
    """Keep a search that was stopped."""
    store = RunStore()
    group = Group(secrets.token_urlsafe(16), "search", settings=plan.to_dict())
    save_group(store, group)
    (store.root / ".groups" / f"{group.id}.trials.json").write_text(written(tuple(trials)))
    return group.id


def test_before_any_search_it_shows_the_first_preset_and_what_it_would_take(open_view):
    at = open_view()
    assert [title.value for title in at.title] == ["Search"]
    assert at.selectbox(key=f"{session_keys.SEARCH_FORM}preset").value == next(iter(PRESETS))
    assert "8 trials of 3 trainings, about" in words(at)
    assert "The 10,000 test digits were not read" in words(at)
    buttons = {
        key: at.button(key=f"search_{key}").disabled for key in ("start", "pause", "step", "stop")
    }
    assert buttons == {"start": False, "pause": True, "step": False, "stop": True}


def test_each_preset_is_what_the_form_asks_for_to_the_letter(open_view, monkeypatch):
    asked, told = [], form.summary
    monkeypatch.setattr(form, "summary", lambda plan: asked.append(plan) or told(plan))
    at = open_view()
    for name, plan in PRESETS.items():
        at.selectbox(key=f"{session_keys.SEARCH_FORM}preset").set_value(name).run()
        assert not at.exception
        found = asked[-1]
        assert replace(found, trials=plan.trials) == plan, name
        assert (found.trials, found.count) == (plan.trials, plan.count)


def test_a_search_is_started_and_found_by_its_link_and_its_best_run_opens_on_train(open_view):
    at = small(open_view())
    at.button(key="search_start").click().run()
    search_id = at.session_state["search"]
    assert at.query_params["search"] == search_id
    finished(at)
    assert [bar.value for bar in at.get("progress")] == [100]
    assert "Best: hidden size" in words(at)
    assert "is not to be trusted" in words(at)
    (table,) = at.dataframe
    assert sorted(table.value["Hidden size"]) == ["2", "4"]
    held_out = list(table.value["Held out, %"])
    assert held_out == sorted(held_out, reverse=True)
    again = open_view(search=search_id)
    assert "done · 2 trials" in str(again.get("progress")[0].proto)
    best = server.searches().snapshot(search_id).ranked()[0]
    at.button(key="open_search_run").click().run()
    assert at.session_state["run"] == best.runs[0]
    assert not at.exception
    assert "digits held out right" in words(at), "the Train page, and it does not speak of the test"


def test_a_search_that_was_stopped_is_resumed_paused_stepped_and_stopped(open_view):
    plan = SearchPlan(PRESETS["A wide search by TPE"].base, Space({"hidden_size": (2, 3)}))
    done = Trial(0, {"hidden_size": 2}, "done", held_out=(0.5,), train=(0.625,))
    at = open_view(search=stored(plan, [done]))
    search_id = at.session_state["search"]
    assert "50.0 % of 5,000 digits held out" in words(at)

    def press(key):
        at.button(key=f"search_{key}").click().run()
        assert not at.exception
        return server.searches().snapshot(search_id)

    assert at.button(key="search_pause").label == "Resume"
    assert press("pause").state == "running"
    assert press("pause").state == "paused"
    while not (steps := server.searches().snapshot(search_id).steps):
        time.sleep(0.01)
    at.run()
    press("step")
    (run_id,) = steps
    while run_manager.jobs().snapshot(run_id).step < 1:
        time.sleep(0.01)
    assert press("stop").state == "stopped"
    at.run()
    assert at.button(key="search_stop").disabled
    assert at.button(key="search_pause").label == "Resume"
    assert len(at.dataframe[0].value) == 2


def test_without_optuna_it_says_how_to_get_it_and_start_waits(open_view, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    form._measured.cache_clear()
    at = open_view()
    assert at.error[0].value == "A search needs Optuna to choose values: pip install optuna."
    assert at.button(key="search_start").disabled


def test_figures_come_with_what_they_show(open_view):
    def trial(number, share, **values):
        return Trial(number, values, "done", held_out=(share,), train=(share,))

    base = PRESETS["A wide search by TPE"].base
    sizes = SearchPlan(base, Space({"hidden_size": (2, 3), "cell": ("gru", "rnn")}))
    values = expected(sizes)
    one = [trial(0, 0.5, **values[0])]
    at = open_view(search=stored(sizes, one))
    assert [head.value for head in at.subheader] == ["Each trial a line", "Trials, the best first"]
    more = [*one, trial(1, 0.25, **values[1])]
    at = open_view(search=stored(sizes, more))
    assert at.subheader[0].value == "Fit and overfit against hidden size"
    assert len(at.get("plotly_chart")) == 2
    only = SearchPlan(base, Space({"cell": ("gru", "rnn")}))
    at = open_view(search=stored(only, [trial(0, 0.5, cell="gru")]))
    assert len(at.get("plotly_chart")) == 0


def test_the_trial_to_open_is_the_best_one_whichever_that_is_by_now(open_view):
    base = PRESETS["A wide search by TPE"].base
    plan = SearchPlan(base, Space({"hidden_size": (2, 3, 4)}))
    runs_of = [secrets.token_urlsafe(16) for _ in range(2)]
    trials = [
        Trial(k, {"hidden_size": 2 + k}, "done", (runs_of[k],), (share,), (share,))
        for k, share in enumerate((0.5, 0.75))
    ]
    search_id = stored(plan, trials[:1])
    at = open_view(search=search_id)
    (RunStore().root / ".groups" / f"{search_id}.trials.json").write_text(written(tuple(trials)))
    at.run()
    assert at.selectbox(key=runs_keys.SEARCH_TRIAL).options == [
        "the best",
        "50.0 % · hidden size 2",
    ]
    assert at.selectbox(key=runs_keys.SEARCH_TRIAL).value == view.BEST


def test_what_was_refused_or_failed_stands_below_with_its_reason(open_view):
    base = PRESETS["A wide search by TPE"].base
    plan = SearchPlan(base, Space({"cell": ("gru", "rnn", "lstm")}))
    trials = [
        Trial(0, {"cell": "gru"}, "refused", note="it cannot be"),
        Trial(1, {"cell": "rnn"}, "failed", note="the worker died"),
        Trial(2, {"cell": "lstm"}, "done", held_out=(0.5,), train=(0.5,)),
    ]
    (table,) = open_view(search=stored(plan, trials)).dataframe
    assert list(table.value["Cell"]) == ["LSTM", "GRU", "RNN"]
    notes = list(table.value["Note"])
    assert notes == ["", "refused: it cannot be", "failed: the worker died"]


@pytest.mark.parametrize("link", ["nonsense", "A" * 22, "../../x"])
def test_a_link_to_no_search_is_told_and_a_new_one_can_be_started(open_view, link):
    at = open_view(search=link)
    assert "cannot be shown: there is no run" in words(at)
    assert "search" not in at.query_params
    assert not at.button(key="search_start").disabled


def test_what_cannot_be_searched_is_told_in_words_and_start_waits(open_view):
    at = open_view()
    at.multiselect(key=f"{session_keys.SEARCH_FORM}vary").set_value([]).run()
    assert at.error[0].value == "This cannot be searched: a search varies at least one setting."
    assert at.button(key="search_start").disabled
    at.multiselect(key=f"{session_keys.SEARCH_FORM}vary").set_value(["hidden_size", "lr"]).run()
    assert not at.error
    at.number_input(key=f"{session_keys.SEARCH_FORM}folds").set_value(12).run()
    assert f"a search has at most {MOST}" in at.error[0].value
    at.number_input(key=f"{session_keys.SEARCH_FORM}folds").set_value(1).run()
    at.segmented_control(key=f"{session_keys.SEARCH_FORM}method").set_value("Random").run()
    assert not at.exception
    at.selectbox(key=f"{session_keys.SEARCH_FORM}to_lr").set_value("1e-06").run()
    assert "a range goes up from above 0, got 0.0003 to 1e-06" in at.error[0].value


@pytest.mark.parametrize("key", form.VARIED)
def test_every_value_is_written_as_in_the_sidebar_and_makes_a_run_of_its_own(key):
    base = PRESETS["Learning rate and cell"].base
    values = form.options(key)
    assert len(set(values.values())) == len(values) > 1
    for text, value in values.items():
        assert form.words(key, value) == text
        SearchPlan(base, Space({key: (value,)})).runs({key: value})
    setting = form.VARIED[key]
    if isinstance(setting, Choice):
        assert tuple(text.replace(",", "") for text in values) == setting.options
    assert set(form._first(key)) <= set(values)


def test_values_between_those_of_the_sidebar_are_written_short():
    assert form.words("lr", 0.00257123) == "0.00257"
    assert form.words("hidden_size", 114) == "114"
    assert form.words("bidirectional", True) == "on"
    assert form.words("num_layers", 1) == "1"
    assert Range(*(float(end) for end in form.WIDE["lr"])).low == 0.0003
