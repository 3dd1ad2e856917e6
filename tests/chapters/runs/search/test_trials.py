"""Tests of a search's trials: sampled values and the file that stores them."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnnviz.chapters.runs.search.plan import Range, SearchPlan, Space
from rnnviz.chapters.runs.search.trials import Claim, SearchError, Trial, Trials, chosen, written
from rnnviz.core.config import ModelConfig, TrainConfig
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
PLAN = SearchPlan(BASE, SPACE, "tpe", trials=24, seed=3)


def judged(values):
    """A landscape with one hill: a learning rate of 0.01."""
    return float(np.exp(-(np.log10(values["lr"] / 0.01) ** 2)))


def searched(plan, count, before=()):
    """Go through trials without training, as a search does."""
    trials = before
    for number in range(len(before), count):
        values = chosen(plan, trials)
        refused = values.get("forget_bias") is not None and values["cell"] != "lstm"
        result = {"state": "refused"} if refused else {"state": "done", "held_out": (0.5,)}
        if not refused:
            result |= {"held_out": (judged(values),), "train": (1.0,)}
        trials = (*trials, Trial(number, values, **result))
    return trials


@pytest.mark.parametrize("method", ["random", "tpe"])
def test_the_same_seed_draws_the_same_values_wherever_it_is_interrupted(method, tmp_path):
    plan = replace(PLAN, method=method)
    whole = searched(plan, 24)
    assert searched(plan, 24) == whole
    for cut in (1, 7, 20):
        path = tmp_path / f"{cut}.json"
        path.write_text(written(whole[:cut]))
        assert searched(plan, 24, Trials(path, plan).all) == whole
    assert searched(replace(plan, seed=4), 3) != whole[:3]


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


def test_a_trial_that_was_begun_is_the_one_to_do_until_it_is_over(tmp_path):
    trials = Trials(tmp_path / "a.json", PLAN)
    first = trials.begin()
    assert trials.begin() == first
    again = Trials(tmp_path / "a.json", PLAN)
    assert again.all == (first,)
    assert again.begin() == first
    again.note(replace(first, state="done", held_out=(0.5,), train=(0.6,), took_s=1.5))
    assert again.begin().number == 1
    assert Trials(tmp_path / "a.json", PLAN).all == again.all


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
        lambda text: text.replace('"state": "done"', '"state": "running"', 1),
        lambda text: text.replace('"lr"', '"rate"'),
        lambda text: text.replace('"held_out": [0.', '"held_out": [7.'),
    ],
)
def test_damaged_trials_are_told_in_one_sentence(damage, tmp_path):
    path = tmp_path / "a.trials.json"
    path.write_text(text := written(searched(PLAN, 6)))
    assert len(Trials(path, PLAN).all) == 6
    path.write_text(damage(text))
    assert path.read_text() != text
    with pytest.raises(
        SearchError, match=r"a\.trials\.json is damaged and cannot be read"
    ) as error:
        Trials(path, PLAN)
    assert "\n" not in str(error.value)


def test_trials_that_cannot_be_written_leave_the_file_as_it_was(tmp_path):
    trials = Trials(tmp_path / "a.json", PLAN)
    first = trials.begin()
    (tmp_path / ".a.json.part").mkdir()  # nobody can write a file of that name
    with pytest.raises(SearchError, match=r"could not be kept: Is a directory$"):
        trials.note(replace(first, state="failed"))
    assert trials.all == (first,) == Trials(tmp_path / "a.json", PLAN).all


def test_one_at_a_time_has_the_claim_and_a_file_left_behind_is_none(tmp_path):
    path = tmp_path / "a.lock"
    path.write_text("left by a kill")
    claim = Claim(path)
    with pytest.raises(SearchError, match="is going on right now, here or in another server"):
        Claim(path)
    claim.release()
    claim.release()
    Claim(path).release()


def test_without_optuna_a_grid_works_and_the_others_say_how_to_get_it(tmp_path):
    code = """
import sys
sys.modules["optuna"] = None
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.chapters.runs.search.plan import SearchPlan, Space
from rnnviz.chapters.runs.search.trials import SearchError, chosen
import rnnviz.chapters.runs.search.search
plan = SearchPlan(RunConfig(digits=100), Space({"cell": ("gru",)}))
assert chosen(plan, ()) == {"cell": "gru"}
for method in ("random", "tpe"):
    try:
        chosen(SearchPlan(plan.base, plan.space, method), ())
    except SearchError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout == "a random or TPE search needs Optuna: pip install optuna\n" * 2
