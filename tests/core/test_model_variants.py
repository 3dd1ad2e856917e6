"""Tests of classifiers that share weights: each equals the original fed in the other way."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnnviz.core import model_variants
from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect import trace
from rnnviz.core.models import SequenceClassifier
from tests.assertions import assert_same
from tests.core.networks import options

always_the_same = settings(max_examples=40)


def make(seed=0, **config):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = SequenceClassifier(ModelConfig(**({"input_size": 3, "hidden_size": 4} | config)))
        x = torch.rand(6, 5, 3, dtype=torch.float64)
    return model.double().eval(), x


@always_the_same
@given(
    chosen=options(),
    scaling=st.sampled_from(
        [(1 / 0.3081, -0.1307 / 0.3081), (2.0, -1.0), (255.0, 0.0), (-1.0, 1.0), (-2.0, 1.0)]
    ),
    seed=st.integers(0, 99),
)
def test_a_folded_scaling_is_the_network_fed_with_scaled_inputs(chosen, scaling, seed):
    model, x = make(seed, **chosen)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    scale, shift = scaling
    state = torch.get_rng_state()
    folded = model_variants.fold_input_scaling(model, scale, shift)
    assert torch.equal(torch.get_rng_state(), state)
    assert_same(folded(x), model(scale * x + shift))
    assert folded.config.bias == (model.config.bias or shift != 0)
    assert folded.config.bias == folded.rnn.bias
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("bias", [False, True])
def test_every_gate_and_state_of_a_folded_network_is_that_of_the_scaled_inputs(cell, bias):
    model, x = make(cell=cell, bias=bias, num_layers=2, bidirectional=True)
    folded = model_variants.fold_input_scaling(model, 1 / 0.3081, -0.1307 / 0.3081)
    found = trace.run_trace(folded.rnn, x)
    expected = trace.run_trace(model.rnn, (x - 0.1307) / 0.3081)
    for got, wanted in zip(found.layers, expected.layers, strict=True):
        for one, other in zip(got, wanted, strict=True):
            assert_same(one.h, other.h)
            for name, gate in one.gates.items():
                assert_same(gate, other.gates[name])


def test_only_the_first_layers_weight_and_bias_of_the_input_change():
    model, _ = make(cell="gru", bias=False, num_layers=2, bidirectional=True)
    folded = model_variants.fold_input_scaling(model, -1.0, 1.0).rnn.state_dict()
    changed = {"weight_ih_l0", "weight_ih_l0_reverse", "bias_ih_l0", "bias_ih_l0_reverse"}
    for name, value in folded.items():
        if name.startswith("bias") and name not in changed:
            assert not value.any()
        elif name not in changed:
            assert torch.equal(value, model.rnn.state_dict()[name])
        else:
            assert value.any()


def test_another_pooling_shares_every_weight():
    model, x = make(bidirectional=True)
    other = model_variants.with_pooling(model, "output")
    assert model.config.pooling == "last"
    assert_same(other(x), model.head(model.rnn(x)[0][-1]))
    assert [p.data_ptr() for p in other.parameters()] == [p.data_ptr() for p in model.parameters()]


HEADS = {
    "linear": lambda: nn.Linear(8, 10),
    "two linear": lambda: nn.Sequential(
        nn.Dropout(0.5), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 10)
    ),
    "normalized": lambda: nn.Sequential(nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 10)),
    "a slope for each feature": lambda: nn.Sequential(nn.PReLU(8), nn.Linear(8, 10)),
}


@pytest.mark.parametrize("name", HEADS)
def test_exchanged_directions_are_the_head_on_the_reverse_direction_first(name):
    model, x = make(bidirectional=True)
    model.head = HEADS[name]().double().eval()
    with torch.no_grad():
        for values in (*model.head.parameters(), *model.head.buffers()):
            if values.is_floating_point():
                values.copy_(torch.rand_like(values) + 0.1)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    assert model_variants.can_exchange_directions(model)
    exchanged = model_variants.exchange_directions(model)
    h_n = model.rnn(x)[1][0]
    assert_same(exchanged(x), model.head(torch.cat((h_n[-1], h_n[-2]), -1)))
    assert (exchanged(x) - model(x)).abs().max() > 1e-3
    for key, value in model.state_dict().items():
        assert torch.equal(value, before[key])


@pytest.mark.parametrize(
    ("config", "head"),
    [
        ({}, nn.Linear(4, 10)),
        ({"bidirectional": True}, nn.Sequential(nn.Flatten(), nn.Linear(48, 10))),
        ({"bidirectional": True}, nn.Sequential(nn.Softmax(-1), nn.Linear(8, 10))),
    ],
)
def test_directions_that_a_head_does_not_read_one_by_one_are_not_exchanged(config, head):
    model, _ = make(**config)
    model.head = head.double()
    assert not model_variants.can_exchange_directions(model)
    with pytest.raises(ValueError, match="reads two directions"):
        model_variants.exchange_directions(model)
