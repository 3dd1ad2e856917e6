"""Tests of the configs of the delay task: limits, counts, JSON."""

from __future__ import annotations

import json
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.chapters.recurrence.recall_config import DELAY_LIMITS, DelayConfig
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.models import SequenceTagger
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.training.tasks.registry import config_from_dict


@settings(max_examples=60)
@given(
    cell=st.sampled_from(["rnn", "gru", "lstm"]),
    hidden=st.integers(1, 12),
    layers=st.integers(1, 2),
    symbols=st.integers(2, 6),
    bias=st.booleans(),
    projected=st.booleans(),
)
def test_as_many_parameters_are_told_as_the_network_has(
    cell, hidden, layers, symbols, bias, projected
):
    proj = hidden // 2 if projected and cell == "lstm" else 0
    model = ModelConfig(
        cell, 2 * symbols, hidden_size=hidden, num_layers=layers, bias=bias, proj_size=proj
    )
    config = DelayConfig(model, TrainConfig(), symbols=symbols)
    with torch.random.fork_rng(devices=[]):
        tagger = SequenceTagger(model, symbols)
    assert config.parameters == sum(p.numel() for p in tagger.parameters())


def test_it_comes_back_from_what_is_written_of_it_as_a_run_on_digits_does():
    for config in (DelayConfig(delay=7), RunConfig(digits=100)):
        assert config_from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_its_steps_and_examples_count_a_short_last_batch():
    config = DelayConfig(training=TrainConfig(epochs=2, batch_size=32), sequences=100)
    assert config.steps == 8
    assert [config.examples_after(step) for step in (0, 3, 4, 5, 8)] == [0, 96, 100, 132, 200]
    assert config.chance == 1 / 8
    assert config.length == config.delay + 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"delay": 0}, "delay must lie in [1, 200], got 0"),
        ({"delay": 201}, "delay must lie in [1, 200], got 201"),
        ({"delay": 2.0}, "delay must be a whole number, got 2.0"),
        ({"symbols": 1}, "symbols must lie in [2, 16], got 1"),
        ({"symbols": True}, "symbols must be a whole number, got True"),
        ({"symbols": 4}, "input_size must be 2 · symbols = 8, got 16"),
        ({"device": "tpu"}, "device must be auto, cuda, mps or cpu, got 'tpu'"),
        ({"training": TrainConfig(lr=11.0)}, "lr must be at most 10, got 11.0"),
        ({"training": TrainConfig(epochs=101)}, "epochs must lie in [1, 100], got 101"),
        (
            {"model": ModelConfig("gru", 16, 32), "training": TrainConfig(forget_bias=1.0)},
            "forget_bias is for an LSTM alone, not for gru",
        ),
        (
            {"model": ModelConfig("gru", 16, 32, bidirectional=True), "training": TrainConfig()},
            "the network must read in one direction: it is asked at every step",
        ),
        (
            {"model": ModelConfig("rnn", 16, 32, pooling="max"), "training": TrainConfig()},
            "pooling must be last: each step is asked, got max",
        ),
        ({"sequences": 100_000, "training": TrainConfig(epochs=100)}, "this run has 78,200 steps"),
        (
            {
                "model": ModelConfig("rnn", 16, 256),
                "training": TrainConfig(batch_size=256),
                "delay": 200,
            },
            "this run has 13,172,736 states",
        ),
    ],
)
def test_what_is_beyond_the_limits_is_refused_in_words(values, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        DelayConfig(**values)


def test_the_largest_delay_is_within_the_limits():
    assert DelayConfig(delay=DELAY_LIMITS["delay"]).length == 201
