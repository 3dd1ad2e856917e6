"""Tests of a trace against torch.nn and against the cells, one step at a time, in float64."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnviz.core import cells
from rnnviz.core.inspect.layer_trace import STEPWISE_FROM
from rnnviz.core.inspect.trace import run_trace
from tests.core.networks import always_the_same, networks
from tests.intervened_networks import KINDS


def assert_same(got, expected):
    torch.testing.assert_close(got, expected, rtol=0, atol=1e-12)


def make(network, T, B, seed=0, with_state=True):
    """Build the module, x and the state (leaves that want gradients) from a seed."""
    cell, options = network
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        rnn = KINDS[cell](**options, dtype=torch.float64)
        depth = rnn.num_layers * (2 if rnn.bidirectional else 1)
        widths = [rnn.proj_size or rnn.hidden_size] + [rnn.hidden_size] * (cell == "lstm")
        shapes = [(T, B, rnn.input_size)] + [(depth, B, width) for width in widths]
        x, *states = [torch.randn(s, dtype=torch.float64, requires_grad=True) for s in shapes]
    if not with_state:
        return rnn, x, None
    return rnn, x, tuple(states) if cell == "lstm" else states[0]


def leaves(rnn, x, state):
    states = () if state is None else (state,) if isinstance(state, torch.Tensor) else state
    return [x, *states, *rnn.parameters()]


def step_through(rnn, x, state):
    """The plain way: every layer and direction by the cells; all tensors by layer and direction."""
    D = 2 if rnn.bidirectional else 1
    if state is None:
        depth, P = rnn.num_layers * D, rnn.proj_size or rnn.hidden_size
        state = (x.new_zeros(depth, x.shape[1], P), x.new_zeros(depth, x.shape[1], rnn.hidden_size))
    h_0, c_0 = (state, None) if isinstance(state, torch.Tensor) else state
    layers = []
    for layer in range(rnn.num_layers):
        layers.append([])
        for d, ending in enumerate(["", "_reverse"][:D]):
            suffix = f"_l{layer}{ending}"
            weights = {
                name.removesuffix(suffix): weight
                for name, weight in rnn.named_parameters()
                if name.removesuffix(suffix).count("_l") == 0
            }
            h, c = h_0[layer * D + d], None if c_0 is None else c_0[layer * D + d]
            rows = [None] * len(x)
            for t in reversed(range(len(x))) if ending else range(len(x)):
                rows[t], h, c = one_row(rnn, x[t], h, c, weights)
            layers[-1].append({name: torch.stack([r[name] for r in rows]) for name in rows[0]})
        x = torch.cat([direction["h"] for direction in layers[-1]], dim=-1)
    return layers


def one_row(rnn, x, h, c, weights):
    if isinstance(rnn, nn.LSTM):
        step = cells.lstm_step(x, h, c, **weights)
        row = {"h": step.h, "c": step.c, "h_prev": h, "c_prev": c, "a": step.a, **step.gates}
        return row, step.h, step.c
    if isinstance(rnn, nn.GRU):
        step = cells.gru_step(x, h, **weights)
    else:
        step = cells.rnn_step(x, h, **weights, nonlinearity=rnn.nonlinearity)
    return {"h": step.h, "h_prev": h, "a": step.a, **step.gates}, step.h, None


def shown(layer_trace):
    """All that a trace holds of one layer and direction, by name."""
    held = {name: getattr(layer_trace, name) for name in ("h", "c", "h_prev", "c_prev", "a")}
    return {name: value for name, value in held.items() if value is not None} | layer_trace.gates


def gradients(tensors, inputs):
    """Gradients of one weighted sum of all tensors, zeros where none arrives."""
    loss = sum(
        (tensor * torch.linspace(-1, 2, tensor.numel(), dtype=tensor.dtype).view_as(tensor)).sum()
        for tensor in tensors
    )
    return torch.autograd.grad(loss, inputs, allow_unused=True, materialize_grads=True)


def final(answer):
    """Flatten what a module returns: output, h_n and, for an LSTM, c_n."""
    output, state = answer
    return [output, state] if isinstance(state, torch.Tensor) else [output, *state]


def assert_all_same(got, expected):
    for one, other in zip(got, expected, strict=True):
        assert_same(one, other)


@always_the_same(60)
@given(networks(), st.integers(1, 5), st.integers(1, 3), st.booleans(), st.integers(0, 999))
def test_trace_ends_where_torch_ends_in_values_and_gradients(network, T, B, with_state, seed):
    rnn, x, state = make(network, T, B, seed, with_state)
    trace, expected = run_trace(rnn, x, state), final(rnn(x, state))
    got = [part for part in (trace.output, trace.h_n, trace.c_n) if part is not None]
    assert_all_same(got, expected)
    inputs = leaves(rnn, x, state)
    assert_all_same(gradients(got, inputs), gradients(expected, inputs))


@always_the_same(60)
@given(networks(), st.integers(1, 5), st.integers(1, 3), st.booleans(), st.integers(0, 999))
def test_trace_shows_what_the_cells_compute_row_by_row(network, T, B, with_state, seed):
    rnn, x, state = make(network, T, B, seed, with_state)
    trace, expected = run_trace(rnn, x, state), step_through(rnn, x, state)
    got, wanted = [], []
    for layer, (directions, rows) in enumerate(zip(trace.layers, expected, strict=True)):
        for layer_trace, by_name in zip(directions, rows, strict=True):
            assert layer_trace.layer == layer
            held = shown(layer_trace)
            assert held.keys() == by_name.keys()
            got += [held[name] for name in by_name]
            wanted += by_name.values()
    assert_all_same(got, wanted)
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
    network = ("lstm", {"input_size": 3, "hidden_size": H, "proj_size": proj_size, **options})
    rnn, x, state = make(network, T=3, B=STEPWISE_FROM // H, with_state=with_state)
    with torch.no_grad():
        trace, expected = run_trace(rnn, x, state), step_through(rnn, x, state)
        output, (h_n, c_n) = rnn(x, state)
    assert_all_same([trace.output, trace.h_n, trace.c_n], [output, h_n, c_n])
    for directions, rows in zip(trace.layers, expected, strict=True):
        for layer_trace, by_name in zip(directions, rows, strict=True):
            held = shown(layer_trace)
            assert_all_same([held[name] for name in by_name], by_name.values())


def test_large_lstm_still_passes_gradients():
    rnn, x, state = make(("lstm", {"input_size": 3, "hidden_size": 64}), 2, STEPWISE_FROM // 64)
    inputs = leaves(rnn, x, state)
    trace = run_trace(rnn, x, state)
    assert_all_same(
        gradients([trace.output, trace.c_n], inputs),
        gradients([final(rnn(x, state))[0], final(rnn(x, state))[2]], inputs),
    )


@always_the_same(25)
@given(networks(), st.integers(1, 3), st.integers(1, 3))
def test_trace_in_one_direction_is_the_same_for_any_split_of_time(network, before, after):
    cell, options = network
    rnn, x, state = make((cell, {**options, "bidirectional": False}), before + after, 2)
    whole, first = run_trace(rnn, x, state), run_trace(rnn, x[:before], state)
    carried = first.h_n if first.c_n is None else (first.h_n, first.c_n)
    second = run_trace(rnn, x[before:], carried)
    assert_same(second.h_n, whole.h_n)
    for (one,), (two,), (both,) in zip(first.layers, second.layers, whole.layers, strict=True):
        for name, tensor in shown(both).items():
            assert_same(torch.cat([shown(one)[name], shown(two)[name]]), tensor)


@always_the_same(25)
@given(networks(), st.randoms(use_true_random=False))
def test_relabelling_the_units_of_a_layer_permutes_its_trace(network, random):
    cell, options = network
    single = options | {"num_layers": 1} | ({"proj_size": 0} if cell == "lstm" else {})
    rnn, x, _ = make((cell, single), 4, 2)
    H = rnn.hidden_size
    order = torch.tensor(random.sample(range(H), H))
    before = run_trace(rnn, x)
    with torch.no_grad():
        for name, weight in rnn.named_parameters():
            rows = torch.cat([order + k * H for k in range(len(weight) // H)])
            weight.copy_(weight[rows][:, order] if "weight_hh" in name else weight[rows])
    after = run_trace(rnn, x)
    for old, new in zip(before.layers[0], after.layers[0], strict=True):
        for name in ("h", *old.gates):
            assert_same(shown(new)[name], shown(old)[name][..., order])


@pytest.mark.parametrize("cell", KINDS)
def test_reverse_direction_reads_from_the_last_row_and_keeps_the_order_of_time(cell):
    rnn, x, _ = make((cell, {"input_size": 2, "hidden_size": 3, "bidirectional": True}), 4, 2)
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
    network = (cell, {"input_size": 2, "hidden_size": 3, "num_layers": 2, "bidirectional": True})
    rnn, x, state = make(network, 4, 3)
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
    rnn, x, _ = make((cell, {"input_size": 2, "hidden_size": 3}), 4, 3)
    rnn, x = rnn.float(), x.detach().float()
    trace = run_trace(rnn, x)
    assert {tensor.dtype for tensor in shown(trace.layers[0][0]).values()} == {torch.float32}
    torch.testing.assert_close(trace.output, rnn(x)[0], rtol=0, atol=1e-6)
