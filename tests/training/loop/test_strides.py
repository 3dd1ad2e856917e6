"""Tests of steps in strides, as on a GPU: they equal single steps."""

import threading
from dataclasses import replace
from multiprocessing import Pipe

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.data.mnist import Digits
from rnnviz.training.jobs.protocol import NO_END, Go, Start, checkpoint_steps
from rnnviz.training.jobs.round_robin import Crew
from rnnviz.training.loop import cuda_graph
from rnnviz.training.loop.loop import Loop, seeded_model
from rnnviz.training.tasks import build as task_build
from rnnviz.training.tasks.digits import RunConfig

CONFIG = RunConfig(
    ModelConfig(cell="gru", hidden_size=6, num_layers=2, dropout=0.2),
    TrainConfig(epochs=2, batch_size=20, lr=0.01, seed=2),
    digits=220,
    device="cpu",
)
STEPS = 22
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")


def looped(training_digits, stride, device="cpu", config=CONFIG, **others):
    model = seeded_model(config.model, config.training.seed).to(device)
    torch.manual_seed(1)
    digits = training_digits[: config.digits].to(device)
    held_out = training_digits[300:340].to(device)
    return model, Loop(
        model, digits, config.training, held_out=held_out, glances={3, 8}, stride=stride, **others
    )


def weights(model):
    return [p.detach().cpu() for p in model.parameters()]


@pytest.mark.parametrize("stride", [2, 5, 100])
def test_logs_weights_and_state_are_those_of_one_step_at_a_time(training_digits, stride):
    plain, one = looped(training_digits, 1)
    expected = list(one)
    model, loop = looped(training_digits, stride)
    assert list(loop) == expected
    assert len(expected) == STEPS
    assert all(map(torch.equal, weights(model), weights(plain)))
    ours, theirs = loop.state(), one.state()
    assert ours.step == theirs.step == STEPS
    assert torch.equal(ours.drawing, theirs.drawing)
    for name, value in ours.optimizer.items():
        assert torch.equal(value, theirs.optimizer[name])


def test_it_rests_after_a_stride_a_glance_an_epoch_and_at_the_limit(training_digits):
    _, loop = looped(training_digits, 5)
    loop.limit = 10
    rests = [log.step for log in loop if not loop.pending]
    assert rests[:4] == [3, 8, 10, 11]  # glance, stride and glance, limit, epoch
    assert rests[4:] == list(range(12, STEPS + 1)), "beyond the limit it rests after each"


def test_from_a_rest_it_goes_on_as_if_nothing_had_been(training_digits):
    plain, one = looped(training_digits, 1)
    expected = list(one)
    model, loop = looped(training_digits, 4)
    for log in loop:
        if log.step > 8 and not loop.pending:
            break
    state = loop.state()
    assert state.step == log.step == 11, "the end of the epoch"
    again, rest = looped(training_digits, 3, state=state)
    again.load_state_dict(model.state_dict())
    assert list(rest) == expected[log.step :]
    assert all(map(torch.equal, weights(again), weights(plain)))


def test_a_worker_stands_where_it_is_told_to_and_keeps_the_weights_of_their_step(
    training_digits, tmp_path, monkeypatch
):
    monkeypatch.setattr(task_build, "stride", lambda device: 7)
    config = replace(CONFIG, digits=200)  # ten steps an epoch
    ours, theirs = Pipe()
    heard = []
    start = Start("run", config, True, 5, str(tmp_path))

    def listen():
        while True:
            snapshot = theirs.recv().snapshot
            heard.append(snapshot)
            if snapshot.state == "paused":
                theirs.send(Go(12 if snapshot.step == 5 else NO_END))
            elif snapshot.over:
                return

    listener = threading.Thread(target=listen)
    listener.start()
    Crew(ours, (start,)).run(lambda train: mnist.load(train=train)[:200])
    listener.join()
    assert [s.step for s in heard if s.state == "paused"] == [5, 12]
    assert heard[-1].state == "done", heard[-1].error
    plain = seeded_model(config.model, config.training.seed)
    torch.manual_seed(config.training.seed)
    steps = iter(Loop(plain, training_digits[:200], config.training))
    planned = checkpoint_steps(config)
    assert len(planned) > 5
    told = {s.weights_step: s.weights for s in heard if s.weights is not None}
    for step in range(21):
        if step:
            next(steps)
        now = {name: p.detach() for name, p in plain.named_parameters()}
        if step in planned:
            kept = load_file(tmp_path / f"{step}.safetensors")
            assert all(torch.equal(kept[name], value) for name, value in now.items()), step
        if step in told:
            assert all(np.array_equal(told[step][name], v) for name, v in now.items()), step


def test_a_batch_is_copied_to_one_place():
    batch = Digits(torch.randint(256, (4, 28, 28), dtype=torch.uint8), torch.arange(4))
    place = cuda_graph.like(batch)
    before = place.images.data_ptr()
    cuda_graph.fill(place, batch)
    assert place.images.data_ptr() == before != batch.images.data_ptr()
    assert torch.equal(place.images, batch.images)
    assert torch.equal(place.labels, batch.labels)


def test_without_a_gpu_it_is_said_that_there_is_no_graph(training_digits):
    _, loop = looped(training_digits, 4)
    next(iter(loop))
    assert loop.note == "no CUDA graph: there are no CUDA graphs on cpu"
    _, plain = looped(training_digits, 1)
    next(iter(plain))
    assert plain.note == ""


@needs_cuda
@pytest.mark.parametrize("clip_norm", [0.0, 0.1])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_on_cuda_a_captured_step_learns_what_a_plain_one_does(training_digits, cell, clip_norm):
    config = replace(
        CONFIG,
        model=ModelConfig(cell=cell, hidden_size=8),
        training=replace(CONFIG.training, clip_norm=clip_norm),
    )
    plain, one = looped(training_digits, 1, "cuda", config)
    expected = list(one)
    model, loop = looped(training_digits, 16, "cuda", config)
    logs = list(loop)
    assert loop.note == ""
    assert [log.step for log in logs] == [log.step for log in expected]
    for log, other in zip(logs, expected, strict=True):
        assert log.loss == pytest.approx(other.loss, rel=1e-4)
    for ours, theirs in zip(weights(model), weights(plain), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-5)


@needs_cuda
def test_on_cuda_what_cannot_be_captured_learns_all_the_same_with_a_word(training_digits):
    for config, why in (
        (CONFIG, "cuDNN's dropout keeps a state of its own"),
        (
            replace(CONFIG, training=replace(CONFIG.training, optimizer="rmsprop")),
            "rmsprop asks the CPU for its rate at each step",
        ),
    ):
        _, loop = looped(training_digits, 16, "cuda", config)
        assert len(list(loop)) == STEPS
        assert loop.note == f"no CUDA graph: {why}"
