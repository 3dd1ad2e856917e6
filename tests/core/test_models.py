"""Tests of the modules that a config builds, and of the states that the head reads."""

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


def classifier(cell, bidirectional, num_layers=1, pooling="last"):
    config = ModelConfig(
        cell, 3, 4, num_layers=num_layers, bidirectional=bidirectional, pooling=pooling
    )
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


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_last_is_bit_for_bit_the_head_on_h_n(cell, bidirectional):
    model, x = classifier(cell, bidirectional, num_layers=2)
    model, x = model.float(), x.float()
    _, state = model.rnn(x)
    h_n = state[0] if cell == "lstm" else state
    ends = torch.cat([h_n[-2], h_n[-1]], dim=-1) if bidirectional else h_n[-1]
    assert torch.equal(model(x), model.head(ends))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("pooling", ["mean", "max"])
def test_head_reads_the_mean_or_the_maximum_of_each_unit_over_all_rows(
    cell, bidirectional, pooling
):
    model, x = classifier(cell, bidirectional, num_layers=2, pooling=pooling)
    output = model.rnn(x)[0].detach().numpy()  # (T, B, D·P)
    pooled = torch.from_numpy(output.mean(0) if pooling == "mean" else output.max(0))
    torch.testing.assert_close(model(x), model.head(pooled), rtol=0, atol=1e-12)
    assert model(x).shape == (2, 6)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_output_is_what_both_directions_hold_at_the_last_row(cell, bidirectional):
    model, x = classifier(cell, bidirectional, num_layers=2, pooling="output")
    output, _ = model.rnn(x)
    torch.testing.assert_close(model(x), model.head(output[-1]), rtol=0, atol=1e-12)
    last, _ = classifier(cell, bidirectional, num_layers=2, pooling="last")
    same = torch.allclose(model(x), last(x), rtol=0, atol=1e-12)
    assert same != bidirectional


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
