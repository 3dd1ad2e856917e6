import json
from dataclasses import replace

import pytest

from rnnviz.chapters.runs.search.plan import (
    MOST,
    PRESETS,
    Range,
    SearchPlan,
    Space,
    applied,
)
from rnnviz.chapters.runs.search.sampler import expected
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.tasks.digits import RunConfig

BASE = RunConfig(ModelConfig("gru", hidden_size=4), TrainConfig(seed=7), digits=200, device="cpu")
SPACE = Space({"cell": ("lstm", "rnn"), "lr": (0.1, 0.01, 0.001)})
PLAN = SearchPlan(BASE, SPACE, folds=3)


def test_a_grid_has_as_many_trials_as_combinations():
    assert (PLAN.count, PLAN.trainings) == (6, 18)
    assert replace(PLAN, trials=99).count == 6, "a grid has its own number"
    assert replace(PLAN, method="random", trials=9).trainings == 27


def test_each_fold_is_judged_by_its_own_digits_and_starts_from_a_seed_of_its_own():
    runs = PLAN.runs({"cell": "lstm", "lr": 0.1})
    assert [run.fold for run in runs] == [0, 1, 2]
    assert [run.training.seed for run in runs] == [7, 10, 13]  # each draws from three in a row
    assert {(run.model.cell, run.training.lr, run.digits) for run in runs} == {("lstm", 0.1, 200)}


def test_whatever_the_base_was_judged_by_no_training_of_a_search_is_judged_by_the_test_digits():
    for plan in (PLAN, replace(PLAN, base=replace(BASE, fold=5)), *PRESETS.values()):
        assert plan.base.fold is None
        for values in expected(plan):
            assert {run.fold for run in plan.runs(values)} == set(range(plan.folds))


@pytest.mark.parametrize(
    ("values", "changed"),
    [
        ({"hidden_size": 9}, lambda run: run.model.hidden_size == 9),
        ({"forget_bias": 1.0, "cell": "lstm"}, lambda run: run.training.forget_bias == 1.0),
        ({"forget_bias": None}, lambda run: run == BASE),
        ({"bidirectional": True}, lambda run: run.model.num_directions == 2),
        ({"augmentation": "shifted"}, lambda run: run.augmentation == "shifted"),
        ({"time_step": "columns"}, lambda run: run.time_step == "columns"),
        ({"time_step": "pixels", "chunk": 14}, lambda run: (run.length, run.chunk) == (56, 14)),
    ],
)
def test_values_are_put_where_the_config_has_them_and_a_time_step_brings_its_width(values, changed):
    run = applied(BASE, values)
    assert changed(run)
    assert run.model.input_size == run.chunk


def test_pixels_of_the_base_do_not_cling_to_a_time_step_of_rows():
    base = applied(BASE, {"time_step": "pixels", "chunk": 7})
    assert applied(base, {"time_step": "rows"}) == BASE
    assert applied(base, {"hidden_size": 5}).chunk == 7


def test_values_that_do_not_go_together_are_refused_when_they_are_tried():
    plan = replace(PLAN, space=Space({"cell": ("lstm", "rnn"), "forget_bias": (None, 1.0)}))
    with pytest.raises(ValueError, match="forget_bias is for an LSTM alone, not for rnn"):
        plan.runs({"cell": "rnn", "forget_bias": 1.0})


@pytest.mark.parametrize("plan", [PLAN, *PRESETS.values()], ids=lambda plan: plan.method)
def test_a_plan_comes_back_from_json_as_it_was_its_order_too(plan):
    back = SearchPlan.from_dict(json.loads(json.dumps(plan.to_dict())))
    assert back == plan
    assert list(back.space.settings) == list(plan.space.settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "at least one setting"),
        ({"colour": ("red",)}, "'colour' is no setting that can vary"),
        ({"fold": (0, 1)}, "'fold' is no setting that can vary"),
        ({"seed": (0, 1)}, "'seed' is no setting that can vary"),
        ({"lr": ()}, "lr must have values"),
        ({"lr": (0.1, 0.1)}, "lr must have values, each once"),
        ({"batch_size": Range(1, 9)}, "a range is for hidden_size and lr alone"),
        ({"lr": Range(0.1, 11)}, "lr must be at most 10, got 11"),
        ({"hidden_size": Range(1.5, 9)}, "hidden_size is a whole number, got 1.5"),
    ],
)
def test_a_space_of_nothing_is_refused_in_words(settings, message):
    with pytest.raises(ValueError, match=message):
        Space(settings)


@pytest.mark.parametrize("ends", [(0, 1), (2, 1), (1, 1), (1, float("inf")), (-1, 1)])
def test_a_range_goes_up_from_above_zero(ends):
    with pytest.raises(ValueError, match="a range goes up from above 0"):
        Range(*ends)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"method": "magic"}, "method must be grid, random or tpe, got 'magic'"),
        ({"folds": 13}, r"folds must be a whole number in \[1, 12\], got 13"),
        ({"folds": 0}, "folds must be"),
        ({"trials": 0}, "trials must be"),
        ({"trials": 2.0}, "trials must be"),
        ({"seed": -1}, "seed must be"),
        ({"space": Space({"lr": Range(0.1, 1)})}, "a grid has values alone"),
        ({"base": RunConfig()}, "digits must be at most 55,000: 5,000 are held out"),
        ({"method": "random", "trials": 67}, "67 trials of 3 trainings, 201 together"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_words(changed, message):
    with pytest.raises(ValueError, match=message):
        replace(PLAN, **changed)


def test_the_presets_are_within_what_a_person_waits_for():
    for plan in PRESETS.values():
        assert plan.trainings <= 60 <= MOST
        assert all(plan.runs(values) for values in expected(plan))
    assert list(PRESETS) == [
        "What hidden size does to fit and overfit",
        "Learning rate and cell",
        "A wide search by TPE",
    ]
