"""A training that was interrupted ends as if it had not been, bit for bit."""

import contextlib
import json
import random
import threading
import time
from dataclasses import replace
from functools import cache
from itertools import islice
from multiprocessing import Pipe

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save as to_bytes

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.run_config import RunConfig
from rnnviz.training import checkpoint, resume
from rnnviz.training.augmentation import renewer
from rnnviz.training.checkpoint import CheckpointError
from rnnviz.training.crew import Crew
from rnnviz.training.loop import Loop, seeded_model
from rnnviz.training.messages import (
    NO_END,
    OVER,
    RESUME_FILE,
    Go,
    Start,
    Thinned,
    checkpoint_steps,
)
from rnnviz.training.resume import Progress
from rnnviz.training.worker import WorkerProcess

RUN = RunConfig(
    ModelConfig("gru", hidden_size=6, num_layers=2, dropout=0.4),
    TrainConfig(epochs=3, batch_size=50, lr=0.01, seed=3),
    digits=220,
    augmentation="shifted",
    device="cpu",
)
PER_EPOCH, STEPS = 5, 15


def with_optimizer(name, augmentation="shifted", **others):
    training = replace(RUN.training, optimizer=name, weight_decay=0.01, **others)
    return replace(RUN, training=training, augmentation=augmentation)


CONFIGS = {
    "adam": with_optimizer("adam"),
    "adamw": with_optimizer("adamw", schedule="cosine"),
    "adamw, redrawn": with_optimizer("adamw", "redrawn"),
    "sgd": with_optimizer("sgd", clip_norm=0.0),
    "sgd, no momentum": with_optimizer("sgd", "none", momentum=0.0),
    "rmsprop": with_optimizer("rmsprop"),
}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def lives(training_digits, test_digits):
    """Trains a run in pieces, each as a process of its own would; returns all there is to see."""
    bones = {name: renewer(name, training_digits[:220]) for name in ("none", "shifted", "redrawn")}

    def live(config, folder, ends):
        logs, saved = [], None
        for end in [*ends, STEPS]:
            torch.manual_seed(config.training.seed if saved is None else random.randrange(2**32))
            model = seeded_model(config.model, config.training.seed + (saved is not None))
            if saved is not None:
                model.load_state_dict(saved.weights)
            loop = Loop(
                model,
                training_digits[: config.digits],
                config.training,
                held_out=test_digits[:300],
                renew=bones[config.augmentation],
                glances={1, 2, 4, 8},
                state=saved.state if saved is not None else None,
            )
            logs += islice(loop, end - len(logs))
            resume.save(folder / "run", config, model, loop.state(), Progress(Thinned().state()))
            saved = resume.load(folder / "run")
        assert saved.config == config
        return logs, saved

    with torch.random.fork_rng(devices=[]):
        yield live


@pytest.fixture(scope="module")
def straight(lives, tmp_path_factory):
    return cache(lambda name: lives(CONFIGS[name], tmp_path_factory.mktemp("straight"), []))


def same_tensors(some, others):
    assert some.keys() == others.keys()
    return all(torch.equal(value, others[name]) for name, value in some.items())


def assert_same_life(life, other):
    (logs, saved), (expected, at_end) = life, other
    assert logs == expected
    assert [log.step for log in logs] == list(range(1, STEPS + 1))
    assert sum(log.held_out is not None for log in logs) == 3 + 4
    assert same_tensors(saved.weights, at_end.weights)
    state, ended = saved.state, at_end.state
    assert state.step == ended.step == STEPS
    assert same_tensors(state.optimizer, ended.optimizer)
    assert torch.equal(state.renewing, ended.renewing)
    assert torch.equal(state.drawing, ended.drawing)


@pytest.mark.parametrize("step", [0, 1, 3, PER_EPOCH, 8, 2 * PER_EPOCH, STEPS - 1, STEPS])
@pytest.mark.parametrize("name", CONFIGS)
def test_a_training_gone_on_with_is_the_one_never_interrupted(
    name, step, lives, straight, tmp_path
):
    assert_same_life(lives(CONFIGS[name], tmp_path, [step]), straight(name))


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(0, STEPS), min_size=2, max_size=6).map(sorted),
    st.sampled_from(["adam", "rmsprop"]),
)
def test_however_often_it_is_interrupted(lives, straight, tmp_path_factory, ends, name):
    folder = tmp_path_factory.mktemp("often")
    assert_same_life(lives(CONFIGS[name], folder, ends), straight(name))


def test_the_runs_that_are_compared_use_all_their_chance_and_state(straight):
    _, plain = straight("sgd, no momentum")
    _, shifted = straight("sgd")
    assert plain.state.optimizer == {}
    kinds = {key.partition(".")[0] for key in shifted.state.optimizer}
    assert kinds == {"momentum_buffer"}
    kinds = {key.partition(".")[0] for key in straight("adam")[1].state.optimizer}
    assert kinds == {"step", "exp_avg", "exp_avg_sq"}
    assert not torch.equal(plain.state.renewing, shifted.state.renewing)
    fresh = torch.Generator().manual_seed(RUN.training.seed).get_state()
    assert not torch.equal(plain.state.drawing, fresh), "dropout must have drawn"


# As a job: reports, checkpoints and the file.

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
    assert resume.load(tmp_path / RESUME_FILE).state.step == 10


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
        end = time.monotonic() + 60
        while len(seen) < 4 and time.monotonic() < end:
            first.hear("running")
            with contextlib.suppress(CheckpointError):
                seen.add(resume.load(tmp_path / RESUME_FILE).state.step)
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
        assert resume.load(blocker).state.step == 6
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


# The file.


@pytest.fixture(scope="module")
def written(lives, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    lives(CONFIGS["adam"], folder, [7])
    return (folder / "run").read_bytes()


def loaded(folder, content):
    path = folder / "changed.safetensors"
    path.write_bytes(content)
    return resume.load(path)


def refused(folder, content):
    with pytest.raises(CheckpointError) as caught:
        loaded(folder, content)
    message = str(caught.value)
    assert "\n" not in message
    assert "changed.safetensors" in message
    return message


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_a_file_cut_short_anywhere_is_refused_in_words(written, tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    ends = st.integers(0, 20) | st.integers(0, len(written) - 1) | st.just(len(written) - 1)
    refused(folder, written[: data.draw(ends)])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_one_flipped_bit_anywhere_is_found_out(written, tmp_path_factory, data):
    places = st.integers(0, 3000) | st.integers(0, len(written) - 1)
    place, bit = data.draw(places), data.draw(st.integers(0, 7))
    content = bytearray(written)
    content[place] ^= 1 << bit
    refused(tmp_path_factory.getbasetemp(), bytes(content))


def test_files_of_other_kinds_are_refused_in_words(tmp_path, written):
    loaded(tmp_path, written)
    assert "is not a training that could go on" in refused(
        tmp_path, checkpoint.embedded_path("rnn-128").read_bytes()
    )
    assert "is not a safetensors file" in refused(tmp_path, b"{}")
    foreign = to_bytes({}, metadata={resume.KEY: "[]"})
    assert "is not a training that could go on" in refused(tmp_path, foreign)
    newer = to_bytes({}, metadata={resume.KEY: json.dumps({"format": 2})})
    assert "has format 2, but this rnnviz knows 1 alone" in refused(tmp_path, newer)
    with pytest.raises(CheckpointError, match="there is no file"):
        resume.load(tmp_path / "none")
    with pytest.raises(CheckpointError, match="cannot be read: Is a directory"):
        resume.load(tmp_path)


def rewritten(written, tmp_path, changed=(), dropped=(), **values):
    """What a writer with a mistake would have written, its checksum right."""
    before = loaded(tmp_path, written)
    model = seeded_model(before.config.model, 0)
    tensors = resume._tensors(model, before.state, Progress(before.progress.curve))
    tensors = {name: value for name, value in tensors.items() if name not in dropped}
    tensors |= changed
    told = json.loads(resume._metadata(written)[resume.KEY]) | values
    text = json.dumps(told)
    checksum = resume._checksum(text, tensors)
    return to_bytes(tensors, metadata={resume.KEY: text, "checksum": checksum})


def test_a_file_that_does_not_hold_a_whole_training_says_what_is_wrong(written, tmp_path):
    loaded(tmp_path, rewritten(written, tmp_path))
    bad = {
        "head.bias is missing": {"dropped": ["weights.head.bias"]},
        "head.bias must be (10,), got (3,)": {"changed": {"weights.head.bias": torch.zeros(3)}},
        "step must lie in [0, 15], got 16": {"step": 16},
        "unknown settings of a run: hands": {"config": RUN.to_dict() | {"hands": 2}},
        "RNG state": {"changed": {"chance.drawing": torch.zeros(9, dtype=torch.uint8)}},
        "renewing": {"dropped": ["chance.renewing"]},
    }
    for words, how in bad.items():
        message = refused(tmp_path, rewritten(written, tmp_path, **how))
        assert "does not hold a whole training: " in message
        assert words in message


def test_reading_and_writing_leave_the_chance_of_torch_alone(written, tmp_path):
    before = torch.get_rng_state()
    loaded(tmp_path, written)
    assert torch.equal(torch.get_rng_state(), before)


def test_progress_comes_back_as_it_was_also_where_a_loss_was_lost(straight, tmp_path):
    curve = Thinned()
    for step in range(1, 1204):
        curve.add(step, [0.1, np.nan, np.inf][step % 3], 1 / step, 0.3)
    tests = ((3, 0.1, 500), (5, 1 / 3, 10_000))
    progress = Progress(curve.state(), tests, 0.1 + 0.2, (0, 1, 7))
    model, (_, saved) = seeded_model(RUN.model, 0), straight("adam")
    resume.save(tmp_path / "run", RUN, model, saved.state, progress)
    found = resume.load(tmp_path / "run").progress
    assert (found.tests, found.wall_s, found.checkpoints) == (tests, 0.1 + 0.2, (0, 1, 7))
    assert found.curve.stride == progress.curve.stride == 4
    np.testing.assert_array_equal(found.curve.points, progress.curve.points)
    np.testing.assert_array_equal(found.curve.open, progress.curve.open)
    assert found.curve.open[0] == 3


def test_a_file_takes_little_more_than_the_weights_and_adams_averages(training_digits, tmp_path):
    config = RunConfig(ModelConfig(hidden_size=128), TrainConfig(epochs=1, batch_size=10), 10)
    model = seeded_model(config.model, 0)
    loop = Loop(model, training_digits[:10], config.training)
    assert len(list(loop)) == 1
    resume.save(tmp_path / "run", config, model, loop.state(), Progress(Thinned().state()))
    assert (tmp_path / "run").stat().st_size < 3 * 4 * config.parameters + 20_000


def test_a_state_of_another_model_or_training_is_refused(straight, training_digits):
    _, saved = straight("adam")
    digits = training_digits[:220]
    wider = seeded_model(replace(RUN.model, hidden_size=7), 0)
    with pytest.raises(ValueError, match=r"^exp_avg.head.weight must be \(10, 7\), got \(10, 6\)"):
        Loop(wider, digits, RUN.training, state=saved.state)
    fewer = seeded_model(replace(RUN.model, num_layers=1), 0)
    with pytest.raises(
        ValueError, match=r"^exp_avg.rnn.bias_hh_l1 belongs to no weight of the model"
    ):
        Loop(fewer, digits, RUN.training, state=saved.state)
    lacking = {key: value for key, value in saved.state.optimizer.items() if key[:5] != "step."}
    with pytest.raises(ValueError, match="the optimizer's state lacks 'step'"):
        Loop(
            seeded_model(RUN.model, 0),
            digits,
            RUN.training,
            state=replace(saved.state, optimizer=lacking),
        )
    short = replace(RUN.training, epochs=2)
    with pytest.raises(ValueError, match=r"step must lie in \[0, 10\], got 15"):
        Loop(seeded_model(RUN.model, 0), digits, short, state=saved.state)


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
            resume.load(folder / RESUME_FILE)
    assert caught, "no kill came in the middle of a file"
    last = worker_life(config, str(folder), only_look, resume=True)
    assert not kill.parts()
    expected = worker_life(config, str(tmp_path / "straight"), only_look)
    assert_same_end(last, expected)
