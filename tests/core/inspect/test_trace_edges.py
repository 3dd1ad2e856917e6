"""Tests of a trace's side effects and of its errors on invalid arguments."""

import re

import pytest
import torch
from torch import nn

from rnnviz.core.inspect.trace import run_trace
from tests.assertions import left_as_found
from tests.intervened_networks import KINDS


@pytest.mark.parametrize("cell", KINDS)
@pytest.mark.parametrize("training", [False, True])
def test_module_is_left_as_found_also_after_an_error(cell, training):
    rnn, x = KINDS[cell](2, 3, num_layers=2), torch.rand(4, 3, 2, requires_grad=True)
    rnn.train(training)
    rnn.weight_ih_l0.requires_grad_(False)
    calls = []
    rnn.register_forward_hook(lambda *_: calls.append(1))
    with left_as_found(rnn):
        run_trace(rnn, x)
    with left_as_found(rnn), pytest.raises(ValueError, match="x must be"):
        run_trace(rnn, x[..., :1])
    rnn.weight_hh_l1 = nn.Parameter(torch.zeros(1, 1))
    with left_as_found(rnn), pytest.raises(RuntimeError):
        run_trace(rnn, x)
    assert calls == []


def test_active_dropout_is_refused_and_eval_is_asked_for():
    rnn = nn.LSTM(2, 3, num_layers=2, dropout=0.5)
    x = torch.zeros(4, 1, 2)
    with left_as_found(rnn), pytest.raises(ValueError, match=r"dropout is active.*rnn\.eval\(\)"):
        run_trace(rnn, x)
    torch.testing.assert_close(run_trace(rnn.eval(), x).output, rnn(x)[0], rtol=0, atol=1e-6)


X = torch.zeros(4, 3, 2)


@pytest.mark.parametrize(
    ("x", "state", "message"),
    [
        (X[..., :1], None, "x must be (T, B, I) or (T, I) with I = 2, got (4, 3, 1)"),
        (X[0, 0], None, "x must be (T, B, I) or (T, I) with I = 2, got (2,)"),
        (X[:0], None, "x must have at least one time step, got T = 0"),
        (X.double(), None, "x must have the weights' dtype, torch.float32, got torch.float64"),
        (X, X, "state must be h_0 and c_0, got 1 tensor(s)"),
        (
            X,
            (torch.zeros(2, 3, 4), torch.zeros(2, 3, 5)),
            "c_0 must be (num_layers·D, B, H) = (2, 3, 6), got (2, 3, 5)",
        ),
        (
            X[:, 0],
            (torch.zeros(2, 1, 4), torch.zeros(2, 6)),
            "h_0 must be (num_layers·D, P) = (2, 4), got (2, 1, 4)",
        ),
    ],
)
def test_wrong_arguments_are_told_what_was_expected(x, state, message):
    with pytest.raises(ValueError, match=re.escape(message) + "$"):
        run_trace(nn.LSTM(2, 6, bidirectional=True, proj_size=4), x, state)


def test_other_modules_and_packed_sequences_are_refused():
    with pytest.raises(TypeError, match=r"rnn must be an nn\.RNN, nn\.GRU or nn\.LSTM, got Linear"):
        run_trace(nn.Linear(2, 2), X)
    packed = nn.utils.rnn.pack_padded_sequence(X, torch.tensor([4, 3, 2]))
    with pytest.raises(TypeError, match="x must be a tensor, got PackedSequence"):
        run_trace(nn.GRU(2, 3), packed)
