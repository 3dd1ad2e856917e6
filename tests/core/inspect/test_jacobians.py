"""Tests of Jacobians against autograd, finite differences and closed forms, in float64."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.core.inspect.jacobians import jacobians
from rnnviz.core.inspect.trace import run_trace
from tests.assertions import assert_near
from tests.core import networks
from tests.core.networks import make, written_once

always_the_same = settings(max_examples=40)


def by_hand(weights, x, dh, dc, order, mode):
    """h after each row with dh[s] added to h_s and dc[s] to c_s, row by row in reading order."""
    weight_ih, weight_hh = weights["weight_ih"], weights["weight_hh"]
    h, c = torch.zeros_like(dh[0]), torch.zeros_like(dc[0])
    rows = [None] * len(x)
    for t in order:
        a_ih = weight_ih @ x[t] + weights.get("bias_ih", 0)
        a_hh = weight_hh @ h + weights.get("bias_hh", 0)
        if mode == "LSTM":
            i, f, g, o = (a_ih + a_hh).chunk(4)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh() + dc[t]
            h = o.sigmoid() * c.tanh()
            h = weights["weight_hr"] @ h if "weight_hr" in weights else h
        elif mode == "GRU":
            (r, z, n), (hr, hz, hn) = a_ih.chunk(3), a_hh.chunk(3)
            r, z = (r + hr).sigmoid(), (z + hz).sigmoid()
            h = (1 - z) * (n + r * hn).tanh() + z * h
        else:
            h = (a_ih + a_hh).relu() if mode == "RNN_RELU" else (a_ih + a_hh).tanh()
        h = h + dh[t]
        rows[t] = h
    return torch.stack(rows)


def expected_blocks(rnn, x, layer, direction):
    """All of ∂h_t/∂h_s, ∂h_t/∂x_s and ∂h_t/∂c_s by autograd, each (T, rows, T, columns)."""
    suffix = f"_l{layer}" + ("_reverse" if direction else "")
    weights = {
        name.removesuffix(suffix): weight.detach()
        for name, weight in rnn.named_parameters()
        if name.endswith(suffix)
    }
    read = x if layer == 0 else lower(rnn, x, layer)
    read, T = read[:, 0], len(x)
    order = range(T - 1, -1, -1) if direction else range(T)
    dh = torch.zeros(T, rnn.proj_size or rnn.hidden_size, dtype=torch.float64)
    dc = torch.zeros(T, rnn.hidden_size, dtype=torch.float64)

    def run(dh, read, dc):
        return by_hand(weights, read, dh, dc, order, rnn.mode)

    trace = run_trace(rnn, x).layers[layer][direction]
    assert_near(run(dh, read, dc), trace.h[:, 0].detach())
    return torch.autograd.functional.jacobian(run, (dh, read, dc))


def lower(rnn, x, layer):
    return torch.cat([trace.h for trace in run_trace(rnn, x).layers[layer - 1]], -1).detach()


def sizes(blocks, norm):
    """(T, rows, T, columns) -> (T, T)."""
    blocks = blocks.transpose(1, 2)
    if norm == "spectral":
        return torch.linalg.svdvals(blocks).amax(-1)
    return blocks.square().sum((-1, -2)).div(blocks.shape[-1]).sqrt()


@always_the_same
@given(
    networks.options(),
    st.integers(1, 6),
    st.integers(0, 99),
    st.sampled_from(["rms", "spectral"]),
    st.data(),
)
def test_jacobians_are_those_of_autograd(options, T, seed, norm, data):
    model, x, _ = make(T, 1, seed, **options)
    layer = data.draw(st.integers(0, options["num_layers"] - 1))
    direction = data.draw(st.integers(0, int(options["bidirectional"])))
    h, into, c = expected_blocks(model.rnn, x, layer, direction)
    got = jacobians(model.rnn, x, layer=layer, direction=direction, norm=norm)
    assert_near(got.h, sizes(h, norm))
    assert_near(got.x, sizes(into, norm))
    if options["cell"] == "lstm":
        assert_near(got.c, sizes(c, norm))
    else:
        assert got.c is None


@pytest.mark.parametrize("norm", ["rms", "spectral"])
def test_in_a_plain_rnn_no_more_is_left_than_sigma_to_the_distance(norm):
    model, x, _ = make(T=8, B=1, cell="rnn", seed=3)
    sigma = torch.linalg.svdvals(model.rnn.weight_hh_l0)[0]
    got = jacobians(model.rnn, x, norm=norm).h
    distance = torch.arange(8).unsqueeze(1) - torch.arange(8)
    assert (got <= sigma ** distance.clamp(min=0) + 1e-12).all()
    assert_near(got.diagonal(), torch.ones(8, dtype=torch.float64))
    assert (got.triu(1) == 0).all()


def test_a_linear_network_reaches_the_bound():
    model, x, _ = make(T=60, B=1, cell="rnn", nonlinearity="relu", bias=False)
    with torch.no_grad():
        model.rnn.weight_ih_l0.fill_(0.5)
        model.rnn.weight_hh_l0.copy_(1e-5 * torch.eye(4, dtype=torch.float64))
    got = jacobians(model.rnn, x.abs() + 0.1)
    lengths = torch.arange(60, dtype=torch.float64)
    assert_near(got.h[:, 0].log10(), -5 * lengths, atol=1e-9)
    assert_near(got.x[-1].log10().diff(), torch.full((59,), 5.0, dtype=torch.float64), atol=1e-9)


def test_what_float32_cannot_hold_is_still_measured():
    model, x, _ = make(T=80, B=1, cell="lstm")
    with torch.no_grad():
        model.rnn.bias_ih_l0[4:8] = -12.0  # the forget gates
    exact = jacobians(model.rnn, 3 * x)
    got = jacobians(model.rnn.float(), 3 * x.float())
    assert exact.h[-1, 0] < 1e-45
    assert_near(got.h[-1].log(), exact.h[-1].log(), atol=1e-3)
    assert_near(got.c[-1].log(), exact.c[-1].log(), atol=1e-3)


def test_c_keeps_what_h_loses():
    model, x, _ = written_once()
    got = jacobians(model.rnn, x)
    eye = torch.eye(20, dtype=torch.float64)
    assert_near(got.h, eye, atol=1e-12)
    assert_near(got.c[:, 0], got.c[0, 0].expand(20), atol=1e-12)
    assert got.c[0, 0] > 0.1
    assert_near(got.x[:, 0], got.x[0, 0].expand(20), atol=1e-12)
    assert got.x[0, 0] > 0.1
    assert got.x[1:, 1:].max() < 1e-12


def test_the_network_is_left_as_found():
    model, x, _ = make(B=1, cell="lstm", num_layers=2, dropout=0.5)
    expected = jacobians(model.rnn.eval(), x, layer=-1)
    model.train()
    state = torch.get_rng_state()
    assert_near(jacobians(model.rnn, x, layer=-1).h, expected.h, atol=0)
    assert model.rnn.training
    assert torch.equal(torch.get_rng_state(), state)


def test_more_than_one_sequence_or_another_norm_is_told():
    model, x, _ = make(B=2)
    with pytest.raises(
        ValueError, match=re.escape("x must be (T, B, I) = (T, 1, 2), got (4, 2, 2)")
    ):
        jacobians(model.rnn, x)
    with pytest.raises(ValueError, match=r"^norm must be rms or spectral, got 'max'$"):
        jacobians(model.rnn, x[:, :1], norm="max")
