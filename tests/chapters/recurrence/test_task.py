"""Tests of the delay task: its loss and accuracy, and that jobs treat it as they treat digits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from rnnviz.chapters.recurrence.recall_config import DelayConfig
from rnnviz.chapters.recurrence.recall_objective import Recall, recalled
from rnnviz.chapters.recurrence.recall_sequences import one_hot
from rnnviz.chapters.recurrence.task import held_out_recalls
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.store import checkpoint
from rnnviz.training.tasks import build as task_build
from tests.jobs import assert_as_alone, killed_at, over, wait

SMALL = DelayConfig(
    ModelConfig("gru", input_size=8, hidden_size=12, num_layers=2, dropout=0.2),
    TrainConfig(epochs=3, batch_size=20, lr=0.01, optimizer="adam", schedule="cosine", seed=5),
    delay=4,
    symbols=4,
    sequences=90,
    device="cpu",
)


def no_digits(train):
    raise AssertionError("a task of its own asked for digits")


def test_a_job_learns_what_the_bare_loop_learns_to_the_last_bit(jobs):
    run_id = jobs.submit(SMALL)
    assert_as_alone(wait(jobs, run_id, over), SMALL)
    assert jobs.config(run_id) == SMALL


def test_killed_and_taken_up_it_is_as_if_nothing_had_happened(jobs):
    run_id = jobs.submit(SMALL)
    assert [failed.state for failed in killed_at(jobs, 7, run_id)] == ["failed"]
    jobs.take_up(run_id)
    assert_as_alone(wait(jobs, run_id, over), SMALL)


def test_the_store_gives_back_what_was_trained_and_its_weights(jobs):
    run_id = jobs.submit(SMALL)
    done = wait(jobs, run_id, over)
    jobs.keeper.settled(run_id)
    record = jobs.store.load(run_id)
    assert record.config == SMALL
    weights = checkpoint.weights_at(jobs.store.folder(run_id), SMALL.steps)
    model = task_build.network_of(record.config, weights)
    held_out = held_out_recalls(SMALL, SMALL.delay)
    share = Recall(4).judge(model, held_out)
    assert share == pytest.approx(float(done.held_out.accuracy[-1]), abs=1e-7)


def test_several_cells_in_turns_are_each_as_alone(jobs):
    training = replace(SMALL.training, forget_bias=1.0)
    lstm = replace(SMALL, model=replace(SMALL.model, cell="lstm"), training=training)
    ids = jobs.submit_together([SMALL, lstm])
    for run_id, config in zip(ids, (SMALL, lstm), strict=True):
        assert_as_alone(wait(jobs, run_id, over), config)


def test_each_epoch_learns_other_sequences_and_all_networks_are_judged_by_the_same():
    pools = []

    class Watching:
        def loss(self, model, batch):
            pools.append(batch.codes)
            return Recall(4).loss(model, batch)

        def judge(self, model, held_out):
            return Recall(4).judge(model, held_out)

    _, loop = task_build.prepare(SMALL, no_digits, torch.device("cpu"))
    loop.objective = Watching()
    for _ in loop:
        pass
    first, second = torch.cat(pools[:5]), torch.cat(pools[5:10])
    assert first.shape == second.shape == (90, 5)
    assert not torch.equal(first.sort(0).values, second.sort(0).values)
    longer = replace(SMALL, delay=9)
    assert torch.equal(
        held_out_recalls(SMALL, 4).labels,
        held_out_recalls(longer, 4).labels,
    )


def test_the_loss_is_the_mean_cross_entropy_of_all_questions_and_chance_at_first():
    model, _ = task_build.prepare(SMALL, no_digits, torch.device("cpu"))
    model.double().eval()
    batch = held_out_recalls(SMALL, 4)
    loss, right = Recall(4).loss(_Doubled(model), batch)
    with torch.no_grad():
        output, _ = model.rnn(one_hot(batch.codes, 4).double())
        told = [
            F.cross_entropy(model.head(output[t]), batch.labels, reduction="sum")
            for t in range(1, 5)
        ]
    torch.testing.assert_close(loss, sum(told) / (4 * 500), rtol=0, atol=1e-12)
    assert abs(loss.item() - np.log(4)) < 0.2
    assert 0.1 < right.item() < 0.4


class _Doubled(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x.double())


def test_recalled_counts_each_delay_by_itself_and_leaves_the_model_as_found():
    model, _ = task_build.prepare(SMALL, no_digits, torch.device("cpu"))
    model.train()
    held_out = held_out_recalls(SMALL, 6)
    shares = recalled(model, held_out, 4)
    assert model.training
    assert shares.shape == (6,)
    model.eval()
    with torch.no_grad():
        guesses = model(one_hot(held_out.codes, 4)).argmax(2)
    for k in range(1, 7):
        right = int((guesses[k] == held_out.labels).sum())
        assert float(shares[k - 1]) == right / 500


def test_the_forget_bias_is_set_in_each_layer_of_a_tagger():
    lstm = replace(
        SMALL,
        model=replace(SMALL.model, cell="lstm"),
        training=replace(SMALL.training, forget_bias=1.5),
    )
    model, _ = task_build.prepare(lstm, no_digits, torch.device("cpu"))
    for layer in range(2):
        both = sum(getattr(model.rnn, f"bias_{kind}_l{layer}") for kind in ("ih", "hh"))
        assert torch.equal(both[12:24], torch.full((12,), 1.5))
        assert both[:12].unique().numel() > 1
