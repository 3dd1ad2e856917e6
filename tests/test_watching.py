"""A real server, asked as a monitor asks it; and what is written of a training."""

import json
import logging
import urllib.request

from rnnviz.bench.draw import ROOT, serve
from rnnviz.training import events
from rnnviz.training.jobs import Jobs
from rnnviz.ui import watching
from tests.jobs import LONG, over, started_paused, wait


def test_health_and_counters_are_served_beside_the_pages(home):
    with serve(ROOT / "app.py") as address:
        with urllib.request.urlopen(address + watching.HEALTH, timeout=30) as answer:
            assert json.load(answer) == {"status": "ok", "jobs": 0}
        with urllib.request.urlopen(address + watching.METRICS, timeout=30) as answer:
            assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
            lines = answer.read().decode().splitlines()
        with urllib.request.urlopen(address, timeout=30) as answer:
            assert b"<title>" in answer.read()
    assert 'rnnviz_jobs{state="running"} 0' in lines
    assert "rnnviz_queue_length 0" in lines
    for line in lines:
        assert line.startswith(("# HELP rnnviz_", "# TYPE rnnviz_", "rnnviz_"))


def test_each_turn_of_a_training_is_one_line_without_its_whole_id(caplog):
    caplog.set_level(logging.INFO, logger=events.LOGGER.name)
    jobs = Jobs(running=1, warm=0)
    try:
        run_id = started_paused(jobs, LONG)
        jobs.cancel(run_id)
        wait(jobs, run_id, over)
        states = {snapshot.id: snapshot.state for snapshot in jobs.snapshots()}
    finally:
        jobs.shutdown()
    assert states == {run_id: "cancelled"}
    lines = [json.loads(r.getMessage()) for r in caplog.records if r.name == events.LOGGER.name]
    told = [line["event"] for line in lines]
    assert told[:2] == ["submitted", "starting"]
    assert told[-1] == "cancelled"
    assert {line["run"] for line in lines} == {run_id[:6]}
    assert run_id not in caplog.text
