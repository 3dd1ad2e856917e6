"""Helpers for tests of jobs: configs of three lengths, and functions that wait."""

import os
import signal
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from multiprocessing import Pipe
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.jobs.round_robin import Crew
from rnnviz.training.jobs.worker import WorkerProcess
from rnnviz.training.tasks import build as task_build
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
    """What a config gives without any job: its logs, and its model at the end."""

    def load(train):
        assert config.task == "digits", "a task of its own asked for digits"
        return mnist.load(train=train)

    with torch.random.fork_rng(devices=[]):
        model, loop = task_build.prepare(config, load, torch.device("cpu"))
        return list(loop), model


@contextmanager
def managed(**settings):
    """A job manager with some settings, shut down at the end."""
    jobs = Jobs(**settings)
    try:
        yield jobs
    finally:
        jobs.shutdown()


def assert_too_large(config, name, size, words):
    """A server that allows one less of something than a training has refuses the training."""
    assert getattr(config, name) == size
    with managed(running=1, warm=0, **{name: size - 1}) as jobs:
        with pytest.raises(RuntimeError, match=f"may have {size - 1:,} {words} here, .* {size:,}$"):
            jobs.submit(config)
        assert jobs.snapshots() == ()


def crew_run(starts, load):
    """Train runs in this process as one worker does; return the last report of each, by id."""
    ours, theirs = Pipe()
    last = {}
    with ours, theirs:
        Crew(theirs, tuple(starts)).run(load)
        while ours.poll():
            snapshot = ours.recv().snapshot
            last[snapshot.id] = snapshot
    return last


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


def killed_at(jobs, step, *ids):
    """Let runs go on to a step, and kill their worker; return what is then told of each."""
    for job_id in ids:
        jobs.pause(job_id)
    for job_id in ids:
        wait(jobs, job_id, lambda s: s.state == "paused")
        jobs.step(job_id, step, since=0)
    for job_id in ids:
        wait(jobs, job_id, paused_at(step))
    os.kill(pid_of(jobs, ids[0]), signal.SIGKILL)
    return [wait(jobs, job_id, over) for job_id in ids]


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
    logs, model = alone(config)
    assert snapshot.state == "done", snapshot.error
    assert snapshot.step == snapshot.steps == len(logs)
    for name, values in vars(snapshot.history).items():
        told = [getattr(log, name) for log in logs]
        np.testing.assert_array_equal(values, np.float32(told), err_msg=name)
    read = [(log.step, log.held_out, log.read) for log in logs if log.held_out is not None]
    told = np.stack([*vars(snapshot.held_out).values()], axis=1)
    np.testing.assert_array_equal(told, np.float32(read))
    assert snapshot.weights_step == snapshot.steps
    weights = dict(model.named_parameters())
    assert snapshot.weights.keys() == weights.keys()
    for name, value in weights.items():
        np.testing.assert_array_equal(snapshot.weights[name], value.detach(), err_msg=name)
