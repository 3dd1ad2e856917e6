"""A real server, asked as a monitor asks it; and what is written of a training."""

import json
import logging
import urllib.request

import pytest

from rnnviz.bench.draw import ROOT, serve
from rnnviz.training import events
from rnnviz.training.jobs import Jobs
from rnnviz.ui import counted, watching
from tests.jobs import LONG, over, started_paused, wait

SECRET = "a name that nobody else can know"


def test_health_and_counters_are_served_beside_the_pages(home):
    with serve(ROOT / "app.py") as address:
        with urllib.request.urlopen(address + watching.HEALTH, timeout=120) as answer:
            assert json.load(answer) == {"status": "ok", "jobs": 0}
        with urllib.request.urlopen(address + watching.METRICS, timeout=120) as answer:
            assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
            lines = answer.read().decode().splitlines()
        with urllib.request.urlopen(address, timeout=120) as answer:
            assert b"<title>" in answer.read()
    assert 'rnnviz_jobs{state="running"} 0' in lines
    assert "rnnviz_queue_length 0" in lines
    assert "rnnviz_answer_seconds_count 0" in lines
    for line in lines:
        assert line.startswith(("# HELP rnnviz_", "# TYPE rnnviz_", "rnnviz_"))


def test_each_turn_of_a_training_is_one_line_without_its_whole_id(caplog):
    caplog.set_level(logging.INFO, logger=events.LOGGER.name)
    jobs = Jobs(running=1, warm=0)
    try:
        run_id = started_paused(jobs, LONG, owner=SECRET)
        jobs.cancel(run_id)
        wait(jobs, run_id, over)
        jobs.take_up(run_id, owner=SECRET)
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
    assert told.count("submitted") == 2, "taken up again, it is submitted again"
    assert {line["run"] for line in lines} == {run_id[:6]}
    (session,) = {line["session"] for line in lines}
    assert len(session) == 6
    assert session not in SECRET
    assert run_id not in caplog.text
    assert SECRET not in caplog.text


def test_times_are_counted_as_prometheus_reads_them():
    times = counted.Histogram("seconds", "Of something.")
    for seconds in (0.001, 0.01, 0.3, 99.0):
        times.observe(seconds)
    with times.timed():
        pass
    with pytest.raises(KeyError), times.timed():
        raise KeyError("cut short")
    lines = times.lines()
    assert lines[:2] == ["# HELP seconds Of something.", "# TYPE seconds histogram"]
    counts = dict(line.rsplit(" ", 1) for line in lines[2:])
    assert counts['seconds_bucket{le="0.01"}'] == "3", "each bucket holds those before it"
    assert counts['seconds_bucket{le="0.25"}'] == "3"
    assert counts['seconds_bucket{le="0.5"}'] == "4"
    assert counts['seconds_bucket{le="+Inf"}'] == counts["seconds_count"] == "5"
    assert float(counts["seconds_sum"]) == pytest.approx(99.311, abs=0.01)
