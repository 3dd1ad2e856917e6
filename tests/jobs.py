"""Helpers for tests of jobs: configs of three lengths, and functions that wait."""

import os
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.training.jobs.worker import WorkerProcess
from rnnviz.training.loop.loop import seeded_model, train
from rnnviz.training.tasks.digits import RunConfig

QUICK = RunConfig(
    ModelConfig(cell="gru", hidden_size=8, num_layers=2, dropout=0.2),
    TrainConfig(epochs=2, batch_size=50, lr=0.01, seed=3),
    digits=580,
    device="cpu",
)
LONGER = replace(QUICK, digits=5_000)  # 200 steps: time to kill its worker
LONG = replace(QUICK, training=TrainConfig(epochs=50, batch_size=50), digits=60_000)


@cache
def alone(config=QUICK):
    """What a config gives without any job: its logs, and its weights at the end."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.training.seed)
        model = seeded_model(config.model, config.training.seed)
        digits = mnist.load(train=True)[: config.digits]
        logs = list(train(model, digits, config.training, held_out=mnist.load(train=False)))
    return logs, {name: p.detach().numpy() for name, p in model.named_parameters()}


def wait(jobs, job_id, is_so, timeout_s=180.0):
    end = time.monotonic() + timeout_s
    while not is_so(snapshot := jobs.snapshot(job_id)):
        assert time.monotonic() < end, f"still {snapshot.state} at {snapshot.step}"
        time.sleep(0.005)
    return snapshot


def over(snapshot):
    return snapshot.over


def paused_at(step):
    return lambda snapshot: snapshot.state == "paused" and snapshot.step == step


def started_paused(jobs, config=QUICK, owner=None):
    job_id = jobs.submit(config, owner, until=0)
    wait(jobs, job_id, lambda s: s.state == "paused")
    return job_id


def pid_of(jobs, job_id):
    return _pid(jobs._roster.job(job_id).worker.process)


def _pid(process):
    if isinstance(process, WorkerProcess):
        return process.pid
    import ray  # whose actors are the workers, then

    return ray.get(process._actor.__ray_call__.remote(lambda station: os.getpid()), timeout=60)


def wait_gone(pid, timeout_s=120.0):
    """Wait until there is no such process; a zombie of ours would still be one."""
    end = time.monotonic() + timeout_s
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < end, f"process {pid} is still there"
        time.sleep(0.005)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def assert_as_alone(snapshot, config=QUICK):
    logs, weights = alone(config)
    assert snapshot.state == "done", snapshot.error
    assert snapshot.step == snapshot.steps == len(logs)
    history = snapshot.history
    assert history.step.tolist() == [log.step for log in logs]
    assert history.loss.tolist() == [log.loss for log in logs]
    assert history.accuracy.tolist() == [log.accuracy for log in logs]
    measured = [log.held_out for log in logs if log.held_out is not None]
    assert history.grad_norm.tolist() == np.float32([log.grad_norm for log in logs]).tolist()
    assert snapshot.held_out.thorough().tolist() == np.float32(measured).tolist()
    assert snapshot.weights_step == snapshot.steps
    assert snapshot.weights.keys() == weights.keys()
    for name, value in weights.items():
        assert np.array_equal(snapshot.weights[name], value), name
