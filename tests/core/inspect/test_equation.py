"""Tests of an equation's terms against the trace that they add up to, in float64."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnviz.core.inspect.equation import fill_in, half_life, what_enters
from rnnviz.core.inspect.trace import run_trace
from tests.assertions import assert_same, left_as_found
from tests.core.networks import always_the_same, networks
from tests.intervened_networks import make


def all_parts(network, T, B, seed=0, with_state=True):
    """Every layer and direction of a network: (its trace, its equation, what it reads)."""
    rnn, x, state = make(*network, T, B, seed, with_state)
    with torch.no_grad():
        trace = run_trace(rnn, x, state)
        return [
            (rnn, traced, fill_in(rnn, x, trace, layer, d), what_enters(x, trace, layer))
            for layer, directions in enumerate(trace.layers)
            for d, traced in enumerate(directions)
        ]


def sums(equation, traced):
    """The pre-activations, added up from their four terms: (G, T, B, H)."""
    zero = torch.zeros(())
    b_ih, b_hh = (
        zero if bias is None else bias[:, None, None]
        for bias in (equation.bias_ih, equation.bias_hh)
    )
    input_share, state_share = equation.from_input + b_ih, equation.from_state + b_hh
    if "n" in equation.gates:
        ones = torch.ones_like(traced.gates["r"])
        state_share = state_share * torch.stack([ones, ones, traced.gates["r"]])
    return input_share + state_share


@given(networks(), st.integers(1, 4), st.integers(1, 3), st.integers(0, 99), st.booleans())
@always_the_same(120)
def test_four_terms_add_up_to_each_pre_activation_and_it_makes_the_gate(network, T, B, seed, given):
    for rnn, traced, equation, _ in all_parts(network, T, B, seed, given):
        a = sums(equation, traced)
        assert_same(a, equation.a)
        for k, name in enumerate(equation.gates):
            squash = torch.tanh if name in ("g", "n", "h") else torch.sigmoid
            if name == "h" and rnn.nonlinearity == "relu":
                squash = torch.relu
            assert_same(squash(a[k]), traced.h if name == "h" else traced.gates[name])


@given(networks(), st.integers(1, 4), st.integers(1, 3), st.integers(0, 99), st.booleans())
@always_the_same(120)
def test_two_products_add_up_to_the_new_state(network, T, B, seed, given):
    for rnn, traced, equation, _ in all_parts(network, T, B, seed, given):
        terms = equation.terms
        if isinstance(rnn, nn.RNN):
            assert terms == {}
        elif isinstance(rnn, nn.GRU):
            assert_same(terms["kept"] + terms["added"], traced.h)
            assert_same(terms["kept"], traced.gates["z"] * traced.h_prev)
        else:
            assert_same(terms["kept"] + terms["added"], traced.c)
            assert_same(terms["kept"], traced.gates["f"] * traced.c_prev)
            assert_same(terms["squashed"], traced.c.tanh())
            made = terms["made"]
            h = made if equation.weight_hr is None else made @ equation.weight_hr.T
            assert_same(h, traced.h)


@given(networks(), st.integers(2, 4), st.integers(0, 99))
@always_the_same(60)
def test_a_term_is_the_product_of_one_row_of_the_weights(network, T, seed):
    for n, (rnn, traced, equation, enters) in enumerate(all_parts(network, T, 2, seed)):
        D = 2 if rnn.bidirectional else 1
        ending = f"_l{n // D}" + ("_reverse" if n % D else "")
        H = rnn.hidden_size
        k, t, b, unit = len(equation.gates) - 1, T - 1, 1, H - 1
        row = getattr(rnn, f"weight_ih{ending}")[k * H + unit]
        expected = sum(w * v for w, v in zip(row.tolist(), enters[t, b].tolist(), strict=True))
        assert equation.from_input[k, t, b, unit].item() == pytest.approx(expected, abs=1e-12)
        row = getattr(rnn, f"weight_hh{ending}")[k * H + unit]
        before = traced.h_prev[t, b].tolist()
        expected = sum(w * v for w, v in zip(row.tolist(), before, strict=True))
        assert equation.from_state[k, t, b, unit].item() == pytest.approx(expected, abs=1e-12)


@given(networks(), st.integers(0, 99))
@always_the_same(40)
def test_without_biases_there_are_none_and_with_them_each_gate_has_its_own(network, seed):
    for rnn, _, equation, _ in all_parts(network, 2, 1, seed):
        if not rnn.bias:
            assert equation.bias_ih is equation.bias_hh is None
        else:
            assert equation.bias_ih.shape == (len(equation.gates), rnn.hidden_size)
            assert not torch.equal(equation.bias_ih, equation.bias_hh)


def test_a_gate_at_a_half_halves_what_it_keeps_in_one_step_and_one_at_093_in_nearly_ten():
    a = torch.logit(torch.tensor([0.5, 0.25, 0.93, 2**-0.1], dtype=torch.float64))
    assert_same(half_life(a)[:2], torch.tensor([1.0, 0.5], dtype=torch.float64))
    assert half_life(a)[2].item() == pytest.approx(9.5513, abs=1e-4)
    assert half_life(a)[3].item() == pytest.approx(10)


def test_a_gate_that_is_1_in_its_last_digit_still_has_a_half_life():
    a = torch.tensor([20.0, 40.0, 200.0, -200.0])
    assert a.sigmoid()[1] == 1
    found = half_life(a)
    assert found[0].item() == pytest.approx(math.log(2) * math.exp(20), rel=1e-4)
    assert found[1].item() == pytest.approx(math.log(2) * math.exp(40), rel=1e-4)
    assert found[2].item() == math.inf
    assert found[3].item() == pytest.approx(math.log(2) / 200)


def test_the_half_life_is_that_of_the_gate_that_keeps():
    for cell, gate in (("lstm", "f"), ("gru", "z")):
        network = cell, {"input_size": 3, "hidden_size": 4}
        (_, traced, equation, _) = all_parts(network, 3, 2)[0]
        keeps = traced.gates[gate]
        assert_same(keeps**equation.half_life, torch.full_like(keeps, 0.5))
    assert all_parts(("rnn", {"input_size": 3, "hidden_size": 4}), 3, 2)[0][2].half_life is None


def test_what_does_not_fit_is_said():
    rnn, x, _ = make("gru", {"input_size": 3, "hidden_size": 4}, 5, 2)
    trace = run_trace(rnn, x)
    with pytest.raises(ValueError, match="layer and direction must be below 1 and 1, got 1 and 0"):
        fill_in(rnn, x, trace, 1)
    with pytest.raises(ValueError, match="got 0 and -1"):
        fill_in(rnn, x, trace, 0, -1)
    with pytest.raises(ValueError, match=r"x must be \(T, B, I\) = \(5, 2, 3\), got \(2, 5, 3\)"):
        fill_in(rnn, x.transpose(0, 1), trace)


def test_the_module_is_left_as_found():
    rnn, x, _ = make("lstm", {"input_size": 3, "hidden_size": 4}, 5, 2)
    with left_as_found(rnn):
        fill_in(rnn, x, run_trace(rnn, x))
