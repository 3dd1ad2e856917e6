"""Tests of spectral radius, singular values and the bound on influence, in float64."""

import pytest
import torch
from torch import nn

from rnnviz.chapters.recurrence.influence_decay import (
    bound_by_distance,
    by_distance,
    first_over_last,
)
from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect.jacobians import jacobians
from rnnviz.core.inspect.spectral import (
    largest_singular_value,
    spectral_radius,
    square_matrix,
    with_spectral_radius,
)
from rnnviz.core.models import build_rnn


def drawn(cell, seed=0, **options):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        rnn = build_rnn(ModelConfig(cell=cell, input_size=3, hidden_size=8, **options)).double()
        return rnn, torch.randn(12, 1, 3, dtype=torch.float64)


def test_a_turn_has_radius_1_and_a_shear_stretches_more_than_its_radius():
    turn = torch.tensor([[0.0, -1.0], [1.0, 0.0]])
    shear = torch.tensor([[1.0, 3.0], [0.0, 1.0]])
    assert spectral_radius(turn) == pytest.approx(1.0)
    assert spectral_radius(shear) == pytest.approx(1.0, abs=1e-6)
    assert largest_singular_value(turn) == pytest.approx(1.0)
    assert largest_singular_value(shear) == pytest.approx((3 + 13**0.5) / 2)


@pytest.mark.parametrize("draw", ["orthogonal", "torch"])
@pytest.mark.parametrize("radius", [0.5, 1.0, 2.0])
def test_a_matrix_has_the_radius_that_was_asked_for(draw, radius):
    weight = square_matrix(16, radius, draw, seed=3)
    assert spectral_radius(weight) == pytest.approx(radius)
    sigma = largest_singular_value(weight)
    assert sigma == pytest.approx(radius) if draw == "orthogonal" else sigma > 1.2 * radius
    torch.testing.assert_close(square_matrix(16, radius, draw, seed=3), weight)


@pytest.mark.parametrize(("cell", "gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_every_gates_block_gets_the_radius_and_nothing_else_changes(cell, gates):
    rnn, _ = drawn(cell)
    before = {name: p.detach().clone() for name, p in rnn.named_parameters()}
    found = with_spectral_radius(rnn, 1.7, "torch")
    blocks = found.weight_hh_l0.split(8)
    assert [spectral_radius(block) for block in blocks] == [pytest.approx(1.7)] * gates
    for name, p in rnn.named_parameters():
        torch.testing.assert_close(p.detach(), before[name], rtol=0, atol=0)
        if name != "weight_hh_l0":
            torch.testing.assert_close(dict(found.named_parameters())[name], p)


@pytest.mark.parametrize("options", [{"num_layers": 2}, {"bidirectional": True}])
def test_a_module_of_several_layers_or_directions_is_refused(options):
    with pytest.raises(ValueError, match="one layer, one direction"):
        with_spectral_radius(drawn("gru", **options)[0], 1.0, "torch")


def test_a_radius_or_a_draw_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="radius must be at least 0, got -1"):
        square_matrix(4, -1.0, "torch", 0)
    with pytest.raises(ValueError, match="draw must be one of orthogonal, torch"):
        square_matrix(4, 1.0, "xavier", 0)
    with pytest.raises(ValueError, match=r"weight must be \(H, H\), got \(2, 3\)"):
        spectral_radius(torch.zeros(2, 3))


def test_at_each_distance_the_largest_is_taken():
    grid = torch.tensor([[1.0, 0, 0], [5, 2, 0], [9, 4, 3]])
    assert by_distance(grid).tolist() == [3.0, 5.0, 9.0]


def test_the_first_row_is_held_against_the_last_in_the_last_state():
    grid = torch.tensor([[1.0, 0, 0], [5, 2, 0], [9, 4, 3]])
    assert first_over_last(grid) == 3.0
    assert first_over_last(torch.zeros(3, 3)) != first_over_last(torch.zeros(3, 3))  # NaN


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@pytest.mark.parametrize("radius", [0.4, 1.0, 1.8])
@pytest.mark.parametrize("draw", ["orthogonal", "torch"])
def test_no_more_of_an_input_is_left_in_a_plain_rnn_than_the_bound_allows(
    nonlinearity, radius, draw
):
    rnn, x = drawn("rnn", nonlinearity=nonlinearity)
    rnn = with_spectral_radius(rnn, radius, draw)
    left = by_distance(jacobians(rnn, x).x)
    assert (left <= bound_by_distance(rnn, len(x)) * (1 + 1e-12)).all()


def test_a_linear_stretch_of_relu_reaches_the_bound():
    rnn = nn.RNN(1, 1, nonlinearity="relu").double()
    with torch.no_grad():
        for name, p in rnn.named_parameters():
            p.fill_({"weight_ih_l0": 0.5, "weight_hh_l0": 1.5}.get(name, 0.0))
    x = torch.ones(9, 1, 1, dtype=torch.float64)
    torch.testing.assert_close(by_distance(jacobians(rnn, x).x), bound_by_distance(rnn, 9))


def test_an_lstm_is_not_bound_by_its_matrix():
    rnn, x = drawn("lstm")
    rnn = with_spectral_radius(rnn, 0.01, "orthogonal")
    with torch.no_grad():
        rnn.bias_ih_l0[8:16] = 6.0  # f stays near 1
    left = by_distance(jacobians(rnn, x).x)
    assert left[11] > 1e3 * left[0] * 0.01**11
    with pytest.raises(ValueError, match=r"must be an nn.RNN, got LSTM"):
        bound_by_distance(rnn, 12)
