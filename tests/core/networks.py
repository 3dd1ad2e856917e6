"""Hypothesis strategies for networks that torch accepts, and small classifiers in float64."""

import torch
from hypothesis import settings
from hypothesis import strategies as st
from torch import nn

from rnnviz.core.config import ModelConfig
from rnnviz.core.models import SequenceClassifier
from tests.intervened_networks import KINDS


def always_the_same(examples):
    return settings(max_examples=examples)


@st.composite
def networks(draw, most_inputs=4, most_units=5):
    """A configuration of any kind that torch accepts, as (cell, options)."""
    cell = draw(st.sampled_from(sorted(KINDS)))
    options = {
        "input_size": draw(st.integers(1, most_inputs)),
        "hidden_size": draw(st.integers(2, most_units)),
        "num_layers": draw(st.integers(1, 3)),
        "bias": draw(st.booleans()),
        "bidirectional": draw(st.booleans()),
    }
    if cell == "rnn":
        options["nonlinearity"] = draw(st.sampled_from(["tanh", "relu"]))
    if cell == "lstm":
        options["proj_size"] = draw(st.integers(0, options["hidden_size"] - 1))
    return cell, options


def make(T=4, B=3, seed=0, **options):
    """A classifier in float64 with a head that has opinions, x and targets, from a seed."""
    config = ModelConfig(**{"input_size": 2, "hidden_size": 4, **options})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = SequenceClassifier(config, num_classes=5).double()
        for weight in model.parameters():
            nn.init.normal_(weight, std=0.8)
        return model, torch.randn(T, B, 2, dtype=torch.float64), torch.randint(5, (B,))


def written_once():
    """An LSTM with W_hh = 0 that writes in its first row, then keeps c: f = 1 and i = 0."""
    model, x, targets = make(T=20, B=1, cell="lstm")
    with torch.no_grad():
        for weight in model.rnn.parameters():
            weight.zero_()
        model.rnn.bias_ih_l0[4:8] = 50.0
        model.rnn.weight_ih_l0[8:12, 1] = 1.0  # g reads the second input
        model.rnn.bias_ih_l0[:4] = -50.0
        model.rnn.weight_ih_l0[:4, 0] = 100.0  # i opens for the first, which is 1 in row 0 alone
    x[...], x[0] = 0.0, 1.0
    return model, x, targets


@st.composite
def options(draw):
    """Options of any network that torch accepts."""
    cell = draw(st.sampled_from(["rnn", "gru", "lstm"]))
    return {
        "cell": cell,
        "num_layers": draw(st.integers(1, 3)),
        "bidirectional": draw(st.booleans()),
        "bias": draw(st.booleans()),
        "proj_size": draw(st.sampled_from([0, 3])) if cell == "lstm" else 0,
        "nonlinearity": draw(st.sampled_from(["tanh", "relu"])),
        "pooling": draw(st.sampled_from(["last", "mean", "max", "output"])),
    }
