from dataclasses import replace

import numpy as np
import pytest

from rnnviz.chapters.runs.compare import text
from rnnviz.chapters.runs.compare.run_differences import disagreement
from rnnviz.chapters.runs.compare.text import Standing
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.jobs.protocol import HeldOut, Snapshot
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.widgets import training_settings
from tests.assertions import numbers


def config(cell="lstm", hidden=64, digits=60_000, fold=None, **training):
    model = ModelConfig(cell, hidden_size=hidden)
    return RunConfig(model, TrainConfig(**training), digits=digits, fold=fold)


PLAIN = config()


def standing(name, accuracies, *, read=10_000, config=PLAIN, state="done", wall_s=61.0):
    step = np.arange(1, len(accuracies) + 1, dtype=np.float32) * 100
    held_out = HeldOut(step, np.array(accuracies, np.float32), np.full(len(step), read, np.float32))
    snapshot = Snapshot(
        name, state, steps=900, epochs=1, step=900, held_out=held_out, wall_s=wall_s
    )
    return Standing(name, config, snapshot)


def test_cell_and_size_are_name_enough_where_they_differ():
    runs = [config("lstm", 64, lr=0.1), config("gru", 64), config("gru", 32)]
    assert text.names(runs, [None] * 3) == ["LSTM 64", "GRU 64", "GRU 32"]


def test_names_that_would_be_alike_say_what_differs_between_them_alone():
    runs = [config(lr=0.01), config(lr=0.003), config("gru", lr=0.01)]
    assert text.names(runs, [None] * 3) == [
        "LSTM 64 · lr 0.01",
        "LSTM 64 · lr 0.003",
        "GRU 64",
    ]
    runs = [config(lr=0.01, seed=1), config(lr=0.01, seed=2), config(lr=0.1, seed=2)]
    assert text.names(runs, [None] * 3) == [
        "LSTM 64 · lr 0.01 · seed 1",
        "LSTM 64 · lr 0.01 · seed 2",
        "LSTM 64 · lr 0.1",
    ]
    runs = [config(lr=0.01, seed=1), config(lr=0.01, seed=2), config("gru", lr=0.1)]
    assert text.names(runs, [None] * 3) == ["LSTM 64 · seed 1", "LSTM 64 · seed 2", "GRU 64"]
    runs = [config(digits=1000), config(digits=60_000)]
    assert text.names(runs, [None] * 2) == [
        "LSTM 64 · 1,000 digits",
        "LSTM 64 · 60,000 digits",
    ]


def test_a_given_name_stands_and_equal_names_or_runs_are_numbered():
    runs = [config(), config("gru"), config("gru")]
    assert text.names(runs, ["mine", None, "mine"]) == ["mine · 1", "GRU 64", "mine · 2"]
    assert text.names(runs[1:], [None, None]) == ["GRU 64 · 1", "GRU 64 · 2"]
    long = text.names(runs[:2], ["the best that I have ever trained", None])[0]
    assert long == "the best that I have ev…"


@pytest.mark.parametrize("name", ["cell", "hidden", "lr", "seed", "digits", "time_step", "head"])
def test_every_setting_of_the_sidebar_that_differs_is_called_what_the_sidebar_calls_it(name):
    setting = next(one for one in training_settings.ALL if one.key == name)
    other = {
        "cell": "GRU",
        "hidden": 32,
        "lr": "0.1",
        "seed": 7,
        "digits": "1000",
        "time_step": "rows in random order",
        "head": "mean",
    }[name]
    runs = [
        standing("a", [0.5], config=training_settings.run_config(training_settings.DEFAULTS)),
        standing(
            "b",
            [0.5],
            config=training_settings.run_config({**training_settings.DEFAULTS, name: other}),
        ),
    ]
    columns = text.table(runs)
    row = columns[""].index(setting.label)
    shown = {"digits": ("60,000", "1,000")}.get(name, (str(setting.default), str(other)))
    assert (columns["a"][row], columns["b"][row]) == shown


def test_the_table_says_what_came_of_it_and_leaves_out_what_is_equal():
    a = standing("a", [0.5, 0.984])
    b = replace(standing("b", [], wall_s=5), snapshot=Snapshot("b", "running", 900, 1, step=12))
    columns = text.table([a, b])
    assert columns[""] == ["Parameters", "Steps", "Time spent", "Last accuracy"]
    assert columns["a"] == ["24,714", "900", "1:01", "98.4 % of 10,000 test digits"]
    assert columns["b"] == ["24,714", "12 of 900", "0:00", "not measured yet"]
    assert text.same_settings([a, b])
    assert not text.same_settings([a, replace(b, config=config(lr=0.5))])


def test_values_without_a_number_are_words():
    bias = {"forget_bias": 1.0}
    clipped = {"clip_norm": 0.0}
    a = standing("a", [0.5], config=config(**bias))
    b = standing("b", [0.5], config=replace(config(**clipped), time_step="columns"))
    columns = text.table([a, b])
    rows = dict(zip(columns[""], zip(columns["a"], columns["b"], strict=True), strict=True))
    assert rows["Forget-gate bias"] == ("1", "as torch")
    assert rows["Gradient clipping"] == ("1", "off")
    assert rows["A time step is"] == ("rows", "columns")
    assert training_settings.value_words("bidirectional", True) == "on"
    assert training_settings.value_words("fold", None) == "–"


def test_the_sentence_says_who_is_ahead_and_who_was_first_to_read_well():
    slow = standing("GRU", [0.3, 0.4, 0.92, 0.96, 0.979])
    fast = standing("LSTM", [0.3, 0.95, 0.95, 0.97, 0.984])
    assert numbers(text.sentence([slow, fast])) == ["98.4", "10,000", "97.9", "95", "200", "400"]
    third = standing("RNN", [0.95, 0.9], state="running")
    told = text.sentence([slow, fast, third])
    assert numbers(told) == ["98.4", "10,000", "97.9", "90.0", "95", "100", "200"]
    assert told.startswith("LSTM is ahead so far")


def test_what_chance_could_make_is_not_called_a_lead():
    a, b = standing("A", [0.98]), standing("B", [0.979])
    # 2 · √((0.98 · 0.02 + 0.979 · 0.021) / 10,000) = 0.0040
    assert text.chance(0.98, 0.979, 10_000) == pytest.approx(0.0040, abs=5e-5)
    told = text.sentence([b, a])
    assert numbers(told) == ["98.0", "10,000", "97.9"]
    assert "A is ahead at the end by a hair" in told
    assert "level at the end" in text.sentence([a, standing("B", [0.98])])
    assert "ahead at the end: 98" in text.sentence([a, standing("B", [0.975])])
    few = text.sentence([a, standing("B", [0.975], read=500)])
    assert "by a hair" in few
    assert "of at least 500 test digits" in few


def test_accuracies_on_other_digits_are_never_set_against_each_other():
    held_out = standing("A", [0.99], read=5_000, config=config(digits=55_000, fold=0))
    words = text.sentence([held_out, standing("B", [0.97])])
    assert words.startswith("These runs are not measured on the same digits")
    assert "%" not in words
    both = text.sentence([held_out, replace(held_out, name="B")])
    assert "of 5,000 held-out digits" in both
    assert text.table([held_out, held_out])["A"][-1] == "99.0 % of 5,000 held-out digits"


def test_before_two_are_measured_there_is_nothing_to_say():
    words = text.sentence([standing("A", [0.9]), standing("B", [], state="starting")])
    assert words == "There is too little to compare so far: accuracy is measured on the way."


def found(first, second, labels=None):
    labels = np.zeros(len(first), int) if labels is None else labels
    return disagreement(labels, np.array(first), np.array(second))


def test_where_answers_differ_is_told_in_plain_counts():
    split = found([0] * 30 + [1] * 10 + [0, 2], [1] * 30 + [0] * 10 + [0, 3])
    told = text.disagreeing(split, "A", "B")
    assert numbers(told) == ["41", "42", "30", "10"]
    assert "chance alone would hardly" in told
    even = found([0, 0, 1], [1, 1, 0])
    assert text.disagreeing(even, "A", "B").endswith("chance alone may split them so.")
    assert text.disagreeing(found([1, 2], [2, 1]), "A", "B").endswith("Both are wrong there.")
    assert text.disagreeing(found([0], [0]), "A", "B") == (
        "A and B answer all 1 test digits alike."
    )


def test_the_groups_of_differing_digits_are_those_of_the_counts():
    chance = np.random.default_rng(0)
    labels, first, second = chance.integers(0, 3, (3, 200))
    told = disagreement(labels, first, second)
    every, a, b, neither = text.kinds(told, labels, first, second)
    np.testing.assert_array_equal(every, told.differ)
    assert (len(a), len(b)) == (told.first, told.second)
    assert sorted([*a, *b, *neither]) == sorted(every)
    assert (first[a] == labels[a]).all()
    assert (second[b] == labels[b]).all()
    assert (first[neither] != labels[neither]).all()


@pytest.mark.parametrize(
    ("state", "words"),
    [("done", "done"), ("running", "running: step 9 of 90"), ("failed", "stopped: step 9 of 90")],
)
def test_how_a_run_stands_is_said_in_words(state, words):
    assert text.standing_words(Snapshot("x", state, 90, 1, step=9)) == words
