"""Tests of a real server's health check and metrics."""

import json
import urllib.request

import pytest

from rnnviz.bench.draw import ROOT, serve
from rnnviz.ui.app import latency_metrics, monitoring


def test_health_and_counters_are_served_beside_the_pages(home):
    with serve(ROOT / "app.py") as address:
        with urllib.request.urlopen(address + monitoring.HEALTH, timeout=120) as answer:
            assert json.load(answer) == {"status": "ok", "jobs": 0}
        with urllib.request.urlopen(address + monitoring.METRICS, timeout=120) as answer:
            assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
            lines = answer.read().decode().splitlines()
        with urllib.request.urlopen(address, timeout=120) as answer:
            assert b"<title>" in answer.read()
    assert 'rnnviz_jobs{state="running"} 0' in lines
    assert "rnnviz_queue_length 0" in lines
    assert "rnnviz_answer_seconds_count 0" in lines
    for line in lines:
        assert line.startswith(("# HELP rnnviz_", "# TYPE rnnviz_", "rnnviz_"))


def test_times_are_counted_as_prometheus_reads_them():
    times = latency_metrics.Histogram("seconds", "Of something.")
    for seconds in (0.001, 0.01, 0.3, 99.0):
        times.observe(seconds)
    with times.timed():
        pass
    with pytest.raises(KeyError), times.timed():
        raise KeyError("cut short")
    lines = monitoring.histogram_lines(times)
    assert lines[:2] == ["# HELP seconds Of something.", "# TYPE seconds histogram"]
    counts = dict(line.rsplit(" ", 1) for line in lines[2:])
    assert counts['seconds_bucket{le="0.01"}'] == "3", "each bucket holds those before it"
    assert counts['seconds_bucket{le="0.25"}'] == "3"
    assert counts['seconds_bucket{le="0.5"}'] == "4"
    assert counts['seconds_bucket{le="+Inf"}'] == counts["seconds_count"] == "5"
    assert float(counts["seconds_sum"]) == pytest.approx(99.311, abs=0.01)
