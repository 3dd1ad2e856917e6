from itertools import count, islice

import numpy as np
import pytest
import torch

from rnnviz.chapters.scratch import broken_training
from rnnviz.chapters.scratch.numpy_training import (
    ByHand,
    ByHandConfig,
    beside,
    longer,
    optimizer_of,
)
from rnnviz.scratch.nn import MSELoss
from rnnviz.scratch.tensor import Tensor


@pytest.mark.parametrize(
    "config",
    [
        ByHandConfig(steps=60),
        ByHandConfig("gru", hidden_size=4, num_layers=2, steps=60, count=20),
        ByHandConfig("lstm", hidden_size=4, num_layers=2, steps=60, count=20),
        ByHandConfig(nonlinearity="tanh", num_layers=1, steps=60, low=-3, high=3, length=4),
        ByHandConfig(optimizer="sgd", lr=1e-4, num_layers=1, steps=60),
    ],
    ids=lambda c: f"{c.cell}-{c.nonlinearity}-{c.optimizer}",
)
def test_both_trainings_lie_on_each_other(config):
    logs = list(ByHand(config).steps())
    assert [log.step for log in logs] == list(range(61))
    for log in logs:
        assert log.difference < 1e-9
        assert log.torch_loss == pytest.approx(log.loss, rel=1e-9)
    assert logs[-1].loss < 0.97 * logs[0].loss


def test_with_both_of_torchs_biases_in_the_optimizer_they_would_part():
    trained = ByHand(ByHandConfig(steps=5))
    other = beside(trained.network, trained.config)
    for name, bias in other.twin.module.named_parameters():
        if name.startswith("bias_hh"):
            bias.requires_grad_(True)
            other.optimizer.add_param_group({"params": [bias]})
    before = {n: p.detach().clone() for n, p in other.twin.module.named_parameters()}
    other.loss(trained.train)
    other.optimizer.step()
    moved = {n: p.detach() - before[n] for n, p in other.twin.module.named_parameters()}
    torch.testing.assert_close(moved["bias_ih_l0"], moved["bias_hh_l0"])
    assert moved["bias_ih_l0"].abs().max() == pytest.approx(0.01, rel=1e-3)  # each the whole way


def test_torchs_second_bias_stays_at_zero_but_for_a_grus_b_hn():
    for cell in ("rnn", "gru", "lstm"):
        trained = ByHand(ByHandConfig(cell, hidden_size=4, num_layers=1, steps=3))
        other = beside(trained.network, trained.config)
        before = other.twin.module.bias_hh_l0.detach().clone()
        for _ in range(3):
            other.loss(trained.train)
            other.optimizer.step()
        after = other.twin.module.bias_hh_l0.detach()
        held = 8 if cell == "gru" else len(after)
        assert (after[:held] == 0).all()
        assert (after[held:] != before[held:]).all()


def test_the_training_leaves_torchs_generator_as_it_was():
    before = torch.random.get_rng_state()
    list(islice(ByHand(ByHandConfig(steps=3)).steps(), 3))
    assert torch.equal(torch.random.get_rng_state(), before)


def learn(seed):
    """Train the default until its loss is below 1; returns losses on both sets, and the steps."""
    training = ByHand(ByHandConfig(seed=seed))
    optimizer, mse = optimizer_of(training.network, training.config), MSELoss()
    loss_on = lambda data: mse(training.network(Tensor(data.x)), Tensor(data.y))  # noqa: E731
    for step in count():
        optimizer.zero_grad()
        loss = loss_on(training.train)
        if loss.item() < 1 or step == 1000:
            break
        loss.backward()
        optimizer.step()
    return loss.item(), loss_on(training.held_out).item(), step


@pytest.mark.slow
def test_the_default_learns_cumulative_sums_for_nine_of_ten_seeds():
    assert (ByHandConfig().optimizer, ByHandConfig().lr, ByHandConfig().steps) == (
        "adam",
        0.01,
        1000,
    )
    found = [learn(seed) for seed in range(10)]
    told = "; ".join(f"training {a:.2f}, held out {b:.2f} after {n} steps" for a, b, n in found)
    assert sum(loss < 1 for loss, _, _ in found) >= 9, told
    assert sum(held_out < 1.5 for _, held_out, _ in found) >= 9, told


def test_ten_epochs_at_a_thousandth_leave_the_error_in_the_hundreds():
    for seed in range(3):
        logs = list(ByHand(ByHandConfig(steps=10, lr=0.001, seed=seed)).steps())
        assert logs[-1].loss > 100
        assert logs[-1].loss < logs[0].loss


def test_beyond_the_trained_length_the_mean_error_is_that_of_each_step():
    training = ByHand(ByHandConfig(steps=0))
    error = longer(training, 20, count=30)
    assert error.shape == (20,)
    assert (np.diff(error) > 0).all()  # untrained, it says about the same at every step


def test_as_taught_nothing_moves_with_parents_it_does():
    config = ByHandConfig(steps=10, lr=0.001)
    taught, parents, mended = (
        list(broken_training.run(step, config)) for step in broken_training.STEPS
    )
    assert {log.moved for log in taught} == {0}
    assert len({log.loss for log in taught}) == 1
    assert parents[-1].moved > 0.001
    assert mended[-1].moved > 0.001
    assert [log.loss for log in parents[:2]] == [log.loss for log in mended[:2]]
    assert parents[-1].loss != mended[-1].loss  # the second gradient had the first one in it


def test_the_mended_lesson_is_the_pages_training():
    config = ByHandConfig(steps=30)
    own = [log.loss for log in ByHand(config).steps()]
    np.testing.assert_allclose(
        [log.loss for log in broken_training.run(broken_training.mended, config)], own
    )


def test_a_step_of_the_lesson_is_shown_as_it_stands_in_the_source():
    taught, parents, mended = (broken_training.body(step) for step in broken_training.STEPS)
    assert taught[0] == "y = network(x)"
    assert taught[1].startswith("loss = Tensor(np.mean(")
    assert len(taught) == len(parents) == len(mended) - 1
    assert [line for line in parents if line not in taught] == ["loss = ((y - target) ** 2).mean()"]
    assert [line for line in mended if line not in parents] == ["optimizer.zero_grad()"]


@pytest.mark.parametrize(
    ("options", "words"),
    [({"cell": "tcn"}, "rnn, gru, lstm, got 'tcn'"), ({"optimizer": "lion"}, "got 'lion'")],
)
def test_what_there_is_not_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        ByHandConfig(**options)
