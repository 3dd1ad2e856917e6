"""Tests that an interrupted or killed job ends as an uninterrupted one, with all reports."""

import contextlib
import random
import threading
import time
from dataclasses import replace
from multiprocessing import Pipe

import numpy as np
import pytest
import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.jobs import resume_state
from rnnviz.training.jobs.protocol import (
    NO_END,
    OVER,
    RESUME_FILE,
    Go,
    Start,
    checkpoint_steps,
)
from rnnviz.training.jobs.round_robin import Crew
from rnnviz.training.jobs.worker import WorkerProcess
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.training.tasks.digits import RunConfig
from tests.interrupted_training import RUN

JOB = replace(
    RUN, digits=580, training=replace(RUN.training, epochs=2), augmentation="none"
)  # 24 steps


@pytest.fixture(scope="module")
def load(training_digits, test_digits):
    return lambda train: training_digits[:600] if train else test_digits[:700]


class Life:
    """A worker's work in a thread; leaving it is as if the server had gone."""

    def __init__(self, load, start):
        self.pipe, theirs = Pipe()
        self.snapshots = []
        self.thread = threading.Thread(target=self.work, args=(theirs, start, load))

    def work(self, pipe, start, load):
        with contextlib.suppress(EOFError, OSError):
            Crew(pipe, (start,)).run(load)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.pipe.close()
        self.thread.join(30)
        assert not self.thread.is_alive()

    def hear(self, *states):
        while not self.snapshots or self.snapshots[-1].state not in states:
            assert self.pipe.poll(60), "it says nothing"
            self.snapshots.append(self.pipe.recv().snapshot)
        return self.snapshots.pop()


@pytest.fixture
def life(load, tmp_path):
    with torch.random.fork_rng(devices=[]):
        yield lambda until=NO_END, config=JOB, folder=tmp_path, **others: Life(
            load, Start("a", config, True, until, str(folder), **others)
        )


@pytest.fixture(scope="module")
def job_done(load, tmp_path_factory):
    """The last snapshot of a job nobody interrupted."""
    with torch.random.fork_rng(devices=[]):
        folder = tmp_path_factory.mktemp("done")
        with Life(load, Start("a", JOB, True, NO_END, str(folder))) as life:
            return life.hear(*OVER)


def assert_same_end(snapshot, expected):
    assert (snapshot.state, snapshot.error) == ("done", None) == (expected.state, expected.error)
    assert (snapshot.step, snapshot.epoch) == (expected.step, expected.epoch)
    for kind in ("history", "held_out"):
        for name, values in vars(getattr(expected, kind)).items():
            mine = getattr(getattr(snapshot, kind), name)
            assert len(mine)
            np.testing.assert_array_equal(mine, values, err_msg=f"{kind}.{name}", strict=True)
    assert snapshot.weights.keys() == expected.weights.keys()
    for name, values in expected.weights.items():
        np.testing.assert_array_equal(snapshot.weights[name], values, err_msg=name)
    assert snapshot.checkpoints == expected.checkpoints


@pytest.mark.parametrize("step", [0, 1, 7, 12, 17, 23])
def test_a_job_paused_and_lost_goes_on_where_it_was_with_all_it_had_to_tell(
    life, job_done, step, tmp_path
):
    with life(until=step) as first:
        paused = first.hear("paused")
    assert paused.step == step
    with life(resume=True) as second:
        running = second.hear("running")
        assert (running.step, running.epoch) == (step, paused.epoch)
        assert running.wall_s >= paused.wall_s
        assert running.checkpoints == paused.checkpoints
        assert running.history.step.tolist() == paused.history.step.tolist()
        assert_same_end(second.hear(*OVER), job_done)
    for kept in checkpoint_steps(JOB):
        assert (tmp_path / f"{kept}.safetensors").exists()


def test_a_job_can_be_taken_up_paused_and_saves_nothing_anew(life, tmp_path):
    with life(until=9) as first:
        first.hear("paused")
    written = (tmp_path / RESUME_FILE).stat().st_mtime_ns
    with life(until=0, resume=True) as second:
        assert second.hear("paused").step == 9
        second.pipe.send(Go(0))
        assert second.hear("paused").step == 9
        assert (tmp_path / RESUME_FILE).stat().st_mtime_ns == written
        second.pipe.send(Go(10))
        while second.hear("paused").step < 10:
            pass
    assert resume_state.load(tmp_path / RESUME_FILE).state.step == 10


def test_a_job_that_is_done_is_done_again_without_a_step(life, job_done):
    with life() as first:
        wall_s = first.hear(*OVER).wall_s
    with life(resume=True) as second:
        again = second.hear(*OVER)
    assert_same_end(again, job_done)
    assert wall_s - 0.5 <= again.wall_s <= wall_s + 0.5


def test_where_there_is_no_file_yet_a_job_begins_and_sweeps(life, job_done, tmp_path):
    left = tmp_path / f".{RESUME_FILE}.abc"
    left.write_bytes(b"half")
    with life(resume=True) as first:
        assert_same_end(first.hear(*OVER), job_done)
    assert not left.exists()


def test_a_job_is_saved_now_and_then_without_being_asked(life, tmp_path):
    long = replace(JOB, training=replace(JOB.training, epochs=90))
    with life(config=long, save_s=0.0) as first:
        seen = set()
        end = time.monotonic() + 120
        while len(seen) < 4 and time.monotonic() < end:
            first.hear("running")
            with contextlib.suppress(CheckpointError):
                seen.add(resume_state.load(tmp_path / RESUME_FILE).state.step)
    assert len(seen) == 4
    assert 0 < min(seen) < max(seen) < long.steps


def test_of_other_settings_no_job_goes_on(life):
    with life(until=3) as first:
        first.hear("paused")
    other = replace(JOB, training=replace(JOB.training, lr=0.02))
    with life(config=other, resume=True) as second:
        failed = second.hear(*OVER)
    assert failed.state == "failed"
    assert failed.error.startswith("this training cannot go on: ")
    assert failed.error.endswith("is of a run with other settings")


def test_a_damaged_file_is_told_in_a_sentence(life, tmp_path):
    with life(until=3) as first:
        first.hear("paused")
    path = tmp_path / RESUME_FILE
    path.write_bytes(path.read_bytes()[:-1])
    with life(resume=True) as second:
        failed = second.hear(*OVER)
    assert failed.state == "failed"
    assert "\n" not in failed.error
    assert failed.error.startswith("this training cannot go on: ")
    assert "is not a safetensors file" in failed.error


def test_a_file_that_cannot_be_written_stops_no_training_and_is_tried_again(
    life, job_done, tmp_path
):
    blocker = tmp_path / RESUME_FILE
    blocker.mkdir()
    with life(until=4) as first:
        paused = first.hear("paused")
        assert paused.note == "if interrupted, it starts again from step 0: Is a directory"
        blocker.rmdir()
        first.pipe.send(Go(6))
        while (paused := first.hear("paused")).step < 6:
            pass
        assert paused.note == ""
        assert resume_state.load(blocker).state.step == 6
        blocker.unlink()
        blocker.mkdir()
        first.pipe.send(Go(NO_END))
        last = first.hear(*OVER)
    assert_same_end(last, job_done)
    assert last.note == "if interrupted, it starts again from step 6: Is a directory"
    assert not list(tmp_path.glob(".*")), "no part is left behind"


def test_other_threads_are_told(life):
    with life(until=3) as first:
        first.hear("paused")
    torch.set_num_threads(2)
    try:
        with life(until=0, resume=True) as second:
            note = second.hear("paused").note
    finally:
        torch.set_num_threads(1)
    assert note == "the rest may differ in the last digits: threads: 1 then, 2 now"


# Killed.


class KilledError(Exception):
    pass


def worker_life(config, folder, look, **others):
    """Let a worker process of its own go on; `look` sees each snapshot, and may kill and raise."""
    worker = WorkerProcess()
    try:
        assert worker.pipe.poll(60)
        assert worker.pipe.recv().snapshot is None
        worker.send(
            (Start("a", config, **{"weights": True, "until": NO_END} | others, folder=folder),)
        )
        while True:
            assert worker.pipe.poll(60), "the worker says nothing"
            snapshot = worker.pipe.recv().snapshot
            if snapshot.state in OVER:
                return snapshot
            look(worker, snapshot)
    except KilledError:
        return None
    finally:
        worker.end()
        worker.bury()
        worker.pipe.close()


def only_look(worker, snapshot):
    pass


class KillAfter:
    """Kills a worker some steps after its first report, and a moment more."""

    def __init__(self, steps, delay_s):
        self.steps, self.delay_s = steps, delay_s
        self.begun = None

    def __call__(self, worker, snapshot):
        if self.begun is None:
            self.begun = snapshot.step
        if snapshot.step >= self.begun + self.steps:
            time.sleep(self.delay_s)
            worker.process.kill()
            raise KilledError


@pytest.mark.slow
def test_killed_at_random_moments_it_ends_as_if_it_had_not_been(training_digits, tmp_path):
    training = replace(RUN.training, epochs=4, batch_size=25)
    config = replace(RUN, training=training, digits=2000)  # 320 steps
    expected = worker_life(config, str(tmp_path / "straight"), only_look)
    chance, folder, begun = random.Random(1), str(tmp_path / "often"), []
    for _ in range(4):
        kill = KillAfter(chance.randrange(30, 70), chance.random() * 0.1)
        assert worker_life(config, folder, kill, resume=True, save_s=0.0) is None
        begun.append(kill.begun)
    last = worker_life(config, folder, only_look, resume=True)
    assert begun[0] == 0
    assert begun == sorted(begun)
    assert begun[-1] > 0, "it must have gone on at least once"
    assert_same_end(last, expected)


class KillWhileSaving:
    """Kills a worker when it writes its file for the n-th time; each step ends in one."""

    def __init__(self, folder, n):
        self.folder, self.left = folder, n

    def parts(self):
        return list(self.folder.glob(f".{RESUME_FILE}.*"))

    def __call__(self, worker, snapshot):
        if snapshot.state != "paused":
            return
        self.left -= 1
        worker.send(Go(snapshot.step + 1))
        while not (self.left <= 0 and self.parts()):
            if worker.pipe.poll():
                return
        worker.process.kill()
        raise KilledError


@pytest.mark.slow
def test_killed_while_it_saves_it_goes_on_from_what_was_saved_before(training_digits, tmp_path):
    config = RunConfig(
        ModelConfig("rnn", input_size=784, hidden_size=512, num_layers=4, dropout=0.3),
        TrainConfig(epochs=2, batch_size=10, seed=3),
        digits=60,
        time_step="pixels",
        chunk=784,
        device="cpu",
    )  # 12 quick steps; its file of 27 MB takes a while to write
    how = {"weights": False, "until": 0}  # reports so small that the pipe is never full
    folder, caught = tmp_path / "often", 0
    for n in (1, 3, 2):
        kill = KillWhileSaving(folder, n)
        assert worker_life(config, str(folder), kill, resume=True, **how) is None
        caught += bool(kill.parts())
        if (folder / RESUME_FILE).exists():
            resume_state.load(folder / RESUME_FILE)
    assert caught, "no kill came in the middle of a file"
    last = worker_life(config, str(folder), only_look, resume=True)
    assert not kill.parts()
    expected = worker_life(config, str(tmp_path / "straight"), only_look)
    assert_same_end(last, expected)
