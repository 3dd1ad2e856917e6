"""Tests of training steps against reference loops, bit for bit with torch's optimizers."""

import math
from itertools import islice

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from rnnviz.core.config import TrainConfig
from rnnviz.data.mnist import rows
from rnnviz.training.loop.loop import seeded_model, train
from rnnviz.training.loop.optimizer_step import clip
from rnnviz.training.loop.schedule import batch_of_step
from tests.loops import SMALL, same, trained


def test_one_step_is_adam_written_by_hand(digits):
    config = TrainConfig(
        epochs=1,
        batch_size=len(digits),
        lr=0.01,
        warmup=0.0,
        weight_decay=0.1,
        clip_norm=0.1,
        label_smoothing=0.1,
    )
    model, logs = trained(digits, config)
    expected = seeded_model(SMALL, config.seed)
    guess = expected(rows(digits.images))
    target = F.one_hot(digits.labels, 10) * 0.9 + 0.1 / 10
    loss = -(target * guess.log_softmax(1)).sum(1).mean()
    gradients = torch.autograd.grad(loss, list(expected.parameters()))
    norm = torch.sqrt(sum((g**2).sum() for g in gradients))
    assert norm > 0.1, "the step must be clipped for this test to test it"
    lr = 0.01 * 0.5 * (1 + math.cos(math.pi / 2))  # the only step: half way down
    for p, g in zip(expected.parameters(), gradients, strict=True):
        clipped = g * 0.1 / norm
        # Adam's averages, corrected for their start at 0, are g and g² after one step.
        p.data -= lr * 0.1 * p.data + lr * clipped / (clipped.abs() + 1e-8)
    for p, q in zip(model.parameters(), expected.parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=1e-4, atol=2e-6)
    assert logs[0].loss == pytest.approx(loss.item(), rel=1e-5)
    assert logs[0].grad_norm == pytest.approx(norm.item(), rel=1e-4)
    assert logs[0].accuracy == pytest.approx(
        (guess.argmax(1) == digits.labels).float().mean().item(), abs=1e-6
    )
    assert logs[0].lr == pytest.approx(lr)


def adam_by_hand(parameters, **how):
    return torch.optim.Adam(parameters, lr=0.02, betas=(0.8, 0.95), weight_decay=0.01, **how)


def adamw_by_hand(parameters, **how):
    return torch.optim.AdamW(parameters, lr=0.02, betas=(0.8, 0.95), weight_decay=0.01, **how)


def sgd_by_hand(parameters, **how):
    return torch.optim.SGD(parameters, lr=0.02, momentum=0.7, weight_decay=0.01, **how)


def rmsprop_by_hand(parameters, **how):
    return torch.optim.RMSprop(parameters, lr=0.02, weight_decay=0.01, **how)


def three_steps_by_hand(digits, config, optimizer_of, **how):
    """A training loop as anyone would write it: the model, its losses and its norms."""
    model = seeded_model(SMALL, config.seed)
    optimizer = optimizer_of(model.parameters(), **how)
    losses, norms = [], []
    for step in (1, 2, 3):
        batch = digits[batch_of_step(config, len(digits), step)]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(rows(batch.images)), batch.labels)
        loss.backward()
        limit = config.clip_norm or math.inf
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), limit).item())
        optimizer.step()
        losses.append(loss.item())
    return model, losses, norms


@pytest.mark.parametrize("clip_norm", [0.0, 0.2])
@pytest.mark.parametrize(
    ("name", "by_hand", "how"),
    [
        ("adam", adam_by_hand, {"fused": True}),
        ("adamw", adamw_by_hand, {"fused": True}),
        ("sgd", sgd_by_hand, {"fused": True}),
        ("rmsprop", rmsprop_by_hand, {}),
    ],
)
def test_three_steps_are_those_of_a_loop_by_hand_bit_for_bit(digits, name, by_hand, how, clip_norm):
    config = TrainConfig(
        epochs=1,
        batch_size=50,
        lr=0.02,
        optimizer=name,
        momentum=0.7,
        betas=(0.8, 0.95),
        weight_decay=0.01,
        schedule="constant",
        clip_norm=clip_norm,
        seed=3,
    )
    model = seeded_model(SMALL, config.seed)
    logs = list(islice(train(model, digits, config), 3))
    expected, losses, norms = three_steps_by_hand(digits, config, by_hand, **how)
    assert [log.loss for log in logs] == losses
    assert [log.grad_norm for log in logs] == norms
    assert min(norms) > 0.2, "all steps must be clipped for this test to test it"
    assert same(model, expected)
    plain, _, _ = three_steps_by_hand(digits, config, by_hand)  # the formulas, not fused
    for p, q in zip(model.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=1e-4, atol=1e-5)


def scaled_gradients(size):
    """Two parameters with gradients of norm `size`, and a third that has none."""
    chance = torch.Generator().manual_seed(0)
    parameters = [nn.Parameter(torch.zeros(shape)) for shape in ((40, 30), (17,), (3,))]
    for p in parameters[:2]:
        p.grad = torch.randn(p.shape, generator=chance)
    norm = nn.utils.get_total_norm([p.grad for p in parameters[:2]])
    for p in parameters[:2]:
        p.grad *= size / norm
    return parameters


SIZES = [0.0, 0.3, 0.999999, 1 - 2e-6, 1 - 1e-6, 1.0, 1 + 1e-6, 1.7, 1e30, math.inf, math.nan]


@pytest.mark.parametrize("size", SIZES)
def test_gradients_are_clipped_as_torch_does_bit_for_bit_on_both_sides_of_the_limit(size):
    mine, theirs = scaled_gradients(size), scaled_gradients(size)
    norm = clip([p for p in mine if p.grad is not None], 1.0)
    expected = nn.utils.clip_grad_norm_(theirs, 1.0)
    torch.testing.assert_close(norm, expected, rtol=0, atol=0, equal_nan=True)
    for p, q in zip(mine[:2], theirs[:2], strict=True):
        torch.testing.assert_close(p.grad, q.grad, rtol=0, atol=0, equal_nan=True)


def test_one_gradient_that_is_lost_is_lost_to_all_as_in_torch():
    parameters = scaled_gradients(0.5)[:2]
    parameters[1].grad[0] = math.nan
    clip(parameters, 1.0)
    assert parameters[0].grad.isnan().all()


def test_without_a_limit_gradients_stay_and_their_norm_is_told():
    parameters, before = scaled_gradients(7.0)[:2], scaled_gradients(7.0)[:2]
    assert clip(parameters, 0.0).item() == pytest.approx(7.0, rel=1e-6)
    assert all(torch.equal(p.grad, q.grad) for p, q in zip(parameters, before, strict=True))
