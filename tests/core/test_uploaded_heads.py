"""Tests of heads of several layers and over all steps, in every instrument that asks the head."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect import attributions, gradients, reading
from rnnviz.core.intervene import apply_interventions, each_unit, splice
from rnnviz.core.intervene.intervention_spec import Intervention
from rnnviz.core.models import SequenceClassifier

T, B, I, H, K = 6, 3, 4, 5, 7


def head(features):
    """Everything that an uploaded head may have, with numbers that matter."""
    norm = nn.BatchNorm1d(features)
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.5, 2.0)
    parts = [norm, nn.Linear(features, 9), nn.Tanh(), nn.Dropout(0.5), nn.LayerNorm(9)]
    return nn.Sequential(*parts, nn.Linear(9, K))


@pytest.fixture(params=["last", "mean", "all"])
def pooling(request):
    return request.param


@pytest.fixture(params=[False, True], ids=["one direction", "two"])
def model(request, pooling):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = ModelConfig("gru", I, H, bidirectional=request.param, pooling=pooling)
        width = H * (1 + request.param) * (T if pooling == "all" else 1)
        made = SequenceClassifier(config, K, head=head(width), num_steps=T).double()
    made.train()  # what asks the head switches that off, and on again
    return made


@pytest.fixture
def x():
    return torch.rand(T, B, I, generator=torch.Generator().manual_seed(1)).double()


@pytest.fixture(autouse=True)
def left_as_found(model):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    yield
    assert all(module.training for module in model.modules())
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])
    assert all(value.grad is None for value in model.parameters())


def logits(model, output):
    """What the network says of the top layer's states, written out."""
    halves = output.chunk(model.config.num_directions, dim=-1)
    if model.config.pooling == "last":
        features = torch.cat([half[-d] for d, half in zip((1, 0), halves, strict=False)], dim=-1)
    elif model.config.pooling == "mean":
        features = output.mean(0)
    else:
        features = torch.cat(output.unbind(), dim=-1)  # (B, T·D·P)
    norm, one, _, _, layer_norm, two = model.head
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    x = (features - norm.running_mean) * scale + norm.bias
    return two(layer_norm(one(x).tanh()))


def test_the_last_prediction_is_the_networks(model, x):
    expected = logits(model, model.rnn(x)[0]).softmax(-1).detach()
    torch.testing.assert_close(reading.read(model, x).probabilities, expected)
    torch.testing.assert_close(reading.belief(model, x)[-1].detach(), expected)
    answers = apply_interventions.answers(model, x).softmax(-1)
    torch.testing.assert_close(answers.detach(), expected)


def test_a_prediction_after_a_row_reads_what_was_read(model, x):
    for t in (1, 3):
        output = model.rnn(x[:t])[0]
        if model.config.pooling == "all":
            output = F.pad(output, (0, 0, 0, 0, 0, T - t))
        expected = logits(model, output).softmax(-1)
        torch.testing.assert_close(reading.belief(model, x)[t - 1], expected)
        spliced = splice.splice_belief(model, x, x.flip(1), 4)
        torch.testing.assert_close(spliced[t - 1], expected)


def test_units_are_taken_out_one_by_one(model, x):
    for unit, found in enumerate(each_unit.without_each(model, x, 0)):
        change = Intervention(0, "forward", "h", (unit,))
        torch.testing.assert_close(found, apply_interventions.answers(model, x, [change]).detach())


def test_gradients_are_those_of_the_loss(model, x):
    targets = torch.tensor([0, 3, 6])
    leaf = x.clone().requires_grad_()
    loss = F.cross_entropy(logits(model, model.rnn(leaf)[0]), targets, reduction="sum")
    (grad,) = torch.autograd.grad(loss, leaf)
    torch.testing.assert_close(attributions.input_reach(model, x, targets), grad.norm(dim=-1))
    output = model.rnn(x)[0].detach().requires_grad_()
    loss = F.cross_entropy(logits(model, output), targets, reduction="sum")
    (grad,) = torch.autograd.grad(loss, output)
    last = gradients.reach(model, x, targets).h[-1]
    if not model.config.bidirectional:  # no later step reads the last one's state
        torch.testing.assert_close(last, grad[-1].norm(dim=-1))
    shared = attributions.integrated_gradients(model, x, targets)
    assert shared.missing.abs().max() < 1e-4


@pytest.mark.parametrize("bad", [-1, K])
def test_classes_are_those_of_the_head(model, x, bad):
    with pytest.raises(ValueError, match=rf"classes in \[0, {K}\)"):
        gradients.reach(model, x, torch.tensor([0, 1, bad]))


def test_a_head_over_all_steps_needs_its_number_of_steps(model, pooling):
    config = replace(model.config, pooling="all")
    for options in ({}, {"head": head(3)}, {"num_steps": 3}):
        with pytest.raises(ValueError, match='pooling "all" needs a head of its own'):
            SequenceClassifier(config, K, **options)
    if pooling == "all":
        with pytest.raises(ValueError, match=f"the head reads {T} steps, got {T + 1}"):
            model(torch.zeros(T + 1, B, I).double())
