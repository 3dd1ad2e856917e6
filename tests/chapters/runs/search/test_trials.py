"""Tests of a search's trials: sampled values and the file that stores them."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnnviz.chapters.runs.search.plan import Range, SearchPlan, Space
from rnnviz.chapters.runs.search.sampler import expected, next_values
from rnnviz.chapters.runs.search.trials import (
    SUFFIX,
    SearchError,
    Trial,
    load_trials,
    save_trials,
    written,
)
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.store.group_record import path_of
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks.digits import RunConfig

ROOT = Path(__file__).resolve().parents[4]
BASE = RunConfig(ModelConfig("gru", hidden_size=4), TrainConfig(seed=7), digits=200, device="cpu")
SPACE = Space(
    {
        "lr": Range(1e-4, 1.0),
        "hidden_size": Range(2, 128),
        "cell": ("gru", "rnn", "lstm"),
        "forget_bias": (None, 1.0),
        "bidirectional": (False, True),
    }
)
GRID = Space(
    {
        "lr": (0.1, 0.2),
        "cell": ("gru", "rnn", "lstm"),
        "forget_bias": (None, 1.0),
        "bidirectional": (False, True),
    }
)
PLAN = SearchPlan(BASE, SPACE, "tpe", trials=24, seed=3)


ID = "a" * 22


@pytest.fixture
def store(tmp_path):
    (tmp_path / ".groups").mkdir()
    return RunStore(tmp_path)


def judged(values):
    """A landscape with one hill: a learning rate of 0.01."""
    return float(np.exp(-(np.log10(values["lr"] / 0.01) ** 2)))


def searched(plan, count, before=()):
    """Go through trials without training, as a search does."""
    trials = before
    for number in range(len(before), count):
        values = next_values(plan, trials)
        refused = values.get("forget_bias") is not None and values["cell"] != "lstm"
        result = {"state": "refused"} if refused else {"state": "done", "held_out": (0.5,)}
        if not refused:
            result |= {"held_out": (judged(values),), "train": (1.0,)}
        trials = (*trials, Trial(number, values, **result))
    return trials


@pytest.mark.parametrize("method", ["grid", "random", "tpe"])
def test_the_same_seed_draws_the_same_values_wherever_it_is_interrupted(method, store):
    plan = replace(PLAN, method=method, space=GRID if method == "grid" else SPACE)
    whole = searched(plan, 24)
    for cut in (1, 20):
        save_trials(store, ID, whole[:cut])
        assert searched(plan, 24, load_trials(store, ID, plan)) == whole
    assert searched(replace(plan, seed=4), 3) != whole[:3]
    if method != "tpe":
        assert [trial.values for trial in whole] == expected(plan)


def test_a_grid_has_each_combination_once_also_after_another_order_of_an_older_version():
    plan = replace(PLAN, method="grid", space=GRID)
    first = {"lr": 0.1, "cell": "gru", "forget_bias": None, "bidirectional": False}
    for before in ((), (Trial(0, first, "refused"), Trial(1, {**first, "lr": 0.2}, "refused"))):
        found = [dict(trial.values) for trial in searched(plan, 24, before)]
        assert len(found) == len({tuple(values.items()) for values in found}) == 24
        assert all(tuple(values) == tuple(GRID.settings) for values in found)


def test_while_trials_are_under_way_random_draws_stay_and_those_of_tpe_keep_away():
    lr = Space({"lr": Range(1e-4, 1.0)})
    going = [Trial(k, {"lr": 0.01}) for k in range(12, 18)]
    near = {}
    for method in ("random", "tpe"):
        plan = replace(PLAN, method=method, space=lr)
        over = searched(plan, 12)
        alone, beside = (next_values(plan, (*over, *more)) for more in ((), going))
        near[method] = alone, beside
        if method == "random":
            assert beside == next_values(plan, searched(plan, 18))
    assert near["tpe"][0] != near["tpe"][1]


def test_tpe_comes_back_to_where_it_was_good_and_random_does_not():
    late = {}
    for method in ("random", "tpe"):
        found = [
            judged(trial.values)
            for seed in range(5)
            for trial in searched(replace(PLAN, method=method, seed=seed), 24)[12:]
        ]
        late[method] = np.mean(found)
    assert late["tpe"] > late["random"] + 0.15


def test_what_is_drawn_lies_in_the_space_and_both_ends_of_a_range_are_reached():
    trials = searched(replace(PLAN, method="random", trials=60), 60)
    rates = np.log10([trial.values["lr"] for trial in trials])
    assert -4 <= rates.min() < -3.5
    assert 0 >= rates.max() > -0.5
    assert {type(trial.values["hidden_size"]) for trial in trials} == {int}
    for name in ("cell", "forget_bias", "bidirectional"):
        assert {trial.values[name] for trial in trials} == set(SPACE.settings[name])
    assert {tuple(trial.values) for trial in trials} == {tuple(SPACE.settings)}


def test_trials_come_back_as_they_were_also_several_that_are_under_way(store):
    assert load_trials(store, ID, PLAN) == ()
    (first,) = searched(PLAN, 1)
    trials = (first, Trial(1, dict(first.values)), Trial(2, dict(first.values), took_s=1.5))
    save_trials(store, ID, trials)
    assert load_trials(store, ID, PLAN) == trials


def test_a_share_of_all_folds_is_their_mean_and_what_was_not_judged_has_none():
    trial = Trial(0, {}, "done", held_out=(0.25, 0.75), train=(1.0, 0.5))
    assert (trial.accuracy, trial.train_accuracy) == (0.5, 0.75)
    half = replace(trial, state="running")
    assert (half.accuracy, half.train_accuracy, half.over) == (None, None, False)


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "lost"},
        {"runs": ("../x",)},
        {"held_out": (1.5,)},
        {"held_out": (0.5, 0.5)},
        {"held_out": (), "train": ()},
    ],
)
def test_a_trial_of_odd_values_is_refused(changed):
    with pytest.raises(ValueError, match=r"trial 0|shares lie"):
        Trial(
            **{"number": 0, "values": {}, "state": "done", "held_out": (0.5,), "train": (1.0,)}
            | changed
        )


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: text.replace('"version": 1', '"version": 9'),
        lambda text: text.replace('"number": 1', '"number": 5'),
        lambda text: text.replace('"lr"', '"rate"'),
        lambda text: text.replace('"held_out": [0.', '"held_out": [7.'),
    ],
)
def test_damaged_trials_are_told_in_one_sentence(damage, store):
    save_trials(store, ID, trials := searched(PLAN, 6))
    path, text = path_of(store, ID, SUFFIX), written(trials)
    assert path.read_text() == text
    path.write_text(damage(text))
    assert path.read_text() != text
    with pytest.raises(SearchError, match=r"\.trials\.json is damaged and cannot be read") as error:
        load_trials(store, ID, PLAN)
    assert "\n" not in str(error.value)


def test_trials_that_cannot_be_written_are_told(store):
    path_of(store, ID, SUFFIX).mkdir()
    with pytest.raises(SearchError, match=r"could not be saved: Is a directory$"):
        save_trials(store, ID, searched(PLAN, 1))
    assert len(list((store.root / ".groups").iterdir())) == 1, "nothing is left of it"


def test_without_optuna_each_method_says_how_to_get_it():
    code = """
import sys
sys.modules["optuna"] = None
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.chapters.runs.search.plan import SearchPlan, Space
from rnnviz.chapters.runs.search.sampler import expected, next_values
from rnnviz.chapters.runs.search.trials import SearchError
import rnnviz.chapters.runs.search.search
for method in ("grid", "random", "tpe"):
    plan = SearchPlan(RunConfig(digits=100), Space({"cell": ("gru",)}), method)
    for ask in (expected, lambda plan: next_values(plan, ())):
        try:
            ask(plan)
        except SearchError as error:
            print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout == "a search needs Optuna to choose values: pip install optuna\n" * 6
