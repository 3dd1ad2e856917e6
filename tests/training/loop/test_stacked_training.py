"""Tests that stacked trainings equal those of each network alone."""

from dataclasses import replace
from functools import partial
from multiprocessing import Pipe

import pytest
import torch
from safetensors.torch import load_file

from rnnviz.core import stacked_models
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.data.sequences import sequences
from rnnviz.training.jobs.protocol import NO_END, Start, checkpoint_steps
from rnnviz.training.jobs.round_robin import Crew
from rnnviz.training.loop import stacked_training
from rnnviz.training.loop.loop import Loop, seeded_model
from rnnviz.training.loop.stacked_training import Joint, apart
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.training.tasks.objectives import Classification

MODEL = ModelConfig(cell="lstm", hidden_size=5)
BASE = TrainConfig(epochs=2, batch_size=16, lr=0.02, optimizer="adamw")
OTHERS = (
    replace(BASE, seed=1),
    replace(BASE, seed=2, lr=0.005, schedule="constant", weight_decay=0.1, clip_norm=0.05),
    replace(BASE, seed=3, label_smoothing=0.2, clip_norm=0.0, betas=(0.8, 0.95), forget_bias=1.0),
)


def in_float64(pictures):
    return mnist.rows(pictures).double()


def looped(digits, config, model=MODEL, *, made=in_float64, **others):
    network = seeded_model(model, config.seed, config.forget_bias).double()
    objective = Classification(made, config.label_smoothing)
    held_out = digits[60:80]
    return Loop(
        network, digits[:56], config, held_out=held_out, glances={3}, objective=objective, **others
    )


def assert_same(loop, other, logs, expected):
    assert [(log.step, log.epoch, log.lr, log.read) for log in logs] == [
        (log.step, log.epoch, log.lr, log.read) for log in expected
    ]
    for log, one in zip(logs, expected, strict=True):
        assert log.loss == pytest.approx(one.loss, rel=1e-9)
        assert log.grad_norm == pytest.approx(one.grad_norm, rel=1e-9)
        assert (log.accuracy, log.held_out) == (one.accuracy, one.held_out)
    for ours, theirs in zip(loop.model.parameters(), other.model.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-9)
    ours, theirs = loop.state(), other.state()
    assert ours.step == theirs.step
    for name, value in theirs.optimizer.items():
        torch.testing.assert_close(ours.optimizer[name].double(), value.double(), rtol=0, atol=1e-9)


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
@pytest.mark.parametrize("stride", [1, 3])
def test_each_learns_what_it_would_alone_each_with_its_own_numbers(
    training_digits, optimizer, stride
):
    configs = [replace(config, optimizer=optimizer) for config in OTHERS]
    alone = [looped(training_digits, config) for config in configs]
    expected = [list(loop) for loop in alone]
    loops = [looped(training_digits, config, stride=stride) for config in configs]
    assert apart(loops) == ""
    joint = Joint(loops)
    logs = list(zip(*(joint.of(place) for place in range(3)), strict=True))
    for place in range(3):
        assert_same(loops[place], alone[place], [row[place] for row in logs], expected[place])


def test_they_go_on_from_where_each_was_left(training_digits):
    alone = [looped(training_digits, config) for config in OTHERS]
    expected = [list(loop) for loop in alone]
    loops = [looped(training_digits, config) for config in OTHERS]
    firsts = [iter(loop) for loop in loops]
    for _ in range(5):
        [next(first) for first in firsts]
    again = []
    for loop, config in zip(loops, OTHERS, strict=True):
        again.append(looped(training_digits, config, state=loop.state()))
        again[-1].model.load_state_dict(loop.model.state_dict())
    joint = Joint(again)
    logs = list(zip(*(joint.of(place) for place in range(3)), strict=True))
    for place in range(3):
        assert_same(again[place], alone[place], [row[place] for row in logs], expected[place][5:])


def test_pending_counts_what_is_made_and_not_told_of(training_digits):
    loops = [looped(training_digits, config, stride=3) for config in OTHERS[:2]]
    joint = Joint(loops)
    first, second = joint.of(0), joint.of(1)
    next(first)
    assert [loop.pending for loop in loops] == [2, 3]
    next(second), next(second)
    assert [loop.pending for loop in loops] == [2, 1]


def test_what_goes_wrong_goes_wrong_for_all(training_digits, monkeypatch):
    joint = Joint([looped(training_digits, config) for config in OTHERS[:2]])
    first, second = joint.of(0), joint.of(1)
    next(first), next(second)

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(stacked_models, "logits", full)
    for steps in (first, second):
        with pytest.raises(torch.OutOfMemoryError):
            next(steps)


def test_what_cannot_be_one_is_said(training_digits):
    one = looped(training_digits, BASE)
    assert apart([one]) == "there is but one"
    assert apart([one, object()]) == "not all of them read digits"
    sgd = looped(training_digits, replace(BASE, optimizer="sgd"))
    assert apart([one, sgd]) == "one learns by sgd"
    coarse = looped(training_digits, replace(BASE, precision="bfloat16"))
    assert apart([one, coarse]) == "one computes with bfloat16"
    dropping = looped(training_digits, BASE, replace(MODEL, num_layers=2, dropout=0.1))
    assert apart([one, dropping]) == "one drops outputs by chance"
    for other in (
        looped(training_digits, BASE, replace(MODEL, hidden_size=6)),
        looped(training_digits, replace(BASE, epochs=3)),
        looped(training_digits, BASE, made=partial(sequences, time_step="columns")),
    ):
        assert apart([one, other]).startswith("they differ in more than numbers")
    by_columns = [
        looped(training_digits, BASE, made=partial(sequences, time_step="columns"))
        for _ in range(2)
    ]
    assert apart(by_columns) == ""


def test_a_worker_does_those_as_one_that_can_be(training_digits, tmp_path, monkeypatch):
    monkeypatch.setattr(stacked_training, "PAYS", frozenset({"cpu"}))
    base = RunConfig(MODEL, BASE, digits=80, device="cpu")
    configs = [
        base,
        replace(base, model=replace(MODEL, cell="gru")),
        replace(base, training=replace(BASE, seed=7)),
    ]
    ours, theirs = Pipe()
    names = ("a", "b", "c")
    starts = [
        Start(name, config, True, NO_END, str(tmp_path / name))
        for name, config in zip(names, configs, strict=True)
    ]
    for name in names:
        (tmp_path / name).mkdir()
    crew = Crew(ours, starts)
    told = [log.step for log in crew.steps(lambda train: mnist.load(train=train)[:100])]
    assert told == [step for step in range(1, 11) for _ in configs], "they go in turns"
    last = {}
    while theirs.poll(0):
        snapshot = theirs.recv().snapshot
        last[snapshot.id] = snapshot
    for name, config in zip(names, configs, strict=True):
        assert last[name].state == "done", last[name].error
        plain = seeded_model(config.model, config.training.seed)
        list(Loop(plain, training_digits[:80], config.training))
        step = max(checkpoint_steps(config))
        kept = load_file(tmp_path / name / f"{step}.safetensors")
        for name_, p in plain.named_parameters():
            torch.testing.assert_close(kept[name_], p.detach(), rtol=0, atol=1e-4)
