"""Tests of interventions against an explicit loop over the cells, in float64, and laws."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnviz.core.inspect.trace import run_trace
from rnnviz.core.intervene.apply_interventions import mean_values, run
from rnnviz.core.intervene.checks import places_in
from rnnviz.core.intervene.intervention_spec import RANGES, Intervention
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

A_DIRECTION = st.sampled_from(["forward", "reverse"])


@st.composite
def changes(draw, network, T):
    """Up to three interventions that fit a network, and means for the place of each."""
    cell, options = network
    rnn = KINDS[cell](**options)
    found, means = [], {}
    for _ in range(draw(st.integers(1, 3))):
        what = draw(st.sampled_from(places_in(rnn)))
        width = (rnn.proj_size or rnn.hidden_size) if what == "h" else rnn.hidden_size
        units = draw(st.none() | st.sets(st.integers(0, width - 1), min_size=1))
        kind = draw(st.sampled_from(["zero", "clamp", "mean"]))
        low, high = RANGES.get(what, (-1.5, 1.5))
        value = draw(st.sampled_from([low, high, (low + 3 * high) / 4])) if kind == "clamp" else 0.0
        start = draw(st.sampled_from([0, 0, 1, T // 2, T]))
        found.append(
            Intervention(
                layer=draw(st.integers(0, rnn.num_layers - 1)),
                direction=draw(A_DIRECTION) if rnn.bidirectional else "forward",
                what=what,
                units=None if units is None else tuple(sorted(units)),
                kind=kind,
                value=value,
                start=start,
                stop=draw(st.sampled_from([None, None, start + 1, start + 3])),
            )
        )
        shape = (T, width) if draw(st.booleans()) else (width,)
        spread = torch.linspace(0, 1, T * width, dtype=torch.float64)
        mean = low + (high - low) * spread[: shape[0] * (width if len(shape) == 2 else 1)]
        means.setdefault(found[-1].place, mean.view(shape))
    return found, means


@st.composite
def cases(draw):
    network, T = draw(networks(3, 4)), draw(st.sampled_from([1, 4, 5, 6]))
    return network, T, *draw(changes(network, T))


@always_the_same(150)
@given(cases(), st.integers(1, 2), st.integers(0, 99))
def test_a_changed_network_shows_what_the_changed_cells_compute_row_by_row(case, B, seed):
    network, T, interventions, means = case
    rnn, x, state = make(*network, T, B, seed)
    trace = run(rnn, x, interventions, state, means=means)
    got, wanted = assert_shows(trace, step_through(rnn, x, state, interventions, means))
    inputs = leaves(rnn, x, state)
    assert_all_same(gradients(got, inputs), gradients(wanted, inputs))


@pytest.mark.parametrize("cell", sorted(KINDS))
@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("rows", [(0, None), (2, None), (0, 3), (2, 5)])
def test_each_state_and_gate_can_be_held_or_averaged_at_some_rows(cell, direction, rows):
    sizes = {"input_size": 2, "hidden_size": 3, "num_layers": 2, "bidirectional": True}
    rnn, x, state = make(cell, sizes, T=6)
    by_row = mean_values(rnn, x.flip(1) + 1)
    means = {place: mean.mean(0) for place, mean in by_row.items()}
    for what in places_in(rnn):
        for kind, value in (("zero", 0.0), ("clamp", 0.7), ("mean", 0.0)):
            held = [Intervention(0, direction, what, (0, 2), kind, value, *rows)]
            for given_means in (means, by_row):
                trace = run(rnn, x, held, state, means=given_means)
                assert_shows(trace, step_through(rnn, x, state, held, given_means))


@always_the_same(30)
@given(networks(3, 4), st.integers(1, 4), st.integers(0, 99))
def test_no_intervention_is_the_plain_trace(network, T, seed):
    rnn, x, state = make(*network, T, 2, seed)
    plain, changed = run_trace(rnn, x, state), run(rnn, x, (), state)
    assert_same(changed.output, plain.output)
    assert_same(changed.h_n, plain.h_n)
    for one, other in zip(changed.layers, plain.layers, strict=True):
        for got, expected in zip(one, other, strict=True):
            assert all(torch.equal(shown(got)[name], v) for name, v in shown(expected).items())


@always_the_same(30)
@given(networks(3, 4), st.data())
def test_putting_a_state_or_gate_to_what_it_is_anyway_changes_nothing(network, data):
    """Means of a batch of one, by row, are its own values."""
    rnn, x, _ = make(*network, 4, 1)
    means = mean_values(rnn, x)
    layer, direction, what = data.draw(st.sampled_from(sorted(means)))
    same = [Intervention(layer, direction, what, None, "mean")]
    assert_same(run(rnn, x, same, means=means).output, run_trace(rnn, x).output)


@pytest.mark.parametrize("proj_size", [0, 2])
@pytest.mark.parametrize("kind", ["kernel", "rows of their own"])
def test_forget_gate_open_and_input_gate_shut_keep_the_cell_state(kind, proj_size):
    rnn, x, state = make("lstm", {"input_size": 2, "hidden_size": 4, "proj_size": proj_size}, T=6)
    ones, zeros = torch.ones(6, 4).double(), torch.zeros(6, 4).double()
    means = {(0, "forward", "f"): ones, (0, "forward", "i"): zeros}
    if kind == "kernel":
        keep = [
            Intervention(0, "forward", "f", (1, 2), "clamp", 1.0, start=3),
            Intervention(0, "forward", "i", (1, 2), "zero", start=3),
        ]
    else:
        keep = [Intervention(0, "forward", gate, (1, 2), "mean", start=3) for gate in "fi"]
    seen = run(rnn, x, keep, state, means=means).layers[0][0]
    c = seen.c
    assert torch.equal(c[3:, :, 1:3], c[2:3, :, 1:3].expand(3, -1, -1))
    assert (c[3:, :, [0, 3]] != c[2, :, [0, 3]]).all()
    h = seen.gates["o"] * c.tanh()
    assert_same(seen.h, h @ rnn.weight_hr_l0.T if proj_size else h)


def test_an_open_update_gate_keeps_the_state_of_a_gru():
    rnn, x, state = make("gru", {"input_size": 2, "hidden_size": 3}, T=5)
    h = run(rnn, x, [Intervention(0, "forward", "z", None, "clamp", 1.0)], state).layers[0][0].h
    assert_same(h, state.expand(5, -1, -1))


@always_the_same(25)
@given(networks(3, 4), st.data())
def test_zeroing_a_unit_is_zeroing_its_columns(network, data):
    cell, options = network
    rnn, x, _ = make(cell, options)
    P = rnn.proj_size or rnn.hidden_size
    D = 2 if rnn.bidirectional else 1
    layer, unit = data.draw(st.integers(0, rnn.num_layers - 1)), data.draw(st.integers(0, P - 1))
    direction = data.draw(A_DIRECTION) if rnn.bidirectional else "forward"
    out = [Intervention(layer, direction, "h", (unit,))]
    head = nn.Linear(D * P, 3, dtype=torch.float64)
    expected = head(run(rnn, x, out).output)
    column = unit + P * (direction == "reverse")
    with torch.no_grad():
        ending = "_reverse" if direction == "reverse" else ""
        getattr(rnn, f"weight_hh_l{layer}{ending}")[:, unit] = 0
        if layer + 1 == rnn.num_layers:
            head.weight[:, column] = 0
        else:
            for above in ["", "_reverse"][:D]:
                getattr(rnn, f"weight_ih_l{layer + 1}{above}")[:, column] = 0
    assert_same(head(rnn(x)[0]), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_gate_forced_open_or_shut_stands_at_exactly_one_or_zero(dtype):
    rnn, x, _ = make("lstm", {"input_size": 2, "hidden_size": 3})
    rnn, x = rnn.to(dtype), x.to(dtype)
    shut = run(rnn, x, [Intervention(0, "forward", "o", (1,))])
    assert torch.equal(shut.output[..., 1], torch.zeros(4, 2, dtype=dtype))
    held = run(rnn, x, [Intervention(0, "forward", "o", (1,), "clamp", 1.0)]).layers[0][0]
    assert torch.equal(held.gates["o"][..., 1], torch.ones(4, 2, dtype=dtype))
    torch.testing.assert_close(held.h[..., 1], held.c[..., 1].tanh(), rtol=0, atol=1e-7)


def test_batch_first_and_unbatched_input_are_changed_alike():
    rnn, x, state = make("lstm", {"input_size": 2, "hidden_size": 3, "bidirectional": True})
    out = [Intervention(0, "reverse", "c", (0, 2), "clamp", 0.7, start=1, stop=3)]
    expected = run(rnn, x, out, state)
    one = run(rnn, x[:, 1], out, tuple(s[:, 1] for s in state))
    assert_same(one.output, expected.output[:, 1:])
    rnn.batch_first = True
    assert_same(run(rnn, x.transpose(0, 1), out, state).output, expected.output)


def test_of_two_changes_in_one_place_the_later_one_holds():
    rnn, x, _ = make("rnn", {"input_size": 2, "hidden_size": 3}, T=4)
    all_half = Intervention(0, "forward", "h", None, "clamp", 0.5)
    one_out = Intervention(0, "forward", "h", (1,), start=2)
    h = run(rnn, x, [all_half, one_out]).output[:, 0]
    assert h.tolist() == [[0.5, 0.5, 0.5]] * 2 + [[0.5, 0.0, 0.5]] * 2
    assert (run(rnn, x, [one_out, all_half]).output == 0.5).all()


@pytest.mark.parametrize("by_row", [True, False])
def test_mean_values_are_the_means_over_all_sequences(by_row, monkeypatch):
    rnn, x, _ = make("gru", {"input_size": 2, "hidden_size": 3, "bidirectional": True}, B=7)
    monkeypatch.setattr("rnnviz.core.intervene.apply_interventions.AT_ONCE", 3)
    means, trace = mean_values(rnn, x, by_row=by_row), run_trace(rnn, x)
    assert set(means) == {(0, d, w) for d in ("forward", "reverse") for w in "hrzn"}
    for (_, direction, what), mean in means.items():
        whole = shown(trace.layers[0][direction == "reverse"])[what]
        assert_same(mean, whole.mean(1) if by_row else whole.mean((0, 1)))
        assert not mean.requires_grad
    rnn.batch_first = True
    place = (0, "reverse", "z")
    assert_same(mean_values(rnn, x.transpose(0, 1), by_row=by_row)[place], means[place])
