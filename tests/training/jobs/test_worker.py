import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.jobs.protocol import NO_END, OVER, POINTS, Go, Start, Thinned
from rnnviz.training.jobs.worker import NICENESS, WorkerProcess
from rnnviz.training.jobs.worker_training import REPORT_S, WEIGHTS_S, copies
from rnnviz.training.loop.rate_limit import Clock, Pace
from rnnviz.training.tasks.digits import RunConfig

QUICK = RunConfig(
    ModelConfig(cell="rnn", hidden_size=6), TrainConfig(epochs=1, batch_size=50), 400, device="cpu"
)


@pytest.fixture(scope="module")
def worker(training_digits):
    worker = WorkerProcess()
    assert worker.pipe.poll(60), "it must say that it is ready"
    assert worker.pipe.recv().snapshot is None
    yield worker
    worker.end()
    worker.bury()
    worker.pipe.close()


def hear(worker):
    assert worker.pipe.poll(30), "the worker says nothing"
    return worker.pipe.recv()


def hear_to_the_end(worker):
    reports = [hear(worker)]
    while reports[-1].snapshot.state not in OVER:
        reports.append(hear(worker))
    return reports


def values(count):
    rng = np.random.default_rng(0)
    return rng.random(count), rng.random(count)


def thinned(loss, accuracy):
    norms = np.random.default_rng(1).random(len(loss))
    curve = Thinned()
    for step, pair in enumerate(zip(loss, accuracy, strict=True), start=1):
        curve.add(step, *pair, norms[step - 1])
    return curve.curve()


def test_a_short_curve_keeps_every_step_as_it_was():
    loss, accuracy = values(POINTS - 1)
    curve = thinned(loss, accuracy)
    assert curve.step.tolist() == list(range(1, POINTS))
    assert curve.loss.tolist() == np.float32(loss).tolist()
    assert curve.accuracy.tolist() == np.float32(accuracy).tolist()


@pytest.mark.parametrize("count", [POINTS, POINTS + 1, 2 * POINTS + 3, 7777])
def test_a_long_curve_keeps_few_points_each_the_mean_of_as_many_steps(count):
    loss, accuracy = values(count)
    curve = thinned(loss, accuracy)
    assert POINTS // 2 <= len(curve.step) <= POINTS
    assert curve.step[-1] == count
    stride = int(curve.step[0])
    assert set(np.diff(curve.step[:-1]).tolist()) == {stride}
    starts = range(0, count, stride)
    assert len(starts) == len(curve.step)
    for mine, theirs in ((curve.loss, loss), (curve.accuracy, accuracy)):
        means = [theirs[start : start + stride].mean() for start in starts]
        np.testing.assert_allclose(mine, means, rtol=1e-6)
    norms = np.random.default_rng(1).random(count)
    largest = [norms[start : start + stride].max() for start in starts]
    np.testing.assert_allclose(curve.grad_norm, largest, rtol=1e-6)
    assert {curve.step.dtype, curve.loss.dtype, curve.accuracy.dtype} == {np.dtype(np.float32)}


def test_an_empty_curve_has_no_points_and_a_nan_stays_to_be_seen():
    assert len(Thinned().curve().loss) == 0
    loss, accuracy = values(3000)
    loss[1234] = np.nan
    assert np.isnan(thinned(loss, accuracy).loss).sum() == 1


def test_what_takes_long_is_done_less_often():
    pace = Pace(5.0)
    assert pace.due(), "the first time is at once"
    pace.done(time.perf_counter())
    assert not pace.due()
    costly, cheap = Pace(0.0), Pace(0.0)
    costly.done(time.perf_counter() - 10.0)
    assert not costly.due(), "what took 10 s waits 500 s"
    cheap.done(time.perf_counter())
    end = time.monotonic() + 120
    while not cheap.due():
        assert time.monotonic() < end


def test_a_stopped_clock_stands():
    clock = Clock()
    assert clock.wall_s() == 0.0
    clock.start()
    clock.stop()
    stood = clock.wall_s()
    assert stood > 0.0
    assert clock.wall_s() == stood
    clock.start()
    assert clock.wall_s() > stood


def test_copies_of_weights_do_not_follow_the_training():
    model = torch.nn.Linear(3, 2)
    copy = copies(model)
    before = {name: value.copy() for name, value in copy.items()}
    with torch.no_grad():
        for p in model.parameters():
            p.add_(1.0)
    assert copy.keys() == {"weight", "bias"}
    for name, value in before.items():
        assert np.array_equal(copy[name], value)
        assert not np.array_equal(copy[name], model.get_parameter(name).detach().numpy())


def test_a_worker_is_niced_and_ctrl_c_is_not_for_it(worker):
    nice = os.getpriority(os.PRIO_PROCESS, worker.process.pid)
    assert nice == min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)
    worker.process.send_signal(signal.SIGINT)
    worker.send((Start("a", QUICK, True, NO_END),))
    assert hear_to_the_end(worker)[-1].snapshot.state == "done"


def test_reports_follow_each_other_and_the_last_has_everything(worker):
    worker.send((Start("b", QUICK, True, NO_END),))
    snapshots = [report.snapshot for report in hear_to_the_end(worker)]
    assert {s.id for s in snapshots} == {"b"}
    steps = [s.step for s in snapshots]
    assert steps == sorted(steps)
    walls = [s.wall_s for s in snapshots]
    assert walls == sorted(walls)
    last = snapshots[-1]
    assert (last.step, last.steps, last.epoch, last.left_s) == (8, 8, 1, 0.0)
    assert len(last.history.step) == 8
    assert last.held_out.thorough().shape == (1,)
    assert last.weights["head.weight"].shape == (10, 6)


def test_reports_come_at_a_bounded_rate_and_fewer_still_carry_weights(worker):
    config = replace(QUICK, training=replace(QUICK.training, epochs=100), digits=20_000)
    worker.send((Start("c", config, True, NO_END),))
    started = time.perf_counter()
    reports = [hear(worker).snapshot for _ in range(10)]
    took_s = time.perf_counter() - started
    assert took_s > 8 * REPORT_S
    with_weights = [s for s in reports if s.weights]
    assert 0 < len(with_weights) <= 1 + took_s / WEIGHTS_S
    worker.send(Go(0))
    while hear(worker).snapshot.state != "paused":
        pass


def test_a_worker_ends_by_itself_when_nobody_holds_the_other_end(training_digits):
    worker = WorkerProcess()
    worker.pipe.close()
    assert worker.process.wait(20) == 0


def test_a_worker_starts_wherever_the_server_was_started(tmp_path, monkeypatch):
    (tmp_path / "queue.py").write_text("raise SystemExit('the wrong queue')")
    monkeypatch.chdir(tmp_path)
    worker = WorkerProcess()
    try:
        assert hear(worker).snapshot is None
    finally:
        worker.end()
        assert "signal 9 (SIGKILL)" in worker.bury()
        worker.pipe.close()


def test_asking_for_a_worker_does_not_load_torch():
    code = "import sys, rnnviz.training.jobs.job_manager; sys.exit('torch' in sys.modules)"
    root = Path(__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)
