"""Tests of the modules that a config builds, and of the states that the head reads."""

import pytest
import torch
from torch import nn

from rnnviz.core.config import ModelConfig
from rnnviz.core.models import SequenceClassifier, build_rnn
from tests.assertions import assert_same


@pytest.mark.parametrize(("cell", "kind"), [("rnn", nn.RNN), ("gru", nn.GRU), ("lstm", nn.LSTM)])
def test_module_has_every_setting_of_its_config(cell, kind):
    config = ModelConfig(
        cell, 3, 5, num_layers=2, bidirectional=True, dropout=0.25, bias=False, nonlinearity="relu"
    )
    rnn = build_rnn(config)
    assert type(rnn) is kind
    assert (rnn.input_size, rnn.hidden_size, rnn.num_layers) == (3, 5, 2)
    assert (rnn.bidirectional, rnn.dropout, rnn.bias) == (True, 0.25, False)
    assert not rnn.batch_first
    if cell == "rnn":
        assert rnn.nonlinearity == "relu"


def test_lstm_has_its_projection():
    assert build_rnn(ModelConfig(hidden_size=5, proj_size=2)).weight_hr_l0.shape == (2, 5)


def test_dropout_without_a_second_layer_is_left_out_and_torch_does_not_warn():
    assert build_rnn(ModelConfig(dropout=0.5)).dropout == 0.0


def classifier(cell, bidirectional, num_layers=1, pooling="last"):
    config = ModelConfig(
        cell, 3, 4, num_layers=num_layers, bidirectional=bidirectional, pooling=pooling
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return SequenceClassifier(config, num_classes=6).double(), torch.randn(5, 2, 3).double()


def features(model, x):
    """What the head is to read, of torch's own output and last state."""
    output, state = model.rnn(x)
    h_n = state[0] if model.config.cell == "lstm" else state
    ends = torch.cat([h_n[-2], h_n[-1]], dim=-1) if model.config.bidirectional else h_n[-1]
    kinds = {"last": ends, "output": output[-1], "mean": output.mean(0), "max": output.amax(0)}
    return kinds[model.config.pooling]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("pooling", ["last", "output", "mean", "max"])
def test_the_head_reads_the_features_of_its_pooling(cell, bidirectional, num_layers, pooling):
    model, x = classifier(cell, bidirectional, num_layers, pooling)
    assert_same(model(x), model.head(features(model, x)))
    assert model(x).shape == (2, 6)
    model, x = model.float(), x.float()
    assert pooling != "last" or torch.equal(model(x), model.head(features(model, x)))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_both_ends_are_the_output_at_the_last_row_in_one_direction_alone(cell, bidirectional):
    model, x = classifier(cell, bidirectional)
    output, _ = model.rnn(x)
    apart = (model(x) - model.head(output[-1])).abs().max()
    assert (apart > 1e-3) == bidirectional
    if bidirectional:
        ends = torch.cat([output[-1, :, :4], output[0, :, 4:]], dim=-1)
        assert_same(model(x), model.head(ends))


def test_poolings_of_one_row_are_the_same_and_of_five_are_not():
    answers = {}
    for pooling in ("last", "mean", "max"):
        model, x = classifier("gru", bidirectional=True, pooling=pooling)
        answers[pooling] = model(x[:1]), model(x)
    for pooling in ("mean", "max"):
        torch.testing.assert_close(answers[pooling][0], answers["last"][0], rtol=0, atol=1e-12)
        assert (answers[pooling][1] - answers["last"][1]).abs().max() > 1e-3


def test_head_is_as_wide_as_both_directions_projected():
    config = ModelConfig(hidden_size=8, proj_size=3, bidirectional=True)
    model = SequenceClassifier(config).double()  # in float32 oneDNN warns of projections
    assert model.head.weight.shape == (10, 6)
    assert model(torch.zeros(2, 1, 28).double()).shape == (1, 10)
