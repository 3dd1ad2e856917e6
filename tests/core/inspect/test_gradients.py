"""Tests of gradients through time against explicit loops and closed forms, in float64."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect.gradients import reach
from rnnviz.core.models import SequenceClassifier
from tests.assertions import assert_near, left_as_found
from tests.core.networks import make

always_the_same = settings(max_examples=40)


def with_deltas(model, x, dh, dc):
    """Logits with dh[d][t] added to h_t and dc[d][t] to c_t of the top layer, cell by cell."""
    config, layers = model.config, model.config.num_layers
    for layer in range(layers):
        sides = []
        for d in range(config.num_directions):
            suffix = f"_l{layer}" + ("_reverse" if d else "")
            weights = {
                name.removesuffix(suffix): weight
                for name, weight in model.rnn.named_parameters()
                if name.endswith(suffix)
            }
            deltas = (dh[d], dc[d]) if layer == layers - 1 else None
            sides.append(read_direction(config, weights, x, deltas, reverse=bool(d)))
        x = torch.cat([torch.stack(rows) for rows in sides], dim=-1)
    if config.pooling == "mean":
        return model.head(sum(x) / len(x))
    if config.pooling == "max":
        return model.head(x.max(0).values)  # of equal rows the first, as the model does
    if config.pooling == "output":
        return model.head(x[-1])
    return model.head(torch.cat([side[0 if d else -1] for d, side in enumerate(sides)], dim=-1))


def read_direction(config, weights, x, deltas, reverse):
    T, B, I = x.shape
    h, c = x.new_zeros(B, config.output_size), x.new_zeros(B, config.hidden_size)
    rows = [None] * T
    for t in reversed(range(T)) if reverse else range(T):
        dh, dc = (deltas[0][t], deltas[1][t]) if deltas else (0.0, 0.0)
        if config.cell == "lstm":
            h, c = lstm_row(x[t], h, c, dc, **weights)
        else:
            options = {"nonlinearity": config.nonlinearity} if config.cell == "rnn" else {}
            kind = nn.RNNCell if config.cell == "rnn" else nn.GRUCell
            cell = kind(I, config.hidden_size, config.bias, **options).double()
            h = torch.func.functional_call(cell, weights, (x[t], h))
        h = h + dh
        rows[t] = h
    return rows


def lstm_row(x, h, c, dc, weight_ih, weight_hh, bias_ih=0.0, bias_hh=0.0, weight_hr=None):
    """By hand: nn.LSTMCell shows c_t only when h_t has been made of it."""
    a = (x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh).unflatten(-1, (4, -1))
    c = a[:, 1].sigmoid() * c + a[:, 0].sigmoid() * a[:, 2].tanh() + dc
    h = a[:, 3].sigmoid() * c.tanh()
    return (h if weight_hr is None else h @ weight_hr.T), c


def expected_reach(model, x, targets):
    """Norms over both directions and all units, (T, B), of the gradients of added zeros."""
    lead, config = (model.config.num_directions, *x.shape[:2]), model.config
    widths = (config.output_size, config.hidden_size)
    dh, dc = (torch.zeros(*lead, w, dtype=x.dtype, requires_grad=True) for w in widths)
    logits = with_deltas(model, x, dh, dc)
    assert_near(logits, model.eval()(x))
    loss = F.cross_entropy(logits, targets, reduction="sum")
    grads = torch.autograd.grad(loss, (dh, dc), allow_unused=True)
    return [None if grad is None else grad.square().sum((0, -1)).sqrt() for grad in grads]


@always_the_same
@given(
    cell=st.sampled_from(["rnn", "gru", "lstm"]),
    num_layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    bias=st.booleans(),
    proj_size=st.sampled_from([0, 3]),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    pooling=st.sampled_from(["last", "mean", "max", "output"]),
    T=st.integers(1, 6),
    B=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_reach_is_the_gradient_of_what_is_added_to_a_state(cell, proj_size, T, B, seed, **options):
    model, x, targets = make(
        T, B, seed, cell=cell, proj_size=proj_size if cell == "lstm" else 0, **options
    )
    h, c = expected_reach(model, x, targets)
    got = reach(model, x, targets)
    assert_near(got.h, h)
    assert got.h.shape == (T, B)
    if cell == "lstm":
        assert_near(got.c, c)
    else:
        assert got.c is None


def relu_rnn(a, dtype=torch.float64, **options):
    """A plain RNN with h_t = relu(x_t + a·h_{t-1}), which is linear for positive x."""
    config = ModelConfig("rnn", 8, 8, bias=False, nonlinearity="relu", **options)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = SequenceClassifier(config, num_classes=3).to(dtype)
    with torch.no_grad():
        model.rnn.weight_ih_l0.copy_(torch.eye(8))
        model.rnn.weight_hh_l0.copy_(a * torch.eye(8))
    return model


@pytest.mark.parametrize("a", [0.5, 1.0, 1.5])
def test_in_a_linear_network_it_shrinks_or_grows_by_the_recurrent_weight(a):
    T, model = 8, relu_rnn(a)
    x = torch.full((T, 1, 8), 0.1, dtype=torch.float64)
    h = reach(model, x, torch.tensor([1])).h[:, 0]
    powers = torch.tensor([a ** (T - 1 - t) for t in range(T)], dtype=torch.float64)
    assert_near(h / h[-1], powers, atol=1e-12)


def test_in_a_linear_network_with_mean_pooling_every_later_row_adds_its_share():
    """∂L/∂h_t = (1 + a + … + a^(T-t)) / T · ∂L/∂(mean)."""
    T, a, model = 6, 0.5, relu_rnn(0.5, pooling="mean")
    x = torch.full((T, 1, 8), 0.1, dtype=torch.float64)
    h = reach(model, x, torch.tensor([1])).h[:, 0]
    sums = torch.tensor([sum(a**k for k in range(T - t)) for t in range(T)], dtype=torch.float64)
    assert_near(h / h[-1], sums, atol=1e-12)


def test_gradients_too_small_to_be_squared_in_float32_are_still_measured():
    T, model = 31, relu_rnn(0.1, dtype=torch.float32)
    h = reach(model, torch.ones(T, 1, 8), torch.tensor([1])).h[:, 0]
    assert h[0].item() / h[-1].item() == pytest.approx(1e-30, rel=1e-4, abs=0)


def lstm_with_forget_bias(bias):
    model, x, targets = make(T=20, cell="lstm")
    with torch.no_grad():
        model.rnn.weight_hh_l0.zero_()  # then c_t is the only way from row to row
        model.rnn.weight_ih_l0[4:8] = 0.0
        model.rnn.bias_ih_l0[4:8] = bias
        model.rnn.bias_hh_l0[4:8] = 0.0
    return reach(model, x, targets)


@pytest.mark.parametrize(("bias", "kept"), [(50.0, 1.0), (0.0, 0.5), (-50.0, 0.0)])
def test_the_forget_gate_carries_halves_or_stops_the_gradient_of_c(bias, kept):
    """Without a recurrent weight c_t leads to the end, h_t nowhere before the last row."""
    got = lstm_with_forget_bias(bias)
    rows = kept ** torch.arange(19, -1, -1, dtype=torch.float64).unsqueeze(-1)
    assert_near(got.c, got.c[-1] * rows, atol=1e-12)
    assert got.c[-1].min() > 1e-3
    assert (got.h[:-1] == 0).all()
    assert got.h[-1].min() > 1e-3


@pytest.mark.parametrize("around", [torch.no_grad, torch.inference_mode])
def test_reach_is_the_same_where_gradients_are_off_and_with_frozen_weights(around):
    model, x, targets = make(cell="lstm", num_layers=2)
    expected = reach(model, x, targets)
    model.requires_grad_(False)
    with around():
        # Made in here, they are tensors that autograd must not keep.
        got = reach(model, x.clone(), targets.clone())
    assert_near(got.h, expected.h, atol=0)
    assert_near(got.c, expected.c, atol=0)
    assert not got.h.requires_grad


@pytest.mark.parametrize("around", [torch.enable_grad, torch.no_grad])
def test_model_is_left_as_found_also_after_an_error(around):
    model, x, targets = make(cell="lstm", num_layers=2, dropout=0.9)
    expected = reach(model.eval(), x, targets)
    model.train()
    model.head.eval()
    model.head.bias.requires_grad_(False)
    calls = []
    for module in model.modules():
        module.register_forward_hook(lambda *_: calls.append("forward"))
        module.register_full_backward_hook(lambda *_: calls.append("backward"))
    with around():
        with left_as_found(model):
            assert_near(reach(model, x, targets).h, expected.h, atol=0)
        model.head.weight = nn.Parameter(torch.zeros(5, 1, dtype=torch.float64))
        with left_as_found(model), pytest.raises(RuntimeError):
            reach(model, x, targets)
    assert calls == []


def test_gradients_that_were_there_stay_as_they_were():
    model, x, targets = make(cell="gru")
    x.requires_grad_()
    F.cross_entropy(model(x), targets).backward()
    held = [tensor.grad.clone() for tensor in (x, *model.parameters())]
    reach(model, x, targets)
    for tensor, grad in zip((x, *model.parameters()), held, strict=True):
        assert torch.equal(tensor.grad, grad)


@pytest.mark.parametrize("shape", [(4, 2), (4, 1, 3), (0, 1, 2)])
def test_wrong_input_is_told_what_was_expected(shape):
    model, _, targets = make(B=1)
    message = f"x must be (T, B, I) = (T ≥ 1, B, 2), got {shape}"
    with pytest.raises(ValueError, match=re.escape(message) + "$"):
        reach(model, torch.zeros(shape, dtype=torch.float64), targets)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (torch.tensor([1]), "targets must be (B,) = (3,), got (1,)"),
        (torch.tensor([0, 1, 5]), "must be int64 classes in [0, 5), got torch.int64: [0, 1, 5]"),
        # What cross_entropy leaves out of its sum.
        (
            torch.tensor([0, 1, -100]),
            "must be int64 classes in [0, 5), got torch.int64: [0, 1, -100]",
        ),
        (
            torch.tensor([0.0, 1.0, 2.0]),
            "targets must be int64 classes in [0, 5), got torch.float32: [0.0, 1.0, 2.0]",
        ),
    ],
)
def test_wrong_targets_are_told_what_was_expected(targets, message):
    model, x, _ = make()
    with pytest.raises(ValueError, match=re.escape(message)):
        reach(model, x, targets)
