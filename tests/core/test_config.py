"""Configs refuse what torch would refuse, and survive JSON."""

import dataclasses
import json
import re

import pytest

from rnnviz.core.config import ModelConfig, TrainConfig


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"cell": "qrnn"}, "cell must be one of rnn, gru, lstm, got 'qrnn'"),
        ({"nonlinearity": "sin"}, "nonlinearity must be tanh or relu, got 'sin'"),
        ({"input_size": 0}, "input_size must be at least 1, got 0"),
        ({"hidden_size": 0}, "hidden_size must be at least 1, got 0"),
        ({"num_layers": 0}, "num_layers must be at least 1, got 0"),
        ({"dropout": 1.5}, "dropout must lie in [0, 1], got 1.5"),
        ({"dropout": float("nan")}, "dropout must lie in [0, 1], got nan"),
        ({"cell": "gru", "proj_size": 4}, "proj_size is the LSTM's alone, got 4 for gru"),
        (
            {"hidden_size": 8, "proj_size": 8},
            "proj_size must lie in [0, hidden_size) = [0, 8), got 8",
        ),
        ({"proj_size": -1}, "proj_size must lie in [0, hidden_size) = [0, 128), got -1"),
    ],
)
def test_model_config_says_what_is_wrong(values, message):
    with pytest.raises(ValueError, match=re.escape(message) + "$"):
        ModelConfig(**values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"lr": 0.0}, "lr must be above 0, got 0.0"),
        ({"warmup": 1.0}, "warmup must lie in [0, 1), got 1.0"),
        ({"label_smoothing": -0.1}, "label_smoothing must lie in [0, 1), got -0.1"),
        ({"betas": (0.9, 1.0)}, "betas must be two numbers in [0, 1), got (0.9, 1.0)"),
        ({"weight_decay": -1.0}, "weight_decay must not be negative, got -1.0"),
        ({"clip_norm": -1.0}, "clip_norm must not be negative, got -1.0"),
        ({"seed": -1}, "seed must not be negative, got -1"),
    ],
)
def test_train_config_says_what_is_wrong(values, message):
    with pytest.raises(ValueError, match=re.escape(message) + "$"):
        TrainConfig(**values)


@pytest.mark.parametrize(
    "config",
    [
        ModelConfig(),
        ModelConfig("gru", 3, 5, num_layers=2, bidirectional=True, dropout=0.1, bias=False),
        ModelConfig("lstm", proj_size=16),
        ModelConfig("rnn", nonlinearity="relu"),
        TrainConfig(),
        TrainConfig(epochs=3, betas=(0.8, 0.9), seed=7),
    ],
)
def test_config_comes_back_from_json_equal_and_with_the_same_hash(config):
    back = type(config).from_dict(json.loads(json.dumps(config.to_dict())))
    assert back == config
    assert hash(back) == hash(config)


@pytest.mark.parametrize("kind", [ModelConfig, TrainConfig])
def test_unknown_settings_are_named(kind):
    with pytest.raises(ValueError, match=r"unknown settings of a \w+: colour, size"):
        kind.from_dict({"size": 1, "colour": 2})


@pytest.mark.parametrize("config", [ModelConfig(), TrainConfig()])
def test_config_is_frozen(config):
    for field in dataclasses.fields(config):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(config, field.name, 1)


def test_num_directions_and_output_size_follow_the_settings():
    assert (ModelConfig().num_directions, ModelConfig().output_size) == (1, 128)
    both = ModelConfig(hidden_size=8, proj_size=3, bidirectional=True)
    assert (both.num_directions, both.output_size) == (2, 3)
