"""Tests of the ablation of many units in one batch against one after another."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.core.config import ModelConfig
from rnnviz.core.intervene.apply_interventions import answers
from rnnviz.core.intervene.each_unit import without_each
from rnnviz.core.intervene.intervention_spec import Intervention
from tests.intervened_networks import assert_same, make_classifier


@settings(max_examples=60)
@given(
    cell=st.sampled_from(["rnn", "gru", "lstm"]),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    num_layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    bias=st.booleans(),
    proj_size=st.sampled_from([0, 3]),
    pooling=st.sampled_from(["last", "mean", "max", "output"]),
    data=st.data(),
)
def test_units_out_side_by_side_answer_as_one_after_the_other(
    cell, nonlinearity, num_layers, bidirectional, bias, proj_size, pooling, data
):
    config = ModelConfig(
        cell=cell,
        input_size=2,
        hidden_size=4,
        num_layers=num_layers,
        bidirectional=bidirectional,
        bias=bias,
        proj_size=proj_size if cell == "lstm" else 0,
        nonlinearity=nonlinearity,
        pooling=pooling,
    )
    model, x = make_classifier(config, T=5, B=3)
    layer = data.draw(st.integers(0, num_layers - 1))
    direction = data.draw(st.sampled_from(["forward", "reverse"][: 1 + bidirectional]))
    units = data.draw(st.none() | st.permutations(range(config.output_size)).map(lambda u: u[:2]))
    got = without_each(model, x, layer, direction, units)
    chosen = range(config.output_size) if units is None else units
    expected = [answers(model, x, [Intervention(layer, direction, "h", (u,))]) for u in chosen]
    assert_same(got, torch.stack(expected).detach())


def test_the_model_is_left_as_found_and_no_graph_is_kept():
    model, x = make_classifier(ModelConfig(input_size=2, hidden_size=4, num_layers=2, dropout=0.5))
    model.train()
    weights = {name: weight.clone() for name, weight in model.state_dict().items()}
    one, two = without_each(model, x, 0), without_each(model, x, 0)
    assert torch.equal(one, two)
    assert not one.requires_grad
    assert all(module.training for module in model.modules())
    assert all(torch.equal(weight, weights[name]) for name, weight in model.state_dict().items())


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"layer": 1}, "layer must lie below num_layers = 1, got 1"),
        ({"direction": "reverse"}, "this network reads in one direction"),
        ({"units": [0, 4]}, "h has 4 units, from 0, so no unit 4"),
        ({"units": []}, "units must be one or more, got none"),
        ({"x": torch.zeros(3, 2)}, "x must be (T, B, I)"),
    ],
)
def test_units_that_are_not_there_are_refused_in_a_sentence(wrong, sentence):
    model, x = make_classifier(ModelConfig(input_size=2, hidden_size=4))
    with pytest.raises(ValueError, match=re.escape(sentence)):
        without_each(model, **{"x": x, "layer": 0, **wrong})
