"""Tests of the embedded models against their JSON."""

import json

import pytest

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.training.loop.evaluate import accuracy
from rnnviz.training.store import checkpoint
from rnnviz.training.tasks.digit_recipes import RECIPES, split

EXPECTED = {
    "lstm-128": ModelConfig(cell="lstm", hidden_size=128),
    "gru-128": ModelConfig(cell="gru", hidden_size=128),
    "rnn-128": ModelConfig(cell="rnn", hidden_size=128, nonlinearity="tanh"),
    "bilstm-64": ModelConfig(cell="lstm", hidden_size=64, bidirectional=True),
}


def test_there_are_four_models_and_no_other_file_in_their_folder():
    assert tuple(EXPECTED) == checkpoint.EMBEDDED
    expected = {f"{name}{end}" for name in EXPECTED for end in (".safetensors", ".json")}
    assert {path.name for path in checkpoint.ASSETS.iterdir()} == expected


@pytest.mark.parametrize("name", checkpoint.EMBEDDED)
def test_an_embedded_model_says_how_it_was_made(name):
    model, meta = checkpoint.embedded(name)
    recipe = RECIPES[name]
    assert model.config == EXPECTED[name] == recipe.model
    assert ModelConfig.from_dict(meta["config"]) == recipe.model
    assert TrainConfig.from_dict(meta["training"]) == recipe.training
    assert meta["hand"] == json.loads(json.dumps(recipe.hand.to_dict()))
    assert meta["held_out"] == recipe.held_out
    assert meta["seed"] == recipe.training.seed
    assert meta["data_md5"] == mnist.MD5
    assert meta["command"] == f"python -m rnnviz train --recipe {name}"
    assert {"python", "torch", "torchvision", "safetensors"} <= set(meta["versions"])
    assert meta["wall_s"] > 0


@pytest.mark.parametrize("name", checkpoint.EMBEDDED)
def test_the_weights_alone_know_what_model_they_are(name, tmp_path):
    lone = tmp_path / "lone.safetensors"
    lone.write_bytes(checkpoint.embedded_path(name).read_bytes())
    assert checkpoint.load(lone)[0].config == EXPECTED[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", checkpoint.EMBEDDED)
def test_an_embedded_model_reads_the_digits_that_its_json_says(name, test_digits, training_digits):
    model, meta = checkpoint.embedded(name)
    measured = meta["measured"]
    assert accuracy(model, test_digits) == pytest.approx(measured["test"], abs=0.0005)
    held_out = split(training_digits, meta["held_out"])[1]
    assert accuracy(model, held_out) == pytest.approx(measured["held_out"], abs=0.0005)


def test_the_default_reads_994_of_1000_test_digits():
    assert checkpoint.embedded()[1]["measured"]["test"] >= 0.994
