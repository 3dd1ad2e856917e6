"""Tests of the predicted probabilities after each row, and of the row where they settle."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect import reading
from rnnviz.core.models import SequenceClassifier
from tests.assertions import assert_same, left_as_found
from tests.core import networks
from tests.intervened_networks import make_classifier

always_the_same = settings(max_examples=25)


def make(T=4, B=2, seed=0, **options):
    """A classifier of three classes in float64, and x, from a seed."""
    return make_classifier(
        ModelConfig(**{"input_size": 2, "hidden_size": 4, **options}), T, B, seed
    )


def belief_of_prefixes(model, x):
    """The plain way: the model's answer to every prefix, one after the other."""
    return torch.stack([model(x[: t + 1]).softmax(dim=-1) for t in range(len(x))])


@always_the_same
@given(networks.options(), st.integers(1, 6), st.integers(1, 4), st.integers(0, 99))
def test_belief_after_a_row_is_the_answer_to_the_rows_so_far(options, T, B, seed):
    model, x = make(T, B, seed, **options)
    expected = belief_of_prefixes(model, x)
    got = reading.belief(model, x)
    assert_same(got, expected)
    assert_same(got[-1], model(x).softmax(dim=-1))
    assert_same(reading.read(model, x).belief, expected)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_read_gives_the_answer_the_states_and_the_row_that_decided(bidirectional):
    model, x = make(T=5, B=7, bidirectional=bidirectional)
    seen = reading.read(model, x)
    assert_same(seen.h, model.rnn(x)[0])
    assert_same(seen.probabilities, model(x).softmax(dim=-1))
    assert seen.digit.tolist() == model(x).argmax(dim=-1).tolist()
    assert seen.decided_row.tolist() == reading.decided_row(seen.belief).tolist()
    assert not seen.belief.requires_grad
    assert not torch.is_inference_mode_enabled()


@pytest.mark.parametrize("pooling", ["last", "mean", "max", "output"])
@pytest.mark.parametrize(
    ("at_once", "calls"),
    [
        (4 * 4 * 3, 1),  # three digits with four prefixes of four rows each: in one call
        (4 * 4 * 2, 2),  # two digits, then the third
        (4 * 3, 6),  # of each digit rows 1…4, 1…3 and 1…2, then row 1
        (1, 12),  # every prefix of every digit by itself
    ],
)
def test_two_directions_read_any_number_of_prefixes_at_once(monkeypatch, pooling, at_once, calls):
    model, x = make(T=4, B=3, bidirectional=True, pooling=pooling)
    expected = belief_of_prefixes(model, x)
    monkeypatch.setattr(reading, "STEPS_AT_ONCE", at_once)
    sizes = []
    model.rnn.register_forward_pre_hook(lambda _, args: sizes.append(padded_size(args[0])))
    assert_same(reading.belief(model, x), expected)
    assert len(sizes) == calls
    assert max(sizes) <= max(at_once, 4)


def padded_size(packed):
    return len(packed.batch_sizes) * int(packed.batch_sizes[0])


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("pooling", ["last", "mean", "max"])
def test_belief_passes_gradients_to_the_input(bidirectional, pooling):
    model, x = make(bidirectional=bidirectional, num_layers=2, pooling=pooling)
    x.requires_grad_()
    (got,) = torch.autograd.grad(reading.belief(model, x)[2, :, 0].sum(), x)
    (expected,) = torch.autograd.grad(belief_of_prefixes(model, x)[2, :, 0].sum(), x)
    assert_same(got, expected)
    assert got[3].abs().sum() == 0


def test_padding_is_not_pooled():
    """All h are negative: a padding of 0 would be a prefix's maximum, and thin its mean."""
    for pooling in ("mean", "max"):
        model, x = make(cell="rnn", bidirectional=True, pooling=pooling)
        with torch.no_grad():
            for ending in ("", "_reverse"):
                getattr(model.rnn, f"bias_ih_l0{ending}").fill_(-9.0)
        assert (model.rnn(x)[0] < -0.5).all()
        assert_same(reading.belief(model, x), belief_of_prefixes(model, x))


@pytest.mark.parametrize(
    ("answers", "row"),
    [
        ([7, 7, 7, 7], 1),
        ([3, 3, 8, 8], 3),
        ([8, 3, 8, 8], 3),
        ([8, 8, 8, 3], 4),
        ([8, 3, 8, 3], 4),
        ([5], 1),
    ],
)
def test_decided_row_is_the_first_from_which_the_answer_stays(answers, row):
    belief = nn.functional.one_hot(torch.tensor(answers), 10).double().unsqueeze(1)
    assert reading.decided_row(belief).tolist() == [row]
    assert reading.decided_row(belief).dtype == torch.int64


@always_the_same
@given(st.lists(st.lists(st.integers(0, 2), min_size=3, max_size=3), min_size=1, max_size=6))
def test_decided_rows_of_a_batch_are_those_of_its_members(answers):
    table = torch.tensor(answers)  # (T, B)
    T = len(answers)
    expected = [
        min(t + 1 for t in range(T) if all(row[b] == answers[-1][b] for row in answers[t:]))
        for b in range(3)
    ]
    assert reading.decided_row(nn.functional.one_hot(table, 3).float()).tolist() == expected


def test_one_unit_decides_in_the_row_where_its_sum_turns_positive():
    """H_t = tanh(x_t + 10 h_{t-1}); the head says 1 where h > 0: -1, -1, +20 turn it in row 3."""
    config = ModelConfig(cell="rnn", input_size=1, hidden_size=1, bias=False)
    model = SequenceClassifier(config, num_classes=2)
    with torch.no_grad():
        model.rnn.weight_ih_l0.fill_(1.0)
        model.rnn.weight_hh_l0.fill_(10.0)
        model.head.weight.copy_(torch.tensor([[-1.0], [1.0]]))
        model.head.bias.zero_()
    seen = reading.read(model, torch.tensor([-1.0, -1.0, 20.0, 0.5]).view(4, 1, 1))
    assert seen.belief.argmax(dim=-1).flatten().tolist() == [0, 0, 1, 1]
    assert seen.decided_row.tolist() == [3]
    assert seen.digit.tolist() == [1]
    assert seen.probabilities[0, 1].item() == pytest.approx(1 / (1 + torch.e**-2), abs=1e-5)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("call", [reading.read, reading.belief])
def test_model_is_left_as_found_also_after_an_error(call, bidirectional):
    model, x = make(num_layers=2, dropout=0.9, bidirectional=bidirectional)
    expected = reading.belief(model.eval(), x)
    model.train()
    model.head.eval()
    with left_as_found(model):
        got = call(model, x)
    assert_same(got if call is reading.belief else got.belief, expected)
    model.head.weight = nn.Parameter(torch.zeros(3, 1, dtype=torch.float64))
    with left_as_found(model), pytest.raises(RuntimeError):
        call(model, x)


@pytest.mark.parametrize("call", [reading.read, reading.belief])
@pytest.mark.parametrize("shape", [(4, 2), (4, 1, 3), (0, 1, 2)])
def test_wrong_input_is_told_what_was_expected(call, shape):
    model, _ = make()
    with pytest.raises(
        ValueError, match=re.escape(f"x must be (T, B, I) = (T ≥ 1, B, 2), got {shape}") + "$"
    ):
        call(model, torch.zeros(shape, dtype=torch.float64))


def test_one_direction_is_read_with_one_call_of_the_network_and_one_of_the_head():
    model, x = make(num_layers=2)
    calls = []
    model.rnn.register_forward_hook(lambda *_: calls.append("rnn"))
    model.head.register_forward_hook(lambda *_: calls.append("head"))
    reading.read(model, x)
    assert calls == ["rnn", "head"]
