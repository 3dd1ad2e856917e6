import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data.mnist import Digits, rows
from rnnviz.training.evaluate import accuracy
from rnnviz.training.loop import learning_rate, seeded_model, train

SMALL = ModelConfig(cell="gru", hidden_size=12)
QUICK = TrainConfig(epochs=2, batch_size=50, lr=0.01, seed=3)


@pytest.fixture(scope="module")
def digits(training_digits):
    return training_digits[:220]


def trained(digits, config=QUICK, **others):
    model = seeded_model(SMALL, config.seed)
    return model, list(train(model, digits, config, **others))


def same(model, other):
    pairs = zip(model.parameters(), other.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


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


def test_the_same_seed_gives_the_same_weights_bit_for_bit_and_another_seed_others(digits):
    (first, logs), (again, logs_again) = trained(digits), trained(digits)
    assert same(first, again)
    assert logs == logs_again
    other, _ = trained(digits, replace(QUICK, seed=4))
    assert not same(first, other)


def test_training_does_not_touch_the_chance_of_torch_nor_need_it(digits):
    state = torch.get_rng_state()
    first, _ = trained(digits)
    assert torch.equal(torch.get_rng_state(), state)
    torch.rand(1)
    try:
        assert same(first, trained(digits)[0])
    finally:
        torch.set_rng_state(state)


def test_every_digit_is_seen_once_per_epoch_in_a_new_order(digits):
    seen = []

    class Spy(torch.nn.Linear):
        def forward(self, x):
            seen.append(x.sum((0, 2)))
            return super().forward(x[-1])

    list(train(Spy(28, 10), digits, QUICK))
    sizes = [len(batch) for batch in seen]
    assert sizes == [50, 50, 50, 50, 20] * 2
    first, second = torch.cat(seen[:5]), torch.cat(seen[5:])
    assert not torch.equal(first, second)
    seen.clear()
    list(train(Spy(28, 10), digits, replace(QUICK, seed=4)))
    assert not torch.equal(torch.cat(seen[:5]), first), "the order must follow from the seed"
    ink = rows(digits.images).sum((0, 2)).sort().values
    for epoch in (first, second):
        assert torch.allclose(epoch.sort().values, ink)


def test_logs_count_steps_and_epochs_and_measure_at_the_end_of_each(digits):
    held_out = digits[:100]
    model, logs = trained(digits, held_out=held_out)
    assert [log.step for log in logs] == list(range(1, 11))
    assert [log.epoch for log in logs] == [1] * 5 + [2] * 5
    assert {log.steps for log in logs} == {10}
    assert [log.step for log in logs if log.held_out is not None] == [5, 10]
    assert logs[-1].held_out == accuracy(model, held_out)


def test_a_caller_that_stops_asking_stops_the_training(digits):
    model = seeded_model(SMALL, QUICK.seed)
    logs = train(model, digits, QUICK)
    next(logs)
    after_one = [p.clone() for p in model.parameters()]
    logs.close()
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), after_one, strict=True))


def test_digits_are_renewed_once_per_epoch_with_chance_that_follows_the_seed(digits):
    drawn = []

    def renew(chance):
        drawn.append(torch.rand(1, generator=chance).item())
        return Digits(255 - digits.images, digits.labels)

    model, _ = trained(digits, renew=renew)
    assert len(drawn) == 2
    assert drawn[0] != drawn[1]
    inverted, _ = trained(Digits(255 - digits.images, digits.labels))
    assert same(model, inverted)
    trained(digits, renew=renew)
    assert drawn[2:] == drawn[:2]


def test_a_few_steps_on_mnist_lower_the_loss(training_digits):
    config = TrainConfig(epochs=2, batch_size=50, lr=0.01, clip_norm=1.0)
    model = seeded_model(ModelConfig(hidden_size=32), 0)
    logs = list(train(model, training_digits[:5000], config))
    assert logs[0].loss == pytest.approx(math.log(10), abs=0.1)
    assert sum(log.loss for log in logs[-5:]) / 5 < 1.0
    assert accuracy(model, training_digits[6000:8000]) > 0.7


def test_the_rate_rises_in_a_line_to_lr_and_falls_as_a_cosine_towards_zero():
    config = TrainConfig(lr=0.5, warmup=0.25)
    rates = [learning_rate(config, step, 400) for step in range(1, 401)]
    assert rates[0] == pytest.approx(0.5 / 100)
    assert rates[49] == pytest.approx(0.25)
    assert max(rates) == rates[99] == pytest.approx(0.5)
    assert rates[249] == pytest.approx(0.25, abs=0.005)
    assert 0 < rates[-1] < 1e-4
    assert rates[99:] == sorted(rates[99:], reverse=True)


def test_a_seeded_model_follows_from_its_seed_alone():
    torch_state = torch.get_rng_state()
    assert same(seeded_model(SMALL, 5), seeded_model(SMALL, 5))
    assert not same(seeded_model(SMALL, 5), seeded_model(SMALL, 6))
    assert torch.equal(torch.get_rng_state(), torch_state)
