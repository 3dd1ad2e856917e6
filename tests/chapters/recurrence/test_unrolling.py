"""Tests of one cell against torch: the nested form, the counts, the four activations."""

import math

import pytest
import torch
from torch import nn

from rnnviz.chapters.recurrence.activations import ACTIVATIONS, activate, slope
from rnnviz.chapters.recurrence.feed_forward import WholeSequence
from rnnviz.chapters.recurrence.unrolling import brackets, cell_of, free_run, nested
from rnnviz.core.parameter_count import dearer_from, recurrent_parameters, whole_sequence_parameters

SIZES = [(28, 128, 10), (1, 1, 1), (3, 7, 2)]


def small_rnn(nonlinearity, I=3, H=4, K=2, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        rnn = nn.RNN(I, H, nonlinearity=nonlinearity).double()
        return rnn, nn.Linear(H, K).double(), torch.randn(6, I, dtype=torch.float64)


def count(*modules):
    return sum(p.numel() for module in modules for p in module.parameters())


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_every_bracket_of_the_nested_form_is_the_hidden_state_of_torchs_rnn(nonlinearity):
    rnn, head, x = small_rnn(nonlinearity)
    found = brackets(cell_of(rnn, head), x, nonlinearity)
    torch.testing.assert_close(found, rnn(x.unsqueeze(1))[0][:, 0], rtol=0, atol=1e-14)


def test_the_head_in_the_lessons_letters_is_torchs_head():
    rnn, head, x = small_rnn("tanh")
    cell = cell_of(rnn, head)
    h = nested(cell, list(x))
    torch.testing.assert_close(cell.V @ h + cell.c, head(rnn(x.unsqueeze(1))[1][0, 0]))


def test_a_bracket_around_nothing_is_the_first_state_of_zeros():
    rnn, head, _ = small_rnn("tanh")
    assert nested(cell_of(rnn, head), []).tolist() == [0.0] * 4


@pytest.mark.parametrize(("I", "H", "K"), SIZES)
def test_the_counts_are_those_of_torchs_modules(I, H, K):
    recurrent = recurrent_parameters(I, H, K)
    assert sum(recurrent.values()) == count(nn.RNN(I, H), nn.Linear(H, K))
    assert recurrent["W"] == nn.RNN(I, H).weight_hh_l0.numel()
    for T in (1, 5, 28):
        whole = whole_sequence_parameters(T, I, H, K)
        assert sum(whole.values()) == count(WholeSequence(T, I, H, K))
        assert whole["U"] == nn.Linear(T * I, H).weight.numel()


@pytest.mark.parametrize(("I", "H", "K"), SIZES)
def test_from_there_on_and_not_before_the_whole_sequence_costs_more(I, H, K):
    T, recurrent = dearer_from(I, H, K), sum(recurrent_parameters(I, H, K).values())
    assert sum(whole_sequence_parameters(T, I, H, K).values()) > recurrent
    if T > 1:
        assert sum(whole_sequence_parameters(T - 1, I, H, K).values()) <= recurrent


def test_digits_by_rows_are_cheaper_to_read_again_and_again_from_6_rows_on():
    assert dearer_from(28, 128, 10) == 6


@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, -2, 1), (1, 1, 0)])
def test_a_size_below_one_is_refused(sizes):
    with pytest.raises(ValueError, match="must be at least 1"):
        recurrent_parameters(*sizes)


def test_a_feed_forward_net_reads_one_length_alone():
    net = WholeSequence(5, 3, 4, 2)
    assert net(torch.zeros(5, 7, 3)).shape == (7, 2)
    with pytest.raises(ValueError, match=r"x must be \(T, B, I\) = \(5, 7, 3\), got \(6, 7, 3\)"):
        net(torch.zeros(6, 7, 3))


def test_each_input_of_each_step_of_a_feed_forward_net_has_weights_of_its_own():
    net = WholeSequence(2, 3, 1, 1)
    with torch.no_grad():
        net.hidden.weight.copy_(torch.arange(6.0)[None])
        for p in (net.hidden.bias, net.head.bias):
            p.zero_()
        net.head.weight.fill_(1.0)
    x = torch.zeros(2, 1, 3)
    x[0, 0, 2] = 1.0
    assert net(x).item() == 2.0
    x[1, 0, 1] = 1.0
    assert net(x).item() == 2.0 + 4.0


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_slope_is_that_of_autograd(name):
    a = torch.linspace(-3, 3, 41, dtype=torch.float64, requires_grad=True)
    activate(name, a).sum().backward()
    torch.testing.assert_close(slope(name, a.detach()), a.grad, rtol=0, atol=1e-14)


def test_an_activation_that_there_is_not_is_refused():
    for found in (activate, slope):
        with pytest.raises(ValueError, match="activation must be one of tanh, relu"):
            found("swish", torch.zeros(1))


@pytest.mark.parametrize("radius", [0.5, 1.0, 1.3])
def test_without_an_activation_an_orthogonal_state_grows_by_its_radius_in_every_step(radius):
    run = free_run("none", radius)
    expected = run.size[0] * radius ** torch.arange(51, dtype=torch.float64)
    torch.testing.assert_close(run.size, expected, rtol=1e-10, atol=0)
    torch.testing.assert_close(run.apart[-1], run.apart[0] * radius**50, rtol=1e-10, atol=0)


@pytest.mark.parametrize("radius", [0.3, 1.0, 3.0])
def test_tanh_and_sigmoid_hold_a_state_within_1_and_sigmoid_forgets_where_it_began(radius):
    assert free_run("tanh", radius).size.max() <= 1
    found = free_run("sigmoid", radius)
    assert found.size[1:].max() <= 1
    assert found.apart[-1] < 1e-6 * found.apart[0]


def test_what_is_too_large_for_float64_is_infinite_not_an_error():
    assert math.isinf(free_run("none", 1e9, steps=60).size[-1])
