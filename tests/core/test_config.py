"""Tests of configs: they refuse what torch would refuse, and survive JSON."""

import dataclasses
import json
import re

import pytest

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.training.tasks.digits import RunConfig
from tests.configs import run_config


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"cell": "qrnn"}, "cell must be one of rnn, gru, lstm, got 'qrnn'"),
        ({"nonlinearity": "sin"}, "nonlinearity must be one of tanh, relu, got 'sin'"),
        ({"pooling": "sum"}, "pooling must be one of last, mean, max, output, all, got 'sum'"),
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
        ({"lr": float("inf")}, "lr must be above 0, got inf"),
        ({"lr": float("nan")}, "lr must be above 0, got nan"),
        ({"optimizer": "lion"}, "optimizer must be one of adam, adamw, sgd, rmsprop, got 'lion'"),
        ({"schedule": "step"}, "schedule must be one of constant, cosine, one_cycle, got 'step'"),
        ({"momentum": 1.0}, "momentum must lie in [0, 1), got 1.0"),
        ({"momentum": -0.1}, "momentum must lie in [0, 1), got -0.1"),
        ({"forget_bias": float("nan")}, "forget_bias must be a number, got nan"),
        ({"forget_bias": float("inf")}, "forget_bias must be a number, got inf"),
        ({"warmup": 1.0}, "warmup must lie in [0, 1), got 1.0"),
        ({"label_smoothing": -0.1}, "label_smoothing must lie in [0, 1), got -0.1"),
        ({"betas": (0.9, 1.0)}, "betas must be two numbers in [0, 1), got (0.9, 1.0)"),
        ({"weight_decay": -1.0}, "weight_decay must not be negative, got -1.0"),
        ({"clip_norm": -1.0}, "clip_norm must not be negative, got -1.0"),
        ({"seed": -1}, "seed must not be negative, got -1"),
    ],
)
def test_train_config_says_what_is_wrong(values, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        TrainConfig(**values)


@pytest.mark.parametrize(
    "config",
    [
        ModelConfig(),
        ModelConfig("gru", 3, 5, num_layers=2, bidirectional=True, dropout=0.1, bias=False),
        ModelConfig("lstm", proj_size=16),
        ModelConfig("rnn", nonlinearity="relu"),
        ModelConfig(pooling="max"),
        TrainConfig(),
        TrainConfig(optimizer="sgd", momentum=0.5, schedule="cosine", forget_bias=1.0),
        TrainConfig(epochs=3, betas=(0.8, 0.9), seed=7),
        RunConfig(),
        RunConfig(ModelConfig("rnn"), TrainConfig(betas=(0.8, 0.9)), 50, device="cpu"),
        RunConfig(ModelConfig(input_size=14), time_step="pixels", chunk=14),
        RunConfig(ModelConfig(pooling="mean"), time_step="permuted", augmentation="shifted"),
        RunConfig(digits=55_000, fold=11),
    ],
)
def test_config_comes_back_from_json_equal_and_with_the_same_hash(config):
    back = type(config).from_dict(json.loads(json.dumps(config.to_dict())))
    assert back == config
    assert hash(back) == hash(config)


@pytest.mark.parametrize("kind", [ModelConfig, TrainConfig, RunConfig])
def test_unknown_settings_are_named(kind):
    with pytest.raises(ValueError, match=r"unknown settings of a \w+: colour, size"):
        kind.from_dict({"size": 1, "colour": 2})


@pytest.mark.parametrize("config", [ModelConfig(), TrainConfig(), RunConfig()])
def test_config_is_frozen(config):
    for field in dataclasses.fields(config):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(config, field.name, 1)


def test_num_directions_and_output_size_follow_the_settings():
    assert (ModelConfig().num_directions, ModelConfig().output_size) == (1, 128)
    both = ModelConfig(hidden_size=8, proj_size=3, bidirectional=True)
    assert (both.num_directions, both.output_size) == (2, 3)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"hidden_size": 10**9}, "hidden_size must lie in [1, 512], got 1000000000"),
        ({"hidden_size": 1e9}, "hidden_size must be a whole number, got 1000000000.0"),
        ({"hidden_size": True}, "hidden_size must be a whole number, got True"),
        ({"num_layers": 5}, "num_layers must lie in [1, 4], got 5"),
        ({"input_size": 14}, "input_size must be 28, one time step, got 14"),
        ({"input_size": 28, "chunk": 14}, "input_size must be 14, one time step, got 28"),
        ({"time_step": "words"}, "time_step must be one of rows, columns, permuted, pixels, got"),
        ({"time_step": "columns", "chunk": 14}, "chunk is for pixels alone; for columns it is 28"),
        ({"chunk": 13}, "chunk must divide 784, the pixels of a digit, got 13"),
        ({"input_size": 28, "chunk": 0}, "chunk must lie in [1, 784], got 0"),
        (
            {"input_size": 28, "chunk": 28.0, "time_step": "pixels"},
            "chunk must be a whole number, got 28.0",
        ),
        ({"augmentation": "flipped"}, "augmentation must be one of none, shifted, redrawn, got"),
        ({"pooling": "output"}, "pooling must be one of last, mean, max, got 'output'"),
        ({"cell": "gru", "forget_bias": 1.0}, "forget_bias is for an LSTM alone, not for gru"),
        ({"bias": False, "forget_bias": 1.0}, "forget_bias needs a model with bias"),
        ({"epochs": 101}, "epochs must lie in [1, 100], got 101"),
        ({"batch_size": 1025}, "batch_size must lie in [1, 1024], got 1025"),
        ({"lr": 10.5}, "lr must be at most 10, got 10.5"),
        ({"seed": 2**32}, "seed must lie in [0, 4294967295], got 4294967296"),
        ({"digits": 0}, "digits must lie in [1, 60000], got 0"),
        ({"digits": 60001}, "digits must lie in [1, 60000], got 60001"),
        ({"device": "tpu"}, "device must be auto, cuda, mps or cpu, got 'tpu'"),
        ({"device": "cuda:"}, "device must be auto, cuda, mps or cpu, got 'cuda:'"),
        ({"batch_size": 1, "epochs": 17}, "this run has 1,020,000 steps; at most 1,000,000"),
        (
            {"hidden_size": 512, "num_layers": 3},
            "this run has 5,317,642 parameters; at most 5,000,000",
        ),
        (
            {"cell": "rnn", "hidden_size": 512, "num_layers": 3, "batch_size": 1024},
            "this run has 44,040,192 states; at most 32,000,000",
        ),
        (
            {"hidden_size": 64, "batch_size": 1024, "chunk": 1},
            "this run has 51,380,224 states; at most 32,000,000",
        ),
    ],
)
def test_run_config_refuses_what_is_too_much_in_words(values, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        run_config(**values)


@pytest.mark.parametrize(
    "model",
    [
        ModelConfig(),
        ModelConfig("rnn", hidden_size=5, num_layers=3, bias=False),
        ModelConfig("gru", hidden_size=7, num_layers=2, bidirectional=True),
        ModelConfig("lstm", hidden_size=9, num_layers=2, bidirectional=True, proj_size=4),
    ],
)
def test_parameters_of_a_run_are_those_that_torch_counts(model):
    count = sum(p.numel() for p in SequenceClassifier(model).parameters())
    assert RunConfig(model).parameters == count


def test_steps_and_digits_of_a_run_count_the_short_last_batch():
    run = RunConfig(training=TrainConfig(epochs=3, batch_size=50), digits=220)
    assert run.steps == 15
    assert [run.examples_after(step) for step in (0, 1, 4, 5, 6, 15)] == [0, 50, 200, 220, 270, 660]


@pytest.mark.parametrize("time_step", ["rows", "columns", "permuted"])
def test_a_row_or_column_is_one_of_28_steps(time_step):
    assert RunConfig(time_step=time_step).length == 28


@pytest.mark.parametrize(("chunk", "length"), [(1, 784), (7, 112), (49, 16), (784, 1)])
def test_chunks_of_pixels_make_784_by_chunk_steps(chunk, length):
    model, training = ModelConfig("rnn", chunk, hidden_size=8), TrainConfig(batch_size=100)
    run = RunConfig(model, training, time_step="pixels", chunk=chunk)
    assert run.length == length
    assert run.states == length * 100 * 8


def test_forget_bias_of_an_lstm_is_taken():
    assert RunConfig(training=TrainConfig(forget_bias=-1.0)).training.forget_bias == -1.0
