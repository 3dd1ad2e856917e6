"""Tests of both backends: local processes and a Ray cluster.

Ray is an extra (`rnnviz/training/ray-requirements.txt`); without it, its half is skipped.
"""

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnviz.chapters.runs.race import race
from rnnviz.chapters.runs.search.plan import SearchPlan, Space
from rnnviz.chapters.runs.search.search_manager import Searches
from rnnviz.core.config import TrainConfig
from rnnviz.training.jobs import side_by_side
from rnnviz.training.jobs.backend import PROCESSES, RAY, REQUIREMENTS
from rnnviz.training.jobs.protocol import checkpoint_steps
from rnnviz.training.jobs.worker import Processes
from rnnviz.training.loop.loop import seeded_model
from rnnviz.training.store.checkpoint import CheckpointError, weights_at
from rnnviz.training.store.group_record import load_group
from rnnviz.training.tasks.digits import RunConfig
from tests.jobs import (
    LONG,
    LONGER,
    QUICK,
    assert_as_alone,
    managed,
    over,
    paused_at,
    pid_of,
    started_paused,
    wait,
    wait_gone,
)

ROOT = Path(__file__).resolve().parents[3]
PLACES = 3  # two that go on, and one for a manager of a test's own
GONE = {
    PROCESSES: r"was killed by signal 9 \(SIGKILL\)",
    RAY: r"is gone \(Ray says: (its worker process has died|it does not answer)\)",
}


@pytest.fixture(scope="module", params=[PROCESSES, RAY])
def kind(request):
    if request.param == RAY:
        pytest.importorskip("ray", reason=f"Ray is an extra: {REQUIREMENTS}")
    return request.param


@pytest.fixture(scope="module")
def backend(kind, training_digits):
    """Makes backends of a kind; those on Ray share a cluster, which is started once."""
    if kind == PROCESSES:
        yield Processes
        return
    from rnnviz.training.jobs.ray_backend import RayBackend

    with ThreadPoolExecutor(1) as soon_over:  # as a session's thread is: the cluster outlives it
        cluster = soon_over.submit(RayBackend, wanted=PLACES).result()
    yield RayBackend
    cluster.close()


@pytest.fixture(scope="module")
def jobs(backend):
    with managed(running=2, warm=2, backend=backend()) as jobs:
        yield jobs


@pytest.fixture
def own(backend):
    """A manager with one worker, which a test may shut down."""
    with managed(running=1, backend=backend()) as jobs:
        yield jobs


def test_a_job_gives_the_curve_and_weights_of_the_loop_bit_for_bit_also_in_a_used_worker(
    jobs,
):
    snapshot = wait(jobs, first := jobs.submit(QUICK), over)
    assert_as_alone(snapshot)
    assert jobs.snapshot(first) is snapshot, "nothing changes any more"
    assert (snapshot.epoch, snapshot.epochs, snapshot.place) == (2, 2, 0)
    assert snapshot.device == "CPU, 1 thread"
    assert snapshot.digits_per_s == pytest.approx(2 * QUICK.digits / snapshot.wall_s)
    assert snapshot.left_s == 0.0
    assert_as_alone(wait(jobs, jobs.submit(QUICK), over))


def test_two_jobs_at_once_give_what_one_gives_alone(jobs):
    both = [started_paused(jobs), started_paused(jobs)]
    assert pid_of(jobs, both[0]) != pid_of(jobs, both[1])
    for job_id in both:
        jobs.resume(job_id)
    for job_id in both:
        assert_as_alone(wait(jobs, job_id, over))


def test_a_running_job_pauses_after_the_step_under_way(jobs):
    job_id = jobs.submit(replace(QUICK, digits=10_000))
    wait(jobs, job_id, lambda s: s.state == "running")
    jobs.pause(job_id)
    jobs.pause(job_id)
    held = wait(jobs, job_id, lambda s: s.state == "paused")
    assert held.step < held.steps
    assert held.weights_step == held.step
    jobs.resume(job_id)
    assert wait(jobs, job_id, over).state == "done"


def test_a_step_goes_so_many_batches_and_the_same_press_twice_counts_once(jobs):
    job_id = started_paused(jobs)
    for _ in range(2):
        jobs.step(job_id, 3, since=0)
    wait(jobs, job_id, paused_at(3))
    jobs.step(job_id, 3, since=0)  # the same once more, late
    jobs.step(job_id, 1, since=3)
    stepped = wait(jobs, job_id, lambda s: s.state == "paused" and s.step != 3)
    assert stepped.step == 4
    with pytest.raises(ValueError, match="batches must be at least 1, got 0"):
        jobs.step(job_id, 0, since=4)
    jobs.resume(job_id)
    jobs.step(job_id, 1, since=4)
    assert wait(jobs, job_id, over).state == "done", "a step does not stop a job that runs"


def test_each_owner_runs_one_job_and_the_others_wait_in_order_of_arrival(jobs):
    ada = started_paused(jobs, owner="ada")
    second = jobs.submit(QUICK, "ada")
    bob = started_paused(jobs, owner="bob")
    third = jobs.submit(QUICK, "cleo")
    waiting = [jobs.snapshot(job_id) for job_id in (second, third)]
    assert [(s.state, s.place) for s in waiting] == [("queued", 1), ("queued", 2)]
    jobs.pause(second)
    jobs.resume(ada)
    wait(jobs, second, lambda s: s.state == "paused")
    assert jobs.snapshot(ada).state == "done"
    assert jobs.snapshot(third).place == 1
    jobs.resume(second)
    jobs.resume(bob)
    assert {wait(jobs, job_id, over).state for job_id in (second, bob, third)} == {"done"}


def test_the_checkpoints_are_the_weights_on_the_way(jobs, training_digits):
    job_id = jobs.submit(QUICK)
    snapshot = wait(jobs, job_id, over)
    assert snapshot.checkpoints == checkpoint_steps(QUICK) == tuple(range(25))
    model = seeded_model(QUICK.model, QUICK.training.seed)
    for name, value in weights_at(jobs.store.folder(job_id), 0).items():
        assert torch.equal(value, model.get_parameter(name)), name
    for name, value in weights_at(jobs.store.folder(job_id), snapshot.steps).items():
        assert np.array_equal(value.numpy(), snapshot.weights[name]), name
    with pytest.raises(CheckpointError, match="there is no file"):
        weights_at(jobs.store.folder(job_id), 25)


def test_cancel_leaves_no_process_and_keeps_what_is_known(jobs):
    job_id = jobs.submit(LONG)
    wait(jobs, job_id, lambda s: s.step > 0)
    pid = pid_of(jobs, job_id)
    jobs.cancel(job_id)
    jobs.cancel(job_id)
    jobs.resume(job_id)
    wait_gone(pid)
    snapshot = jobs.snapshot(job_id)
    assert (snapshot.state, snapshot.error) == ("cancelled", None)
    assert snapshot.step > 0
    assert len(snapshot.history.loss) > 0
    assert snapshot.weights is not None


def test_a_killed_worker_is_said_and_its_run_goes_on_to_the_end_it_would_have_had(jobs, kind):
    job_id = started_paused(jobs, LONGER)
    jobs.step(job_id, 12, since=0)
    wait(jobs, job_id, paused_at(12))
    pid = pid_of(jobs, job_id)
    jobs.resume(job_id)
    os.kill(pid, signal.SIGKILL)
    failed = wait(jobs, job_id, over)
    assert failed.state == "failed", "it was over before it could be killed"
    told = f"the worker process {GONE[kind]} after {failed.step} of 200 steps"
    assert re.fullmatch(told, failed.error)
    wait_gone(pid)
    jobs.take_up(job_id)
    jobs.pause(job_id)
    held = wait(jobs, job_id, lambda s: s.state == "paused")
    assert held.step == 12, "it goes on where it was written down last"
    jobs.resume(job_id)
    assert_as_alone(wait(jobs, job_id, over), LONGER)


def test_shutdown_leaves_no_process_and_no_thread_and_takes_no_more(own, kind):
    first, queued = own.submit(LONG), own.submit(LONG)
    wait(own, first, lambda s: s.state == "starting")
    pid = pid_of(own, first)
    own.shutdown()
    if kind == RAY:  # whose processes are not ours to wait for
        wait_gone(pid)
    assert not Path(f"/proc/{pid}").exists()
    threads = [own._thread, own.keeper._thread, *own._pool._pumps]
    assert len(threads) >= 3
    assert not [thread for thread in threads if thread.is_alive()]
    for job_id in (first, queued):
        assert own.snapshot(job_id).state == "cancelled"
    with pytest.raises(RuntimeError, match="the server is shutting down"):
        own.submit(QUICK)
    own.shutdown()


PARENT = """
import time
from rnnviz.training.jobs.backend import backend
from rnnviz.training.jobs.job_manager import Jobs
from tests.jobs import LONG, pid_of
jobs = Jobs(running=1, backend=backend())
job_id = jobs.submit(LONG)
while jobs.snapshot(job_id).step == 0:
    time.sleep(0.01)
print(pid_of(jobs, job_id), flush=True)
time.sleep(600)
"""


def test_a_worker_ends_when_its_parent_is_killed(kind, backend):
    environment = os.environ | {"RNNVIZ_JOBS": kind}
    if kind == RAY:
        import ray

        environment["RAY_ADDRESS"] = ray.get_runtime_context().gcs_address
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, env=environment
    ) as parent:
        pid = int(parent.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        parent.kill()
    wait_gone(pid)


def test_rounds_of_a_persons_race_go_on_at_once_where_each_may_have_two(jobs, monkeypatch):
    monkeypatch.setattr(jobs, "each", 2)
    base = RunConfig(training=TrainConfig(epochs=50, batch_size=20), digits=60_000, device="cpu")
    rounds = race.Plan(700, 3, ("gru", "rnn"), base).rounds
    group = side_by_side.start(jobs, "race", rounds, "ada")
    for run_id in group.runs[:4]:
        wait(jobs, run_id, lambda s: s.step > 0)
    assert pid_of(jobs, group.runs[0]) != pid_of(jobs, group.runs[2])
    states = [jobs.snapshot(run_id).state for run_id in group.runs]
    assert states == ["running"] * 4 + ["queued"] * 2
    for run_id in reversed(group.runs):
        jobs.cancel(run_id)


def test_trainings_of_a_persons_search_go_on_at_once_where_each_may_have_two(jobs, monkeypatch):
    monkeypatch.setattr(jobs, "each", 2)
    base = replace(QUICK, training=TrainConfig(epochs=50, batch_size=20), digits=30_000)
    searches = Searches(jobs, jobs.store)
    search_id = searches.start(SearchPlan(base, Space({"hidden_size": (4, 5, 6)})))
    try:
        end = time.monotonic() + 120
        while len(runs := load_group(jobs.store, search_id).runs) < 2:
            assert time.monotonic() < end
            time.sleep(0.01)
        for run_id in runs:
            wait(jobs, run_id, lambda s: s.step > 0)
        assert len({jobs.config(run_id).model.hidden_size for run_id in runs}) == 2
        assert pid_of(jobs, runs[0]) != pid_of(jobs, runs[1])
        searches.stop(search_id)
        assert {wait(jobs, run_id, over).state for run_id in runs} == {"cancelled"}
    finally:
        searches.shutdown()
