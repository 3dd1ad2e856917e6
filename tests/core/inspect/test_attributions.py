"""Tests of attributions against autograd, finite differences and closed forms."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect import attributions
from rnnviz.core.inspect.attributions import gradient_times_input, input_reach, integrated_gradients
from rnnviz.core.inspect.gradients import reach
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.mnist import rows
from rnnviz.training.store.checkpoint import embedded
from tests.assertions import assert_all_same, assert_near, left_as_found
from tests.core import networks
from tests.core.networks import make, written_once

always_the_same = settings(max_examples=30)


@always_the_same
@given(networks.options(), st.integers(1, 5), st.integers(1, 3), st.integers(0, 99))
def test_input_reach_is_the_norm_of_the_losss_gradient_at_x(options, T, B, seed):
    model, x, targets = make(T, B, seed, **options)
    leaf = x.clone().requires_grad_()
    loss = F.cross_entropy(model.eval()(leaf), targets, reduction="sum")
    (grad,) = torch.autograd.grad(loss, leaf)
    got = input_reach(model, x, targets)
    assert got.shape == (T, B)
    assert_near(got, grad.norm(dim=-1))


def test_a_perfect_memory_in_c_shows_in_c_and_x_alone():
    model, x, targets = written_once()
    felt, read = reach(model, x, targets), input_reach(model, x, targets)
    assert_near(felt.c, felt.c[:1].expand(20, 1), atol=1e-12)
    assert felt.c[0] > 0.1
    assert (felt.h[:-1] == 0).all()
    assert felt.h[-1] > 0.1
    assert read[0] > 1e-3
    assert read[1:].max() < 1e-12


@pytest.mark.parametrize("score", ["log_probability", "logit"])
def test_gradient_times_input_is_that_product(score):
    model, x, classes = make(cell="lstm", bidirectional=True, pooling="mean")
    leaf = x.clone().requires_grad_()
    scores = model(leaf).log_softmax(-1) if score == "log_probability" else model(leaf)
    chosen = scores[torch.arange(3), classes]
    (grad,) = torch.autograd.grad(chosen.sum(), leaf)
    got = gradient_times_input(model, x, classes, score)
    assert_near(got.values, x * grad)
    assert_near(got.score, chosen.detach())
    before = model(torch.zeros_like(x))
    before = before.log_softmax(-1) if score == "log_probability" else before
    assert_near(got.score_before, before[torch.arange(3), classes].detach())


def linear():
    """h_t = x_t + h_{t-1}/2 for positive x; its logits are linear in x."""
    config = ModelConfig("rnn", 2, 2, bias=False, nonlinearity="relu")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = SequenceClassifier(config, num_classes=3).double()
    with torch.no_grad():
        model.rnn.weight_ih_l0.copy_(torch.eye(2))
        model.rnn.weight_hh_l0.copy_(torch.eye(2) / 2)
    return model


@pytest.mark.parametrize("explain", [gradient_times_input, integrated_gradients])
def test_in_a_linear_network_an_inputs_part_is_its_weight_times_itself(explain):
    model, x = linear(), torch.rand(3, 1, 2, dtype=torch.float64) + 0.1
    got = explain(model, x, torch.tensor([1]), "logit")
    halves = torch.tensor([0.25, 0.5, 1.0], dtype=torch.float64).view(3, 1, 1)
    assert_near(got.values, halves * model.head.weight[1].detach() * x)
    assert_near(got.missing, torch.zeros(1, dtype=torch.float64))


@always_the_same
@given(
    networks.options(),
    st.sampled_from(["log_probability", "logit"]),
    st.integers(1, 5),
    st.booleans(),
    st.integers(0, 99),
)
def test_integrated_gradients_add_up_to_the_difference_of_the_scores(
    options, score, T, from_zero, seed
):
    smooth = options | {"nonlinearity": "tanh", "pooling": "mean"}
    model, x, classes = make(T, 2, seed, **smooth)
    baseline = torch.zeros_like(x) if from_zero else x.flip(1) - 0.5
    got = integrated_gradients(
        model, x, classes, score, baseline=None if from_zero else baseline, steps=64
    )
    pair = torch.arange(2), classes
    logits = [model.eval()(value).detach() for value in (x, baseline)]
    ends = [v.log_softmax(-1) if score == "log_probability" else v for v in logits]
    assert_near(got.score, ends[0][pair])
    assert_near(got.score_before, ends[1][pair])
    assert_near(got.values.sum((0, 2)), (ends[0] - ends[1])[pair], atol=2e-3)
    assert_near(got.missing, got.score - got.score_before - got.values.sum((0, 2)))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_what_is_missing_falls_with_the_steps(cell):
    model, x, classes = make(T=6, cell=cell)
    missing = [
        integrated_gradients(model, 2 * x, classes, steps=steps).missing.abs().max()
        for steps in (4, 16, 64)
    ]
    assert missing[0] > 10 * missing[1] > 100 * missing[2]
    assert missing[2] < 1e-6


def test_they_are_the_mean_slope_on_a_straight_way():
    """Against the same by the rule of the middle, at 20,000 places."""
    model, x, classes = make(T=3, B=1, cell="gru")
    places = ((torch.arange(20_000, dtype=torch.float64) + 0.5) / 20_000).view(1, -1, 1)
    way = (places * x).requires_grad_()
    (grad,) = torch.autograd.grad(model(way)[:, classes[0]].sum(), way)
    got = integrated_gradients(model, x, classes, "logit", steps=64)
    assert_near(got.values[:, 0], x[:, 0] * grad.mean(1), atol=1e-7)


def test_chunks_and_batches_change_nothing(monkeypatch):
    model, x, classes = make(cell="lstm")
    together = integrated_gradients(model, x, classes, steps=10)
    monkeypatch.setattr(attributions, "STATES_AT_ONCE", 12)
    assert_near(integrated_gradients(model, x, classes, steps=10).values, together.values)
    alone = integrated_gradients(model, x[:, 1:2], classes[1:2], steps=10)
    assert_near(alone.values[:, 0], together.values[:, 1])


def test_with_128_steps_little_is_missing_on_real_digits(test_digits):
    x, classes = rows(test_digits.images[:8]), test_digits.labels[:8]
    model, _ = embedded("gru-128")
    got = integrated_gradients(model, x, classes)
    assert got.missing.abs().max() < 0.005
    assert (got.values[x == 0] == 0).all(), "where no ink is, nothing speaks"


@pytest.mark.parametrize("around", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_the_model_is_left_as_found_and_dropout_is_off(around):
    model, x, classes = make(cell="lstm", num_layers=2, dropout=0.9)
    expected = [
        input_reach(model.eval(), x, classes),
        gradient_times_input(model, x, classes).values,
        integrated_gradients(model, x, classes, steps=5).values,
    ]
    model.train()
    model.head.bias.requires_grad_(False)
    x.requires_grad_()
    with around():
        x_here, classes_here = x.clone(), classes.clone()
        with left_as_found(model):
            got = [
                input_reach(model, x_here, classes_here),
                gradient_times_input(model, x_here, classes_here).values,
                integrated_gradients(model, x_here, classes_here, steps=5).values,
            ]
    assert_all_same(got, expected, atol=1e-10)
    assert not any(one.requires_grad for one in got)
    assert x.grad is None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")
@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_on_cuda_gradients_work_in_eval_mode(kind):
    model, x, classes = make(cell=kind.__name__.lower(), num_layers=2, bidirectional=True)
    expected = input_reach(model, x, classes)
    model.cuda().eval()
    assert_near(input_reach(model, x.cuda(), classes.cuda()).cpu(), expected)
    integrated_gradients(model, x.cuda(), classes.cuda(), steps=5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": torch.zeros(4, 3, 3)}, "x must be (T, B, I) = (T ≥ 1, B, 2), got (4, 3, 3)"),
        ({"classes": torch.tensor([1])}, "classes must be (B,) = (3,), got (1,)"),
        (
            {"classes": torch.tensor([0, 1, 5])},
            "classes must be int64 classes in [0, 5), got torch.int64: [0, 1, 5]",
        ),
        ({"score": "p"}, "score must be log_probability or logit, got 'p'"),
        ({"baseline": torch.zeros(1, 3, 2)}, "baseline must be (T, B, I) = (4, 3, 2), got (1, 3,"),
        ({"steps": 0}, "steps must be at least 1, got 0"),
    ],
)
def test_what_does_not_fit_is_told(change, message):
    model, x, classes = make()
    with pytest.raises(ValueError, match=re.escape(message)):
        integrated_gradients(model, **{"x": x, "classes": classes} | change)
