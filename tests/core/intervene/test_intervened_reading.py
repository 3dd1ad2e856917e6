"""Tests of a classifier's predictions under interventions, and that it is unchanged."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect import reading
from rnnviz.core.intervene.apply_interventions import answers, belief, mean_values, run
from rnnviz.core.intervene.checks import places_in
from rnnviz.core.intervene.intervention_spec import Intervention
from tests.assertions import assert_same, left_as_found
from tests.core import networks
from tests.intervened_networks import make_classifier, step_through

OUT = Intervention(0, "forward", "h", (0, 2))


def plain_answer(model, x, interventions, means):
    """Read and pool the plain way: logits (B, K)."""
    rnn = model.rnn
    hs = [one["h"] for one in step_through(rnn, x, None, interventions, means)[-1]]
    if model.config.pooling == "last":
        read = torch.cat([h[0 if d else -1] for d, h in enumerate(hs)], dim=-1)
    else:
        whole = torch.cat(hs, dim=-1)
        poolings = {"mean": whole.mean(0), "max": whole.amax(0), "output": whole[-1]}
        read = poolings[model.config.pooling]
    return read @ model.head.weight.T + model.head.bias


@settings(max_examples=40)
@given(
    options=networks.options(),
    kind=st.sampled_from(["zero", "clamp", "mean"]),
    start=st.integers(0, 4),
    stop=st.sampled_from([None, 5, 6]),
    data=st.data(),
)
def test_belief_after_a_row_is_the_changed_answer_to_the_rows_so_far(
    options, kind, start, stop, data
):
    config = ModelConfig(input_size=2, hidden_size=4, **options)
    model, x = make_classifier(config, T=6)
    what = data.draw(st.sampled_from(places_in(model.rnn)))
    layer = data.draw(st.integers(0, config.num_layers - 1))
    direction = data.draw(st.sampled_from(["forward", "reverse"][: config.num_directions]))
    value = 0.8 if kind == "clamp" else 0.0
    out = [Intervention(layer, direction, what, (0, 2), kind, value, start, stop)]
    means = mean_values(model, x.flip(1))
    expected = [plain_answer(model, x[: t + 1], out, means).softmax(dim=-1) for t in range(len(x))]
    got = belief(model, x, out, means=means)
    assert_same(got, torch.stack(expected))
    assert_same(answers(model, x, out, means=means).softmax(dim=-1), got[-1])
    unchanged = reading.belief(model, x)
    assert_same(got[:start], unchanged[:start])
    assert_same(belief(model, x), unchanged)


@pytest.mark.parametrize("read", [run, answers, belief])
def test_a_classifier_is_read_without_dropout_and_left_as_found(read):
    config = ModelConfig(cell="lstm", input_size=2, hidden_size=4, num_layers=2, dropout=0.5)
    model, x = make_classifier(config)
    model.train()
    model.head.eval()
    with left_as_found(model):
        first, second = read(model, x, [OUT]), read(model, x, [OUT])
        with pytest.raises(ValueError, match="x must be"):
            read(model, x[..., :1], [OUT])
        with pytest.raises(ValueError, match="no unit 9"):
            read(model, x, [Intervention(0, "forward", "h", (9,))])
    if read is run:
        first, second = first.output, second.output
    assert torch.equal(first, second)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_gradients_of_a_changed_answer_reach_the_input_and_the_weights(bidirectional):
    model, x = make_classifier(
        ModelConfig(cell="gru", input_size=2, hidden_size=4, bidirectional=bidirectional)
    )
    x.requires_grad_()
    answers(model, x, [OUT])[:, 0].sum().backward()
    found = x.grad.clone()
    assert (found != 0).all()
    assert (model.rnn.weight_hh_l0.grad[:, [0, 2]] == 0).all()
    assert (model.rnn.weight_hh_l0.grad[1::2, 1::2] != 0).all()
    x.grad = None
    plain_answer(model, x, [OUT], None)[:, 0].sum().backward()
    assert_same(found, x.grad)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"layer": 1}, "layer must lie below num_layers = 1, got 1"),
        ({"direction": "reverse"}, "one direction: it has no reverse one to change"),
        ({"what": "z"}, "LSTM has h, c, i, f, g, o to change, and no z"),
        ({"units": (3,)}, "h has 3 units, from 0, so no unit 3"),
        ({"kind": "mean"}, "kind mean needs the means of layer 0, forward, h, and none were given"),
        ({"what": "c", "kind": "mean"}, "layer 0, forward, c must be (H,) or (T, H) = (4, 4),"),
        ({"what": "f", "kind": "mean"}, "layer 0, forward, f must lie in [0, 1], as the gate does"),
        ({"what": "o", "kind": "mean"}, "means must have the weights' dtype and device"),
    ],
)
def test_a_change_that_the_network_cannot_have_is_refused_in_a_sentence(change, sentence):
    config = ModelConfig(cell="lstm", input_size=2, hidden_size=4, proj_size=3)
    model, x = make_classifier(config)
    values = {"layer": 0, "direction": "forward", "what": "h", "units": (1,)} | change
    means = {
        (0, "forward", "c"): torch.zeros(5).double(),
        (0, "forward", "f"): torch.full((4,), 1.5).double(),
        (0, "forward", "o"): torch.zeros(4),
    }
    with pytest.raises(ValueError, match=re.escape(sentence)):
        run(model, x, [Intervention(**values)], means=means)


def test_only_a_recurrent_network_can_be_changed():
    with pytest.raises(TypeError, match=r"model must be a SequenceClassifier, .* got Linear"):
        run(torch.nn.Linear(2, 2), torch.zeros(3, 1, 2), [OUT])
