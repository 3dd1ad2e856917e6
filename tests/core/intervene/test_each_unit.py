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
from tests.assertions import assert_same, left_as_found
from tests.core import networks
from tests.intervened_networks import make_classifier


@settings(max_examples=60)
@given(networks.options(), st.data())
def test_units_out_side_by_side_answer_as_one_after_the_other(options, data):
    config = ModelConfig(input_size=2, hidden_size=4, **options)
    model, x = make_classifier(config, T=5, B=3)
    layer = data.draw(st.integers(0, config.num_layers - 1))
    direction = data.draw(st.sampled_from(["forward", "reverse"][: config.num_directions]))
    units = data.draw(st.none() | st.permutations(range(config.output_size)).map(lambda u: u[:2]))
    got = without_each(model, x, layer, direction, units)
    chosen = range(config.output_size) if units is None else units
    expected = [answers(model, x, [Intervention(layer, direction, "h", (u,))]) for u in chosen]
    assert_same(got, torch.stack(expected).detach())


def test_the_model_is_left_as_found_and_no_graph_is_kept():
    model, x = make_classifier(ModelConfig(input_size=2, hidden_size=4, num_layers=2, dropout=0.5))
    model.train()
    with left_as_found(model):
        one, two = without_each(model, x, 0), without_each(model, x, 0)
    assert torch.equal(one, two)
    assert not one.requires_grad


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
