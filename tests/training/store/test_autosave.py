"""Tests that the job manager's runs are saved in the store and resume from there."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.jobs.protocol import (
    RESUME_FILE,
    Snapshot,
    UnknownJobError,
    checkpoint_steps,
)
from rnnviz.training.store.autosave import Keeper
from rnnviz.training.store.checkpoint import weights_at
from rnnviz.training.store.run_record import ClaimedError, DeletedRunError, UnknownRunError
from rnnviz.training.store.run_store import RunStore
from tests.jobs import (
    LONG,
    LONGER,
    QUICK,
    assert_as_alone,
    over,
    paused_at,
    pid_of,
    started_paused,
    wait,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def server(store, training_digits):
    """Starts job managers on the store, one after the other, as restarts of a server do."""
    started = []

    def start(**settings):
        if started:
            started[-1].shutdown()
        started.append(Jobs(running=1, store=store, **settings))
        return started[-1]

    yield start
    for jobs in started[-1:]:
        jobs.shutdown()


def settle(jobs, run_id):
    assert jobs.keeper.settled(run_id, 120.0), "it is not saved and given back"


def assert_same(record, snapshot):
    kept = record.snapshot()
    for part in ("history", "held_out"):
        for name, array in vars(getattr(snapshot, part)).items():
            assert np.array_equal(getattr(getattr(kept, part), name), array), name
    for name in ("id", "state", "step", "steps", "epoch", "checkpoints", "error", "device"):
        assert getattr(kept, name) == getattr(snapshot, name), name


def test_a_run_is_in_the_store_from_its_first_moment_to_its_last(server, store):
    jobs = server()
    run_id = started_paused(jobs)
    first = store.load(run_id)
    assert first.config == QUICK
    assert not first.over
    assert store.claimed(run_id)
    jobs.step(run_id, 5, since=0)
    held = wait(jobs, run_id, paused_at(5))
    end = time.monotonic() + 120
    while (record := store.load(run_id)).step < 5:
        assert time.monotonic() < end, "a run that goes on is saved about once a second"
        time.sleep(0.05)
    assert_same(record, held)
    assert (store.folder(run_id) / RESUME_FILE).exists()
    jobs.resume(run_id)
    done = wait(jobs, run_id, over)
    settle(jobs, run_id)
    assert_same(store.load(run_id), done)
    assert not store.claimed(run_id)
    assert not (store.folder(run_id) / RESUME_FILE).exists(), "nothing is left to go on with"
    weights = weights_at(store.folder(run_id), done.steps)
    assert {name: value.numpy().tolist() for name, value in weights.items()} == {
        name: value.tolist() for name, value in done.weights.items()
    }


def test_a_restarted_server_finds_a_run_and_nobody_else_forgets_it(server, store):
    run_id = server().submit(QUICK)
    done = wait(first := server(), first.submit(QUICK), over)
    jobs = server()
    with pytest.raises(UnknownJobError):
        jobs.snapshot(done.id)
    assert_same(store.load(done.id), done)
    record = store.load(run_id)
    assert (record.state, record.error) == ("cancelled", "the server was shut down")


@pytest.mark.parametrize("steps", [0, 1, 12, 17])
def test_a_run_whose_worker_was_killed_is_gone_on_with_to_the_same_end(server, steps):
    jobs = server()
    run_id = started_paused(jobs, LONGER)
    if steps:
        jobs.step(run_id, steps, since=0)
        wait(jobs, run_id, paused_at(steps))
    pid = pid_of(jobs, run_id)
    jobs.resume(run_id)
    os.kill(pid, signal.SIGKILL)
    failed = wait(jobs, run_id, over)
    if failed.state == "done":
        pytest.fail("it was over before it could be killed")
    jobs.take_up(run_id)
    jobs.take_up(run_id)
    assert jobs.snapshot(run_id).version > failed.version
    jobs.pause(run_id)
    held = wait(jobs, run_id, lambda s: s.state == "paused")
    assert held.step == steps, "it goes on where it was written down last"
    jobs.resume(run_id)
    done = wait(jobs, run_id, over)
    assert_as_alone(done, LONGER)
    assert done.checkpoints == checkpoint_steps(LONGER)


def test_a_cancelled_run_and_one_of_a_server_that_was_shut_down_go_on(server):
    jobs = server()
    stopped, left = started_paused(jobs), jobs.submit(QUICK)
    jobs.step(stopped, 7, since=0)
    wait(jobs, stopped, paused_at(7))
    jobs.cancel(stopped)
    jobs = server()
    for run_id in (stopped, left):
        jobs.take_up(run_id)
        assert_as_alone(wait(jobs, run_id, over))


SERVER = """
import sys, time
from pathlib import Path
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.store.run_store import RunStore
from tests.jobs import LONG, QUICK
jobs = Jobs(running=1, store=RunStore(Path(sys.argv[1])))
ids = [jobs.submit(LONG), jobs.submit(QUICK)]
while jobs.snapshot(ids[0]).step < 20:
    time.sleep(0.01)
time.sleep(1.5)
print(*ids, flush=True)
time.sleep(600)
"""


def test_runs_of_a_server_that_was_killed_were_interrupted_and_go_on(server, store):
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(store.root)], cwd=ROOT, stdout=subprocess.PIPE
    ) as process:
        running, queued = process.stdout.readline().decode().split()
        record = store.load(running)
        assert store.state_of(record) == "running"
        other = server()
        with pytest.raises(ClaimedError, match="is being trained right now"):
            other.take_up(running)
        process.kill()
    record = store.load(running)
    assert record.step > 0
    assert store.state_of(record) == "interrupted"
    assert store.state_of(store.load(queued)) == "interrupted"
    other.take_up(queued)
    assert_as_alone(wait(other, queued, over))
    other.take_up(running)
    assert wait(other, running, lambda s: s.step > record.step).state == "running"
    other.cancel(running)


def test_what_cannot_be_taken_up_is_said_and_what_is_done_stays_done(server, store):
    jobs = server()
    done = wait(jobs, jobs.submit(QUICK), over)
    jobs.take_up(done.id)
    assert jobs.snapshot(done.id) is done
    settle(jobs, done.id)
    assert not store.claimed(done.id)
    store.delete(done.id)
    with pytest.raises(DeletedRunError):
        jobs.take_up(done.id)
    with pytest.raises(UnknownRunError, match="there is no run 'made-up'"):
        jobs.take_up("made-up")


def test_a_damaged_resume_file_is_one_sentence_and_what_was_known_stays(server, store):
    jobs = server()
    run_id = started_paused(jobs)
    jobs.step(run_id, 6, since=0)
    held = wait(jobs, run_id, paused_at(6))
    jobs.cancel(run_id)
    settle(jobs, run_id)
    (store.folder(run_id) / RESUME_FILE).write_bytes(b"not what it was")
    jobs.take_up(run_id)
    failed = wait(jobs, run_id, over)
    assert failed.state == "failed"
    assert failed.error.startswith("this training cannot go on: ")
    assert failed.step == 6
    assert failed.checkpoints == held.checkpoints == tuple(range(7))
    assert_as_alone(wait(jobs, jobs.submit(QUICK), over))


def test_a_store_that_cannot_be_written_does_not_keep_a_run_from_training(server, store):
    store.root.parent.mkdir()
    store.root.write_text("no folder")
    jobs = server()
    done = wait(jobs, jobs.submit(QUICK), over)
    assert_as_alone(done)
    assert done.unkept.endswith("could not be saved: a file is where the server's folder should be")
    assert done.checkpoints == ()


def test_a_disk_that_fails_for_a_while_is_told_for_that_while(server, store, monkeypatch):
    monkeypatch.setattr("rnnviz.training.store.autosave.RETRY_S", 0.1)
    jobs = server()
    run_id = started_paused(jobs)
    aside = store.root.with_name("aside")
    store.root.rename(aside)
    store.root.write_text("no folder")
    jobs.step(run_id, 2, since=0)
    told = wait(jobs, run_id, lambda s: s.unkept != "").unkept
    assert told == f"run {run_id} could not be saved: a file is where the server's folder should be"
    store.root.unlink()
    aside.rename(store.root)
    wait(jobs, run_id, lambda s: s.unkept == "")
    jobs.resume(run_id)
    assert_as_alone(wait(jobs, run_id, over))
    settle(jobs, run_id)
    assert store.load(run_id).state == "done"


def test_the_oldest_run_without_a_name_makes_room_and_that_is_told(tmp_path, training_digits):
    store = RunStore(tmp_path / "runs", max_runs=3)
    told = []
    keeper = Keeper(store, lambda run_id, fault: told.append((run_id, fault)))
    ids = [str(k) * 22 for k in range(5)]
    for k, run_id in enumerate(ids):
        snapshot = Snapshot(run_id, "queued", QUICK.steps, 2, version=1)
        keeper.begin(snapshot, QUICK)
        keeper.note(replace(snapshot, state="cancelled", version=2))
        assert keeper.settled(run_id, 120.0)
        if k == 0:
            store.rename(run_id, "the first")
        time.sleep(0.01)
    keeper.close()
    records, _ = store.runs()
    assert [record.id for record in records] == [ids[4], ids[3], ids[0]]
    assert [removal.record.id for removal in keeper.removed()] == ids[1:3]
    assert all(abs(removal.unix_s - time.time()) < 60 for removal in keeper.removed())
    assert told == []


def test_a_forgotten_run_is_not_known_and_one_that_goes_on_is_not_forgotten(server):
    jobs = server()
    done = wait(jobs, jobs.submit(QUICK), over)
    jobs.forget(done.id)
    with pytest.raises(UnknownJobError):
        jobs.snapshot(done.id)
    going = jobs.submit(LONG)
    wait(jobs, going, lambda s: s.step > 0)
    jobs.forget(going)
    assert not jobs.snapshot(going).over
    jobs.cancel(going)
