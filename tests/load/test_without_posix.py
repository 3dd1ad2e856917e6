"""Tests of the app without what Windows lacks: start, train, kill, resume, race, shutdown."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from rnnviz.bench.draw import ROOT, start_server
from rnnviz.bench.process import started_by
from tests.jobs import wait_gone
from tests.load.tabs import run, tabs, training, until

BLOCKS = Path(__file__).parent / "without_posix"
OURS = ROOT / "rnnviz" / "training" / "jobs" / "some.py"


def environment(home):
    path = os.pathsep.join(filter(None, (str(BLOCKS), os.environ.get("PYTHONPATH"))))
    return {"PYTHONPATH": path, "RNNVIZ_HOME": str(home), "RNNVIZ_RUNNING": "1"}


def in_python(code, home, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | environment(home),
        capture_output=True,
        text=True,
        timeout=500,
    )


BLOCKED = """
import sys
from pathlib import Path
source, path = sys.argv[1:]
exec(compile(source, path, "exec"), {"__file__": path})
"""


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import fcntl", "no module fcntl"),
        ("import resource", "no module resource"),
        ("from pwd import getpwnam", "no module pwd"),
        ("import grp, termios", "no module grp"),
        ("import os; os.nice(1)", "no os.nice"),
        ("import os; os.fork()", "no os.fork"),
        ("import select; select.poll()", "no select.poll"),
        ("import signal; signal.SIGKILL", "no signal.SIGKILL"),
        ("from signal import SIGKILL", "cannot import name 'SIGKILL'"),
        ("from pathlib import Path; Path('/proc/stat').read_text()", "no /proc/stat"),
        ("import ctypes; ctypes.CDLL('libc.so.6').prctl", "no libc.so.6"),
        ("import subprocess; subprocess.Popen(['true'], pass_fds=(1,))", "does not know"),
    ],
)
def test_what_is_missing_is_missing_for_rnnviz_and_there_for_libraries(tmp_path, source, told):
    done = in_python(BLOCKED, tmp_path, source, OURS)
    assert done.returncode == 1
    assert told in done.stderr.splitlines()[-1]
    if "fork" not in source:
        theirs = in_python(BLOCKED, tmp_path, source, "/elsewhere/library.py")
        assert theirs.returncode == 0, theirs.stderr


JOBS = """
import sys, time
from dataclasses import replace
from pathlib import Path
import psutil
import torch
from rnnviz.chapters.runs.race import race
from rnnviz.training.jobs import side_by_side
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.jobs.worker import NICENESS
from rnnviz.training.store.run_store import RunStore
from tests.jobs import LONGER, QUICK, assert_as_alone, over, paused_at, pid_of, started_paused, wait
torch.set_num_threads(1)  # as in a worker: with more, sums are in another order
store = RunStore(Path(sys.argv[1]) / "runs")
jobs = Jobs(running=1, store=store)
run_id = started_paused(jobs, LONGER)
jobs.step(run_id, 7, since=0)
wait(jobs, run_id, paused_at(7))
assert store.claimed(run_id)
nice = psutil.Process().nice() + NICENESS
assert psutil.Process(pid_of(jobs, run_id)).nice() == min(19, nice)
psutil.Process(pid_of(jobs, run_id)).kill()
assert wait(jobs, run_id, over).state == "failed"
jobs.take_up(run_id)
assert_as_alone(wait(jobs, run_id, over), LONGER)
rounds = race.Plan(700, 1, ("gru", "rnn"), replace(QUICK, digits=200)).rounds
group = side_by_side.start(jobs, "race", rounds, "ada")
assert {wait(jobs, each, over).state for each in group.runs} == {"done"}
jobs.keeper.settled(run_id)
store.delete(run_id)
store.restore(run_id)
left = jobs.submit(replace(QUICK, digits=60_000))
wait(jobs, left, lambda s: s.step > 0)
pid = pid_of(jobs, left)
jobs.shutdown()
assert not psutil.pid_exists(pid)
assert store.load(left).state == "cancelled"
store.max_runs = 1
assert len(store.make_room()) == 3
print("all", len(store.runs()[0]))
"""


@pytest.mark.slow
def test_runs_are_trained_killed_resumed_raced_deleted_and_shut_down(tmp_path):
    done = in_python(JOBS, tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "all 1\n"


async def _train_kill_and_resume(server):
    async with tabs(server, 1) as (tab,):
        await tab.open("train", "epochs=100&hidden=32")
        await tab.set(tab.find("button", "Start"), trigger_value=True)
        await until(lambda: training(tab)["step"] > 0, "it trains")
        for pid in started_by(server.pid):
            psutil.Process(pid).kill()
        await until(lambda: training(tab)["state"] == "failed", "its death is noticed")
        before = training(tab)["step"]
        await tab.set(tab.find("button", "Resume"), trigger_value=True)
        await until(lambda: training(tab)["state"] == "running", "it goes on")
        await until(lambda: training(tab)["step"] > 0, "by steps")
        for page in ("draw", "runs", "states", "shapes"):
            await tab.switch(page)
        return before, tab.faults


@pytest.mark.slow
def test_the_server_starts_trains_resumes_and_stops(tmp_path):
    with start_server(ROOT / "app.py", environment(tmp_path)) as server:
        before, faults = run(_train_kill_and_resume(server))
        workers = started_by(server.pid)
    for pid in workers:
        wait_gone(pid)
    assert faults == []
    assert before > 0
    assert workers
