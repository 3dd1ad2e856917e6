"""Tests of a run whose GPU is full or fails: it continues on the CPU. A CPU simulates it."""

from dataclasses import replace

import pytest
import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.training.jobs import worker_training
from rnnviz.training.jobs.protocol import NO_END, Start
from rnnviz.training.loop.loop import Loop, seeded_model
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.training.tasks.objectives import Classification
from tests.jobs import crew_run

CONFIG = RunConfig(
    ModelConfig(cell="gru", hidden_size=5),
    TrainConfig(epochs=2, batch_size=20, lr=0.01, seed=4),
    digits=120,
    device="auto",
)
FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")
GONE = torch.AcceleratorError("CUDA error: device-side assert triggered")


@pytest.fixture
def lose_at(monkeypatch):
    """Let the device fail at some steps, counted over all that are tried."""

    def lose_at_(errors):
        tried = 0
        loss = Classification.loss

        def failing(self, model, batch):
            nonlocal tried
            tried += 1
            if tried in errors:
                raise errors[tried]
            return loss(self, model, batch)

        monkeypatch.setattr(Classification, "loss", failing)
        monkeypatch.setattr(worker_training, "FALLS_BACK_FROM", frozenset({"cpu"}))

    return lose_at_


def trained(config, folder="", save_s=0.0, others=()):
    starts = [
        Start(str(n), one, True, NO_END, str(folder), save_s=save_s)
        for n, one in enumerate((config, *others))
    ]
    return [*crew_run(starts, lambda train: mnist.load(train=train)[:140]).values()]


def assert_as_alone(snapshot, config, training_digits):
    model = seeded_model(config.model, config.training.seed)
    losses = [log.loss for log in Loop(model, training_digits[: config.digits], config.training)]
    assert snapshot.state == "done", snapshot.error
    assert snapshot.history.loss.tolist() == losses
    for name, p in model.named_parameters():
        assert torch.equal(torch.tensor(snapshot.weights[name]), p.detach()), name


@pytest.mark.parametrize(
    ("error", "why"), [(FULL, "had no memory left"), (GONE, "is gone")], ids=["full", "gone"]
)
def test_it_goes_on_on_the_cpu_to_the_same_end_and_says_so(
    lose_at, training_digits, tmp_path, error, why
):
    lose_at({6: error})
    (last,) = trained(CONFIG, tmp_path)
    assert_as_alone(last, CONFIG, training_digits)
    assert f"the GPU {why} at step 6: it went on on the CPU" in last.note


def test_where_nothing_is_kept_it_begins_again(lose_at, training_digits):
    lose_at({6: FULL})
    (last,) = trained(CONFIG)
    assert_as_alone(last, CONFIG, training_digits)


def test_one_of_two_in_turns_falls_back_and_the_other_does_not_notice(lose_at, training_digits):
    other = replace(CONFIG, training=replace(CONFIG.training, seed=9))
    lose_at({5: FULL})
    first, second = sorted(trained(CONFIG, others=(other,)), key=lambda s: s.id)
    assert_as_alone(first, CONFIG, training_digits)
    assert_as_alone(second, other, training_digits)
    assert "GPU" in first.note
    assert second.note == ""


def test_a_second_loss_is_a_failure(lose_at):
    lose_at({2: FULL, 4: FULL})
    (last,) = trained(CONFIG)
    assert last.state == "failed"
    assert "OutOfMemoryError: CUDA out of memory" in last.error


def test_a_device_that_was_asked_for_is_not_replaced(lose_at):
    lose_at({2: FULL})
    (last,) = trained(replace(CONFIG, device="cpu"))
    assert last.state == "failed"
    assert "training failed at step 2: OutOfMemoryError" in last.error
