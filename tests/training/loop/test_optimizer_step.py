"""Tests that subnormal numbers are flushed to 0 during a step, and only then."""

from contextlib import nullcontext

import pytest
import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.loop import loop
from rnnviz.training.loop.loop import seeded_model, train
from rnnviz.training.loop.optimizer_step import subnormals_flushed

TINY = 1e-39


def flushed():
    return float(torch.tensor(TINY) * 0.5) == 0.0


@pytest.mark.parametrize("before", [False, True])
def test_what_was_set_before_is_so_again_also_after_an_error(before):
    seen = []

    def fail():
        with subnormals_flushed():
            seen.append(flushed())
            raise RuntimeError("on purpose")

    torch.set_flush_denormal(before)
    try:
        with pytest.raises(RuntimeError, match="on purpose"):
            fail()
        assert seen == [True]
        assert flushed() == before
    finally:
        torch.set_flush_denormal(False)


def test_between_two_steps_the_caller_computes_as_before(training_digits):
    steps = train(seeded_model(ModelConfig(hidden_size=4), 0), training_digits[:20], TrainConfig())
    next(steps)
    assert not flushed()


def test_over_300_steps_it_learns_what_it_would_with_every_digit_of_its_gradients(
    training_digits, monkeypatch
):
    config = TrainConfig(epochs=2, batch_size=10, lr=0.01, optimizer="adam", seed=1)

    def pixels(pictures):
        return pictures.flatten(1)[:, 200:500].float().div(255).T.unsqueeze(-1)

    def learnt():
        model = seeded_model(ModelConfig(input_size=1, hidden_size=6), 1)
        losses = [log.loss for log in train(model, training_digits[:30], config, sequences=pixels)]
        return losses, [p.detach() for p in model.parameters()]

    losses, weights = learnt()
    monkeypatch.setattr(loop, "subnormals_flushed", nullcontext)
    plain_losses, plain = learnt()
    assert losses == pytest.approx(plain_losses, rel=1e-6)
    for ours, theirs in zip(weights, plain, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)
