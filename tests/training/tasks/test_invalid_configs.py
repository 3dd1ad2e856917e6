"""Fuzz tests of configs from JSON: a valid config or a ValueError."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.training.tasks.registry import TASKS, config_from_dict, task

WHOLE = [task(name).config().to_dict() for name in TASKS]
ODD = [None, True, 0, -1, 1, 2**63, 10**400, 10**4000, 0.5, 1e308, float("nan"), float("inf")]
ODD += ["", "lstm", "\ud800", [], [None], [[1, 2]], [["a", "b"]], {}, {"a": []}]
NAMES = sorted(
    {
        name
        for whole in WHOLE
        for part in (whole, whole["model"], whole["training"])
        for name in part
    }
    | {"task", "?"}
)

changes = st.tuples(
    st.sampled_from(["", "model", "training"]), st.sampled_from(NAMES), st.sampled_from(ODD)
)


@settings(max_examples=300)
@given(st.sampled_from(WHOLE), st.lists(changes, min_size=1, max_size=3))
def test_any_json_is_a_config_that_comes_back_or_a_value_error(whole, changes):
    values = json.loads(json.dumps(whole))
    for part, name, value in changes:
        place = values.get(part) if part else values
        if isinstance(place, dict):
            place[name] = value
    found, said = None, ""
    try:
        found = config_from_dict(values)
    except ValueError as error:  # any other error is a failure
        said = str(error)
    assert len(said) < 300
    if found is None:
        return
    assert found.steps >= 1
    assert found.parameters >= 1
    assert config_from_dict(json.loads(json.dumps(found.to_dict()))) == found


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"model": {"bias": None}}, "bias must be true or false, got None"),
        ({"model": {"hidden_size": "8"}}, "hidden_size must be a whole number, got '8'"),
        ({"model": {"dropout": [0.5]}}, r"dropout must be a number, got \[0.5\]"),
        ({"model": {"num_layers": 10**4000}}, "num_layers must be a .* one without end"),
        (
            {"model": {"pooling": "all"}},
            "pooling must be one of last, mean, max, got 'all'",
        ),
        ({"model": []}, "model must hold settings by name, got list"),
        ({"training": {"betas": 3}}, "betas must be two numbers in .*, got 3"),
        ({"training": {"clip_norm": float("nan")}}, "clip_norm must not be negative, got nan"),
        (
            {"training": {"forget_bias": 10**400}},
            "forget_bias must be a number, got one without end",
        ),
        ({"fold": 1.5}, "fold must be a whole number, got 1.5"),
        ({"device": None}, "device must be a text, got None"),
        ([], "a config must hold settings by name, got list"),
    ],
)
def test_what_is_of_another_kind_is_named(values, words):
    with pytest.raises(ValueError, match=f"^{words}$"):
        config_from_dict(values)
