"""Tests of a server that is stopped or killed during training, or has no writable folder."""

import os
import re
import signal

import pytest

from rnnviz.bench.draw import ROOT, start_server
from rnnviz.bench.load_client.people import Pad, Tally
from rnnviz.bench.process import started_by
from rnnviz.training.store.run_store import RunStore
from tests.jobs import wait_gone
from tests.load.tabs import run, stroke, tabs, training, until

pytestmark = pytest.mark.slow

QUICK, LONG = "digits=100&epochs=2&hidden=8", "epochs=100&hidden=32"


def of_link(tab):
    return re.search(r"run=([\w-]{22})", tab._query)[1]


async def _finish_one_and_begin_another(server):
    async with tabs(server, 2) as both:
        for tab, query in zip(both, (QUICK, LONG), strict=True):
            await tab.open("train", query)
            await tab.set(tab.find("button", "Start"), trigger_value=True)
            await until(
                lambda tab=tab: training(tab)["state"] not in ("", "idle"),
                "the page knows of its run",
            )
        await until(lambda: training(both[0])["state"] == "done", "one is done")
        await until(lambda: training(both[1])["step"] > 0, "one goes on")
        return [of_link(tab) for tab in both]


async def _go_on(server, run_id):
    async with tabs(server, 1) as (tab,):
        await tab.open("train", f"run={run_id}")
        await until(lambda: training(tab)["state"], "the run is shown")
        before = training(tab)
        await tab.set(tab.find("button", "Resume"), trigger_value=True)
        await until(lambda: training(tab)["state"] == "running", "it goes on")
        await until(lambda: training(tab)["step"] > before["step"], "from where it was")
        return before, tab.faults


def whole(home, done_id, cut_id):
    """Assert that one run is finished, the other can go on, and no file is half there."""
    store = RunStore(home / "runs")
    records, faults = store.runs()
    assert faults == ()
    assert {record.id for record in records} == {done_id, cut_id}
    done, cut = (store.load(run_id) for run_id in (done_id, cut_id))
    assert done.state == "done"
    assert done.step == done.config.steps
    assert 0 <= cut.step < cut.config.steps
    left = [p.name for p in (home / "runs").rglob("*") if p.suffix in (".tmp", ".part")]
    assert left == []
    return store.state_of(cut)


def test_a_server_stopped_or_killed_in_a_run_leaves_all_whole_and_the_run_goes_on(tmp_path):
    own = {"RNNVIZ_HOME": str(tmp_path), "RNNVIZ_RUNNING": "1"}
    with start_server(ROOT / "app.py", own) as server:
        done_id, cut_id = run(_finish_one_and_begin_another(server))
        workers = started_by(server.pid)
    for pid in workers:
        wait_gone(pid)
    assert whole(tmp_path, done_id, cut_id) == "cancelled", "it was told to stop: SIGTERM"
    with start_server(ROOT / "app.py", own) as server:
        before, faults = run(_go_on(server, cut_id))
        workers = started_by(server.pid)
        os.kill(server.pid, signal.SIGKILL)
        for pid in workers:
            wait_gone(pid)
    assert faults == []
    assert before["step"] > 0
    assert whole(tmp_path, done_id, cut_id) == "interrupted"


async def _without_a_folder(server):
    async with tabs(server, 1) as (tab,):
        return await _use(tab)


async def _use(tab):
    await tab.open("draw")
    pad = await stroke(tab, Pad(tab, Tally()))
    answered = await pad.settled()
    await tab.switch("train", QUICK)
    await tab.set(tab.find("button", "Start"), trigger_value=True)
    await until(lambda: training(tab)["state"] == "done", "a run to its end")
    told = tab.has_heard("could not be saved")
    await tab.switch("runs")
    return answered, told, tab.faults


def test_where_nothing_can_be_written_the_app_works_and_says_that_nothing_is_kept():
    with start_server(ROOT / "app.py", {"RNNVIZ_HOME": "/proc/rnnviz"}) as server:
        answered, told, faults = run(_without_a_folder(server))
    assert faults == []
    assert answered
    assert told
