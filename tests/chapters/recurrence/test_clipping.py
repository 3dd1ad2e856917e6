"""Tests of a training's first steps, with and without clipping, against a manual loop."""

import pytest
import torch
import torch.nn.functional as F

from rnnviz.chapters.recurrence.clipping import HIDDEN, LR, course
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.inspect.spectral import with_spectral_radius
from rnnviz.data.mnist import rows
from rnnviz.training.loop.loop import seeded_model
from rnnviz.training.loop.schedule import batch_of_step


@pytest.mark.parametrize("limit", [0.0, 1.0])
def test_a_step_is_one_by_hand_with_torchs_own_clipping(limit, training_digits):
    digits = training_digits[:640]
    found = course(digits, 1.6, limit=limit, steps=1)
    model = seeded_model(ModelConfig(cell="rnn", hidden_size=HIDDEN, nonlinearity="relu"), 0)
    model.rnn = with_spectral_radius(model.rnn, 1.6, "orthogonal")
    batch = digits[batch_of_step(TrainConfig(batch_size=64, seed=0), 640, 1)]
    loss = F.cross_entropy(model(rows(batch.images)), batch.labels)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), limit or float("inf"))
    assert found.loss[0].item() == pytest.approx(loss.item(), rel=1e-5)
    assert found.norm[0].item() == pytest.approx(norm.item(), rel=1e-4)
    kept = min(norm.item(), limit) if limit else norm.item()
    assert found.moved[0].item() == pytest.approx(LR * kept, rel=1e-3)
    with torch.no_grad():
        for p in model.parameters():
            p -= LR * p.grad
        after = F.cross_entropy(model(rows(batch.images)), batch.labels)
    assert found.loss_after == pytest.approx(after.item(), rel=1e-3)


def test_an_exploding_gradient_ruins_the_network_unless_it_is_clipped(training_digits):
    digits = training_digits[:1280]
    without, clipped = (course(digits, 2.0, limit=limit, steps=8) for limit in (0.0, 1.0))
    assert without.norm[0] == clipped.norm[0] > 50
    assert without.loss_after > 1e4 * without.loss[0]
    assert not without.loss.isfinite().all() or without.loss.max() > 1e4
    assert clipped.loss.isfinite().all()
    assert clipped.loss_after < clipped.loss[0]
    assert clipped.applied.max() == 1.0
    assert clipped.moved.max() <= LR * 1.001


def test_a_small_gradient_is_left_as_it_is(training_digits):
    digits = training_digits[:640]
    without, clipped = (course(digits, 0.5, limit=limit, steps=3) for limit in (0.0, 1.0))
    torch.testing.assert_close(without.loss, clipped.loss, rtol=0, atol=0)
    torch.testing.assert_close(without.applied, clipped.applied, rtol=0, atol=0)
