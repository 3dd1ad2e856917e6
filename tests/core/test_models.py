"""What a config builds, and what the head reads."""

import pytest
import torch
from torch import nn

from rnnviz.core.config import ModelConfig
from rnnviz.core.models import SequenceClassifier, build_rnn


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


def classifier(cell, bidirectional, num_layers=1):
    config = ModelConfig(cell, 3, 4, num_layers=num_layers, bidirectional=bidirectional)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return SequenceClassifier(config, num_classes=6).double(), torch.randn(5, 2, 3).double()


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("num_layers", [1, 2])
def test_head_of_one_direction_reads_the_last_output(cell, num_layers):
    model, x = classifier(cell, bidirectional=False, num_layers=num_layers)
    output, _ = model.rnn(x)
    torch.testing.assert_close(model(x), model.head(output[-1]), rtol=0, atol=1e-12)
    assert model(x).shape == (2, 6)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("num_layers", [1, 2])
def test_head_of_two_directions_reads_both_ends_and_not_the_last_output(cell, num_layers):
    model, x = classifier(cell, bidirectional=True, num_layers=num_layers)
    output, state = model.rnn(x)
    h_n = state[0] if cell == "lstm" else state
    both_ends = torch.cat([h_n[-2], h_n[-1]], dim=-1)
    torch.testing.assert_close(model(x), model.head(both_ends), rtol=0, atol=1e-12)
    torch.testing.assert_close(both_ends, torch.cat([output[-1, :, :4], output[0, :, 4:]], dim=-1))
    assert (model(x) - model.head(output[-1])).abs().max() > 1e-3


def test_head_is_as_wide_as_both_directions_projected():
    config = ModelConfig(hidden_size=8, proj_size=3, bidirectional=True)
    model = SequenceClassifier(config).double()  # in float32 oneDNN warns of projections
    assert model.head.weight.shape == (10, 6)
    assert model(torch.zeros(2, 1, 28).double()).shape == (1, 10)
