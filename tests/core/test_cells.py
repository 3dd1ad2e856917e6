"""Tests of one step of each cell against torch.nn in float64, laws, and manual calculations."""

import math
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnnviz.core import cells
from tests.assertions import assert_all_same, assert_same

always_the_same = settings(max_examples=50)
sizes = st.integers(1, 4)
seeds = st.integers(0, 10_000)
STEPS = {nn.RNN: cells.rnn_step, nn.GRU: cells.gru_step, nn.LSTM: cells.lstm_step}


def make(module, seed, *shapes, **options):
    """A module and tensors in float64, from a seed, with torch's own randomness put back."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        rnn = module(dtype=torch.float64, **options)
        return rnn, [
            torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes
        ]


def weights_of(rnn):
    return {name.removesuffix("_l0"): weight for name, weight in rnn.named_parameters()}


def walk(rnn, x, h, c=None, **options):
    """Step through x; return all h and the last c."""
    hs = []
    for x_t in x:
        state = (h,) if c is None else (h, c)
        step = STEPS[type(rnn)](x_t, *state, **weights_of(rnn), **options)
        h = step.h
        c = None if c is None else step.c
        hs.append(h)
    return torch.stack(hs), c


def assert_same_gradients(ours, theirs, inputs):
    """Compare the gradients of two weighted sums; every input must be reached by both."""
    weight = torch.linspace(-1, 1, ours.numel(), dtype=torch.float64).view_as(ours)
    got = torch.autograd.grad((ours * weight).sum(), inputs)
    expected = torch.autograd.grad((theirs * weight).sum(), inputs)
    assert_all_same(got, expected)


@always_the_same
@given(
    module=st.sampled_from([nn.RNN, nn.GRU]),
    T=sizes,
    B=sizes,
    I=sizes,
    H=sizes,
    bias=st.booleans(),
    relu=st.booleans(),
    seed=seeds,
)
def test_rnn_and_gru_steps_match_torch_in_values_and_gradients(
    module, T, B, I, H, bias, relu, seed
):
    how = {"nonlinearity": "relu" if relu else "tanh"} if module is nn.RNN else {}
    options = {"input_size": I, "hidden_size": H, "bias": bias, **how}
    rnn, (x, h_0) = make(module, seed, (T, B, I), (B, H), **options)
    ours, _ = walk(rnn, x, h_0, **how)
    theirs, _ = rnn(x, h_0[None])
    assert_same(ours, theirs)
    assert_same_gradients(ours, theirs, [x, h_0, *rnn.parameters()])


@always_the_same
@given(T=sizes, B=sizes, I=sizes, H=st.integers(2, 5), P=sizes, bias=st.booleans(), seed=seeds)
def test_lstm_step_matches_torch_in_values_and_gradients(T, B, I, H, P, bias, seed):
    proj_size = P if P < H else 0
    P = proj_size or H
    options = {"input_size": I, "hidden_size": H, "bias": bias, "proj_size": proj_size}
    rnn, (x, h_0, c_0) = make(nn.LSTM, seed, (T, B, I), (B, P), (B, H), **options)
    ours, c = walk(rnn, x, h_0, c_0)
    theirs, (_, c_n) = rnn(x, (h_0[None], c_0[None]))
    assert_same(ours, theirs)
    assert_same(c, c_n[0])
    inputs = [x, h_0, c_0, *rnn.parameters()]
    assert_same_gradients(torch.cat([ours[-1], c], -1), torch.cat([theirs[-1], c_n[0]], -1), inputs)


def gates_of_one_unit(values):
    return torch.tensor(values, dtype=torch.float64)[:, None]


def test_lstm_of_one_unit_gives_the_numbers_done_by_hand():
    """i, f, g, o see 0, ln 3, atanh 0.5, ln 4: gates 0.5, 0.75, 0.5, 0.8; c = 0.75·2 + 0.25."""
    a = gates_of_one_unit([0.0, math.log(3), math.atanh(0.5), math.log(4)])
    one = torch.ones(1, 1, dtype=torch.float64)
    step = cells.lstm_step(one, 0 * one, 2 * one, weight_ih=a, weight_hh=0 * a)
    assert [round(gate.item(), 12) for gate in step.gates.values()] == [0.5, 0.75, 0.5, 0.8]
    assert step.c.item() == pytest.approx(1.75, abs=1e-12)
    assert step.h.item() == pytest.approx(0.8 * math.tanh(1.75), abs=1e-12)
    assert list(step.gates) == ["i", "f", "g", "o"]
    assert_same(step.a, a.T)


def test_gru_of_one_unit_scales_the_states_share_of_n_by_r():
    """r = 0.25, z = 0.75; n sees 0.3 + 0.25·(0.4·1 + 0.8) = 0.6; h = 0.25·tanh 0.6 + 0.75."""
    one = torch.ones(1, 1, dtype=torch.float64)
    step = cells.gru_step(
        one,
        one,
        weight_ih=gates_of_one_unit([-math.log(3), math.log(3), 0.1]),
        weight_hh=gates_of_one_unit([0.0, 0.0, 0.4]),
        bias_ih=torch.tensor([0.0, 0.0, 0.2], dtype=torch.float64),
        bias_hh=torch.tensor([0.0, 0.0, 0.8], dtype=torch.float64),
    )
    assert step.r.item() == pytest.approx(0.25, abs=1e-12)
    assert step.z.item() == pytest.approx(0.75, abs=1e-12)
    assert step.n.item() == pytest.approx(math.tanh(0.6), abs=1e-12)
    assert step.h.item() == pytest.approx(0.25 * math.tanh(0.6) + 0.75, abs=1e-12)
    assert step.a_ih[0, 2].item() == pytest.approx(0.3, abs=1e-12)
    assert step.a_hh[0, 2].item() == pytest.approx(1.2, abs=1e-12)
    assert_same(step.a, torch.tensor([[-math.log(3), math.log(3), 0.6]], dtype=torch.float64))
    assert list(step.gates) == ["r", "z", "n"]


def test_rnn_of_one_unit_gives_the_numbers_done_by_hand():
    """A = 0.5·1 - 2·1 + 0.25 = -1.25."""
    one = torch.ones(1, 1, dtype=torch.float64)
    bias = torch.tensor([0.25], dtype=torch.float64)
    weights = {"weight_ih": 0.5 * one, "weight_hh": -2 * one, "bias_ih": bias}
    tanh = cells.rnn_step(one, one, **weights)
    relu = cells.rnn_step(one, one, **weights, nonlinearity="relu")
    assert tanh.a.item() == relu.a.item() == -1.25
    assert tanh.h.item() == pytest.approx(math.tanh(-1.25), abs=1e-12)
    assert relu.h.item() == 0.0
    assert tanh.gates == {}


def biases_of(gates, H, **opened):
    """A bias that drives the named gates to 0 or 1 beyond what float64 can tell apart."""
    rows = [torch.full((H,), float(opened.get(gate, 0)), dtype=torch.float64) for gate in gates]
    return torch.cat(rows)


@always_the_same
@given(B=sizes, I=sizes, H=sizes, seed=seeds)
def test_open_forget_gate_and_shut_input_gate_keep_the_cell(B, I, H, seed):
    shapes = ((B, I), (B, H), (B, H))
    lstm, (x, h, c) = make(nn.LSTM, seed, *shapes, input_size=I, hidden_size=H)
    weights = weights_of(lstm) | {"bias_ih": biases_of("ifgo", H, i=-800, f=800)}
    assert torch.equal(cells.lstm_step(x, h, c, **weights).c, c)


@always_the_same
@given(B=sizes, I=sizes, H=sizes, seed=seeds)
def test_z_of_one_keeps_the_hidden_state_and_z_of_zero_takes_the_candidate(B, I, H, seed):
    gru, (x, h) = make(nn.GRU, seed, (B, I), (B, H), input_size=I, hidden_size=H)
    keep = cells.gru_step(x, h, **weights_of(gru) | {"bias_ih": biases_of("rzn", H, z=800)})
    take = cells.gru_step(x, h, **weights_of(gru) | {"bias_ih": biases_of("rzn", H, z=-800)})
    assert torch.equal(keep.h, h)
    assert_same(take.h, take.n)


def test_any_axes_may_stand_for_the_batch():
    lstm, (x, h, c) = make(nn.LSTM, 1, (5, 2, 3), (5, 2, 4), (5, 2, 4), input_size=3, hidden_size=4)
    whole = cells.lstm_step(x, h, c, **weights_of(lstm))
    for t in range(5):
        assert_same(whole.h[t], cells.lstm_step(x[t], h[t], c[t], **weights_of(lstm)).h)


def test_step_is_frozen():
    rnn, (x, h) = make(nn.RNN, 0, (1, 2), (1, 3), input_size=2, hidden_size=3)
    step = cells.rnn_step(x, h, **weights_of(rnn))
    with pytest.raises(AttributeError):
        step.h = x


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("weight_ih", (12, 5), "weight_ih must be (4H, I) = (12, 4), got (12, 5)"),
        ("weight_hh", (12, 3), "weight_hh must be (4H, P) = (12, 2), got (12, 3)"),
        ("bias_ih", (3,), "bias_ih must be (4H,) = (12,), got (3,)"),
        ("bias_hh", (12, 1), "bias_hh must be (4H,) = (12,), got (12, 1)"),
        ("weight_hr", (3, 2), "weight_hr must be (P, H) = (2, 3), got (3, 2)"),
        ("h_prev", (4, 2), "h_prev must be (B, P) = (5, 2), got (4, 2)"),
        ("c_prev", (1, 3), "c_prev must be (B, H) = (5, 3), got (1, 3)"),
    ],
)
def test_lstm_step_says_which_shape_is_wrong(name, shape, message):
    shapes = {
        "x": (5, 4), "h_prev": (5, 2), "c_prev": (5, 3), "weight_ih": (12, 4),
        "weight_hh": (12, 2), "bias_ih": (12,), "bias_hh": (12,), "weight_hr": (2, 3),
    }  # fmt: skip
    tensors = {key: torch.zeros(value) for key, value in shapes.items()}
    cells.lstm_step(**tensors)
    with pytest.raises(ValueError, match=re.escape(message) + "$"):
        cells.lstm_step(**tensors | {name: torch.zeros(shape)})


def test_lstm_step_without_projection_wants_h_as_wide_as_c():
    x, h, c = torch.zeros(5, 4), torch.zeros(5, 2), torch.zeros(5, 3)
    with pytest.raises(ValueError, match=r"h_prev must be \(B, P\) = \(5, 3\), got \(5, 2\)"):
        cells.lstm_step(x, h, c, torch.zeros(12, 4), torch.zeros(12, 3))


def test_gru_and_rnn_steps_say_which_shape_is_wrong():
    x, h = torch.zeros(5, 4), torch.zeros(5, 3)
    with pytest.raises(ValueError, match=r"weight_ih must be \(3H, I\) = \(9, 4\), got \(9, 5\)"):
        cells.gru_step(x, h, torch.zeros(9, 5), torch.zeros(9, 3))
    with pytest.raises(ValueError, match=r"weight_hh must be \(H, H\) = \(3, 3\), got \(3, 2\)"):
        cells.rnn_step(x, h, torch.zeros(3, 4), torch.zeros(3, 2))
    with pytest.raises(ValueError, match="nonlinearity must be tanh or relu, got 'sin'"):
        cells.rnn_step(x, h, torch.zeros(3, 4), torch.zeros(3, 3), nonlinearity="sin")
