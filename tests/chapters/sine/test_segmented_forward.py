"""Laws of segments: values and gradients against one long pass, in float64."""

from __future__ import annotations

import pytest
import torch

from rnnviz.chapters.sine.segmented_forward import head_by_steps, in_segments
from rnnviz.core.config import ModelConfig
from rnnviz.core.models import SequenceTagger

NETWORKS = [
    ModelConfig("rnn", 1, 8),
    ModelConfig("rnn", 1, 6, nonlinearity="relu", num_layers=2),
    ModelConfig("gru", 1, 8, num_layers=2),
    ModelConfig("lstm", 1, 8),
    ModelConfig("lstm", 1, 8, num_layers=2, proj_size=3, bias=False),
]
NAMES = [f"{m.cell}-{m.num_layers}-{m.proj_size}" for m in NETWORKS]
LENGTHS = [1, 5, 7, 23, 30]  # 23 steps: whole segments, a short last one, one segment, too long


def tagger(config):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return SequenceTagger(config, 1).double()


def signal():
    chance = torch.Generator().manual_seed(2)
    return torch.randn(23, 2, 1, generator=chance, dtype=torch.float64)


def loss_of(outputs):
    return (outputs - torch.linspace(-1, 1, 23, dtype=torch.float64).view(-1, 1, 1)).square().sum()


def gradients(model, loss):
    return torch.autograd.grad(loss, list(model.parameters()))


def assert_near(found, expected):
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize("config", NETWORKS, ids=NAMES)
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("carry", ["detach", "full"])
def test_outputs_over_carried_segments_equal_one_long_pass(config, length, carry):
    model, x = tagger(config), signal()
    found = in_segments(model, x, length, carry)
    h, state = model.rnn(x)
    assert_near((found.outputs, found.h), (model.head(h), h))
    parts = zip(*(s if isinstance(s, tuple) else (s,) for s in (found.state, state)), strict=True)
    for one, other in parts:
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)
    assert len(found.borders) == -(-23 // length)


@pytest.mark.parametrize("config", NETWORKS, ids=NAMES)
@pytest.mark.parametrize("length", LENGTHS)
def test_the_gradient_of_full_equals_that_of_one_long_sequence(config, length):
    model, x = tagger(config), signal()
    found = gradients(model, loss_of(in_segments(model, x, length, "full").outputs))
    assert_near(found, gradients(model, loss_of(model(x))))


@pytest.mark.parametrize("config", NETWORKS, ids=NAMES)
@pytest.mark.parametrize("length", [1, 5, 7])
def test_the_gradient_of_detach_equals_it_with_the_paths_through_borders_cut(config, length):
    """The cut ones: each segment by itself, from a constant that one long pass had there."""
    model, x = tagger(config), signal()
    expected = [torch.zeros_like(p) for p in model.parameters()]
    target = torch.linspace(-1, 1, 23, dtype=torch.float64).view(-1, 1, 1)
    for start in range(0, 23, length):
        with torch.no_grad():
            state = model.rnn(x[:start])[1] if start else None
        h, _ = model.rnn(x[start : start + length], state)
        part = (model.head(h) - target[start : start + length]).square().sum()
        expected = [a + b for a, b in zip(expected, gradients(model, part), strict=True)]
    found = gradients(model, loss_of(in_segments(model, x, length, "detach").outputs))
    assert_near(found, expected)
    whole = gradients(model, loss_of(model(x)))
    assert any((a - b).abs().max() > 1e-3 for a, b in zip(found, whole, strict=True))


@pytest.mark.parametrize("config", NETWORKS, ids=NAMES)
def test_reset_reads_each_segment_as_if_it_were_the_first(config):
    model, x = tagger(config), signal()
    found = in_segments(model, x, 5, "reset", model.rnn(x)[1])  # nor is the first handed anything
    for start in range(0, 23, 5):
        expected = model(x[start : start + 5])
        assert_near([found.outputs[start : start + 5]], [expected])


def test_with_one_step_a_reset_network_has_no_memory_at_all():
    model, x = tagger(NETWORKS[0]), signal()
    outputs = in_segments(model, x, 1, "reset").outputs
    order = torch.randperm(23, generator=torch.Generator().manual_seed(0))
    assert_near([in_segments(model, x[order], 1, "reset").outputs], [outputs[order]])


@pytest.mark.parametrize("config", NETWORKS, ids=NAMES)
def test_the_head_as_a_loop_over_steps_is_one_linear_over_all_with_its_gradients(config):
    model, x = tagger(config), signal()
    h = model.rnn(x)[0]
    by_steps, at_once = head_by_steps(model, h), model.head(h)
    assert_near([by_steps], [at_once])
    assert_near(gradients(model, loss_of(by_steps)), gradients(model, loss_of(model(x))))


def test_what_is_no_sequence_is_refused():
    model = tagger(NETWORKS[0])
    for x, length in ((signal(), 0), (signal()[:0], 5), (signal()[:, 0], 5)):
        with pytest.raises(ValueError, match=r"x must be \(T, B, I\)"):
            in_segments(model, x, length)
