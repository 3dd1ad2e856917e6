"""Tests of the configs of the sine task: limits, counts, JSON."""

from __future__ import annotations

import json
import math
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.chapters.sine.config import SINE_LIMITS, SineConfig, seen_period
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.models import SequenceTagger
from rnnviz.training.tasks.registry import config_from_dict
from tests.jobs import assert_too_large

ONE = TrainConfig(batch_size=1)


@settings(max_examples=40)
@given(
    cell=st.sampled_from(["rnn", "gru", "lstm"]),
    hidden=st.integers(2, 12),
    layers=st.integers(1, 2),
    bias=st.booleans(),
    projected=st.booleans(),
)
def test_as_many_parameters_are_told_as_the_network_has(cell, hidden, layers, bias, projected):
    proj = hidden // 2 if projected and cell == "lstm" else 0
    model = ModelConfig(cell, 1, hidden_size=hidden, num_layers=layers, bias=bias, proj_size=proj)
    with torch.random.fork_rng(devices=[]):
        tagger = SequenceTagger(model, 1)
    assert SineConfig(model).parameters == sum(p.numel() for p in tagger.parameters())


def test_it_comes_back_from_what_is_written_of_it():
    config = SineConfig(
        ModelConfig("lstm", 1, 8),
        TrainConfig(batch_size=1, epochs=3, lr=0.1, betas=(0.8, 0.9)),
        signal="chirp",
        target="next",
        steps_per_period=7.5,
        segments=4,
        carry="full",
        pace=5,
    )
    assert config_from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_a_step_of_full_learns_from_a_whole_epoch():
    training = TrainConfig(batch_size=1, epochs=3)
    one_by_one = SineConfig(training=training, segments=8, segment_length=5)
    whole = SineConfig(training=training, segments=8, segment_length=5, carry="full")
    assert (one_by_one.steps, whole.steps) == (24, 3)
    assert (one_by_one.graph_steps, whole.graph_steps) == (5, 40)
    assert one_by_one.time_steps == whole.time_steps == 120
    assert (one_by_one.examples_after(24), whole.examples_after(3)) == (24, 24)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"segment_length": 0}, "segment_length must lie in [1, 200], got 0"),
        ({"segment_length": 2.0}, "segment_length must be a whole number, got 2.0"),
        ({"segments": 2001}, "segments must lie in [1, 2000], got 2001"),
        ({"phase": 360}, "phase must lie in [0, 359], got 360"),
        ({"steps_per_period": 0.5}, "steps_per_period must lie in [1, 1000], got 0.5"),
        ({"steps_per_period": math.nan}, "steps_per_period must lie in [1, 1000], got nan"),
        ({"steps_per_period": "20"}, "steps_per_period must be a number, got '20'"),
        ({"signal": "square"}, "signal must be one of sine, two_sines, chirp, noise"),
        ({"carry": "keep"}, "carry must be one of detach, reset, full, got 'keep'"),
        ({"training": TrainConfig(batch_size=2)}, "batch_size must be 1, one signal, got 2"),
        ({"training": TrainConfig(batch_size=1, lr=11.0)}, "lr must be at most 10, got 11.0"),
        ({"model": ModelConfig("rnn", 2, 8)}, "input_size must be 1, one number a step, got 2"),
        ({"model": ModelConfig("rnn", 1, 8, bidirectional=True)}, "the network must read in one"),
        ({"model": ModelConfig("rnn", 1, 8, pooling="max")}, "pooling must be last"),
        (
            {"training": TrainConfig(batch_size=1, forget_bias=1.0)},
            "forget_bias is for an LSTM alone, not for rnn",
        ),
        ({"carry": "full", "segments": 501}, "one graph would reach through 5,010 time steps; at"),
        (
            {"segments": 2000, "training": TrainConfig(batch_size=1, epochs=11)},
            "this run has 22,000 steps; at most 20,000",
        ),
        (
            {"segments": 1000, "segment_length": 101, "training": ONE},
            "this run has 1,010,000 time steps; at most 1,000,000",
        ),
    ],
)
def test_what_is_beyond_the_limits_is_refused_in_words(values, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        SineConfig(**values)


def test_segments_of_one_step_and_hundreds_in_one_graph_are_within_the_limits():
    assert SineConfig(segment_length=1).graph_steps == 1
    assert SineConfig(carry="full", segments=500).graph_steps == SINE_LIMITS["graph_steps"]


@pytest.mark.parametrize(
    ("period", "seen"), [(1, math.inf), (1.5, 3.0), (1.25, 5.0), (2, 2), (3, 3), (20, 20)]
)
def test_below_two_steps_per_period_a_slower_one_is_seen(period, seen):
    assert seen_period(period) == pytest.approx(seen)


@pytest.mark.parametrize(
    ("name", "size"), [("parameters", 32 * (1 + 32 + 2) + 33), ("states", 10 * 32)]
)
def test_a_server_that_allows_less_refuses_the_run(name, size):
    assert_too_large(SineConfig(), name, size, ".*")
