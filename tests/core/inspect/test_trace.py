"""Tests of a trace against torch.nn and against the cells, one step at a time, in float64."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnviz.core.inspect.layer_trace import STEPWISE_FROM
from rnnviz.core.inspect.trace import run_trace
from tests.assertions import assert_all_same, assert_same
from tests.core.networks import always_the_same, networks
from tests.intervened_networks import (
    KINDS,
    assert_shows,
    gradients,
    leaves,
    make,
    shown,
    step_through,
)


def final(answer):
    """Flatten what a module returns: output, h_n and, for an LSTM, c_n."""
    output, state = answer
    return [output, state] if isinstance(state, torch.Tensor) else [output, *state]


@always_the_same(60)
@given(networks(), st.integers(1, 5), st.integers(1, 3), st.booleans(), st.integers(0, 999))
def test_trace_ends_where_torch_ends_in_values_and_gradients(network, T, B, with_state, seed):
    rnn, x, state = make(*network, T, B, seed, with_state)
    trace, expected = run_trace(rnn, x, state), final(rnn(x, state))
    got = [part for part in (trace.output, trace.h_n, trace.c_n) if part is not None]
    assert_all_same(got, expected)
    inputs = leaves(rnn, x, state)
    assert_all_same(gradients(got, inputs), gradients(expected, inputs))


@always_the_same(60)
@given(networks(), st.integers(1, 5), st.integers(1, 3), st.booleans(), st.integers(0, 999))
def test_trace_shows_what_the_cells_compute_row_by_row(network, T, B, with_state, seed):
    rnn, x, state = make(*network, T, B, seed, with_state)
    trace = run_trace(rnn, x, state)
    assert [[one.layer for one in layer] for layer in trace.layers] == [
        [n] * len(layer) for n, layer in enumerate(trace.layers)
    ]
    got, wanted = assert_shows(trace, step_through(rnn, x, state))
    inputs = leaves(rnn, x, state)
    assert_all_same(gradients(got, inputs), gradients(wanted, inputs))


@always_the_same(12)
@given(
    num_layers=st.integers(1, 2),
    bidirectional=st.booleans(),
    bias=st.booleans(),
    proj_size=st.sampled_from([0, 3]),
    with_state=st.booleans(),
)
def test_large_lstm_shows_the_same_as_the_cells(
    num_layers, bidirectional, bias, proj_size, with_state
):
    H = 64
    options = {"num_layers": num_layers, "bidirectional": bidirectional, "bias": bias}
    options |= {"input_size": 3, "hidden_size": H, "proj_size": proj_size}
    rnn, x, state = make("lstm", options, T=3, B=STEPWISE_FROM // H, with_state=with_state)
    with torch.no_grad():
        assert_shows(run_trace(rnn, x, state), step_through(rnn, x, state))


def test_large_lstm_still_passes_gradients():
    rnn, x, state = make("lstm", {"input_size": 3, "hidden_size": 64}, 2, STEPWISE_FROM // 64)
    inputs = leaves(rnn, x, state)
    trace = run_trace(rnn, x, state)
    assert_all_same(
        gradients([trace.output, trace.c_n], inputs),
        gradients([final(rnn(x, state))[0], final(rnn(x, state))[2]], inputs),
    )


@pytest.mark.parametrize("cell", KINDS)
def test_reverse_direction_reads_from_the_last_row_and_keeps_the_order_of_time(cell):
    rnn, x, _ = make(cell, {"input_size": 2, "hidden_size": 3, "bidirectional": True}, 4, 2)
    other = x.detach().clone()
    other[1] += 1.0
    forward, reverse = run_trace(rnn, x).layers[0]
    forward_, reverse_ = run_trace(rnn, other).layers[0]
    assert (forward.direction, reverse.direction) == ("forward", "reverse")
    touched = (forward.h != forward_.h).flatten(1).any(1).tolist()
    assert touched == [False, True, True, True]
    assert (reverse.h != reverse_.h).flatten(1).any(1).tolist() == [True, True, False, False]


def test_trace_of_one_relu_unit_gives_the_numbers_done_by_hand():
    """H_t = relu(x_t + 2 h_{t-1}) over 1, -1, 3: forward 1, 1, 5; from the end 3, 5, 11."""
    rnn = nn.RNN(1, 1, bias=False, nonlinearity="relu", bidirectional=True, dtype=torch.float64)
    for name, weight in rnn.named_parameters():
        nn.init.constant_(weight, 2.0 if "weight_hh" in name else 1.0)
    trace = run_trace(rnn, torch.tensor([1.0, -1.0, 3.0], dtype=torch.float64).view(3, 1, 1))
    forward, reverse = trace.layers[0]
    assert forward.h.flatten().tolist() == [1.0, 1.0, 5.0]
    assert reverse.h.flatten().tolist() == [11.0, 5.0, 3.0]
    assert reverse.h_prev.flatten().tolist() == [5.0, 3.0, 0.0]
    assert trace.h_n.flatten().tolist() == [5.0, 11.0]
    assert forward.c is None
    assert trace.c_n is None


@pytest.mark.parametrize("cell", KINDS)
@pytest.mark.parametrize("batch_first", [False, True])
def test_batch_first_and_unbatched_input_are_traced_time_first(cell, batch_first):
    options = {"input_size": 2, "hidden_size": 3, "num_layers": 2, "bidirectional": True}
    rnn, x, state = make(cell, options, 4, 3)
    expected = run_trace(rnn, x, state)
    rnn.batch_first = batch_first
    got = run_trace(rnn, x.transpose(0, 1) if batch_first else x, state)
    assert_same(got.output, expected.output)
    one = tuple(s[:, 1] for s in state) if isinstance(state, tuple) else state[:, 1]
    unbatched = run_trace(rnn, x[:, 1], one)
    assert_same(unbatched.output, expected.output[:, 1:2])
    assert_same(unbatched.h_n[:, 0], final(rnn(x[:, 1], one))[1])


@pytest.mark.parametrize("cell", KINDS)
def test_float32_is_traced_as_float32(cell):
    rnn, x, _ = make(cell, {"input_size": 2, "hidden_size": 3}, 4, 3)
    rnn, x = rnn.float(), x.detach().float()
    trace = run_trace(rnn, x)
    assert {tensor.dtype for tensor in shown(trace.layers[0][0]).values()} == {torch.float32}
    torch.testing.assert_close(trace.output, rnn(x)[0], rtol=0, atol=1e-6)
