"""Tests of the configs of runs on text: limits, counts, JSON."""

import json
import re
from dataclasses import replace

import pytest
import torch

from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.text_training import config_of, text_network
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.tasks.registry import config_from_dict

PAIRS = (("ab", "ba"), ("abc", "cba"))
CONFIGS = [
    TextConfig(),
    config_of("cell", PAIRS),
    config_of("embedding", PAIRS, num_layers=2),
    config_of("language", text="abcd" * 40, cell="lstm", num_layers=2, window=9),
    config_of("classifier", (("i love you", "1"), ("i hate you", "0")), cell="gru"),
    config_of("writer", PAIRS, cell="gru", teacher_forcing=False),
    config_of("classifier", (("ab", "1"), ("c", "0"), ("d", "0")), unit="character", held_out=1),
]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.network)
def test_as_many_parameters_are_told_as_the_network_has_and_it_comes_back(config):
    with torch.random.fork_rng(devices=[]):
        model = text_network(config)
    assert config.parameters == sum(p.numel() for p in model.parameters())
    assert config_from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_steps_and_examples_count_windows_or_lines():
    language = config_of("language", text="abcd" * 100, window=30, epochs=2, batch_size=5)
    assert (language.sequences, language.steps, language.length) == (12, 6, 30)
    assert [language.examples_after(step) for step in (0, 2, 3, 6)] == [0, 10, 12, 24]
    assert TextConfig().steps == 15


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"network": "bert"}, "network must be one of cell, rnn,"),
        ({"symbols": 1}, "symbols must lie in [2, 4000], got 1"),
        ({"symbols": 5}, "input_size and hidden_size must be K = 5, got 4 and 4"),
        ({"symbols": 4.0}, "symbols must be a whole number"),
        ({"pairs": ()}, "pairs must be lines with their targets"),
        ({"pairs": (("a", ""),)}, "pairs must be lines with their targets"),
        ({"pairs": (("a", "b"),) * 101}, "there are 101 lines; at most 100"),
        ({"text": "abc"}, "and no text"),
        ({"network": "language"}, "a language model learns a text, and no pairs"),
        ({"network": "classifier"}, "two classes at least, got 1"),
        ({"pairs": (("a" * 2**20, "b"),)}, "1,048,577 code points; at most 1,048,576"),
        ({"network": "embedding", "symbols": 501}, "symbols must be at most 500 here, got 501"),
        ({"model": ModelConfig("lstm", 4, 4)}, "plain and of one layer"),
        ({"model": ModelConfig("rnn", 4, 4, bidirectional=True)}, "nothing but cell, sizes"),
        ({"network": "embedding", "model": ModelConfig("gru", 4, 4)}, "is an rnn, got gru"),
        ({"network": "writer", "model": ModelConfig("gru", 4, 4, 2)}, "num_layers must be 1"),
        ({"training": TrainConfig(forget_bias=1.0)}, "forget_bias cannot be set"),
        ({"training": TrainConfig(lr=11.0)}, "lr must be at most 10"),
        ({"training": TrainConfig(epochs=2001)}, "epochs must lie in [1, 2000]"),
        ({"unit": "character"}, "held_out and unit are for a classifier alone"),
        (
            {"network": "classifier", "pairs": (("a", "1"), ("b", "0")), "held_out": 1},
            "held_out must lie in [0, 0], got 1",
        ),
        ({"device": "tpu"}, "device must be auto"),
        (
            {
                "network": "language",
                "pairs": (),
                "text": "ab" * 50_000,
                "window": 4,
                "training": TrainConfig(epochs=100, batch_size=1),
            },
            "this run has 2,250,000 steps",
        ),
    ],
)
def test_what_cannot_be_trained_is_said(values, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        replace(TextConfig(), **values)


def test_pairs_that_are_no_texts_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^pairs must be .* two texts each$"):
        config_from_dict({"task": "characters", "pairs": [["a", 1]]})
