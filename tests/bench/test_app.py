"""Tests of `bench app` and `bench all`: their reports and their counters."""

import base64
import json
import os
import subprocess
import sys
import time

import pytest

from rnnviz import cli
from rnnviz.bench import all_benches, app
from rnnviz.bench.process import cpu_s
from rnnviz.bench.websocket_traffic import payload_bytes
from tests.readme import assert_is_in_the_readme


def test_a_frame_is_as_long_as_its_payload_in_text_and_in_bytes():
    assert payload_bytes(1, "rows ✓") == 8
    assert payload_bytes(2, base64.b64encode(bytes(1000)).decode()) == 1000


def test_the_cpu_of_a_process_includes_those_it_started():
    grandchild = "import time; end = time.process_time() + 1.0\nwhile time.process_time() < end: 0"
    code = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {grandchild + chr(10) + 'time.sleep(60)'!r}])\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    try:
        end = time.monotonic() + 120
        while (cpu_s(parent.pid) or 0) < 0.7:
            assert time.monotonic() < end
            time.sleep(0.1)
    finally:
        os.killpg(parent.pid, 9)
        parent.wait()
    assert cpu_s(parent.pid) is None


def test_bench_all_is_one_json_with_the_machine_and_a_word_for_what_could_not_run(monkeypatch):
    told = []
    monkeypatch.setenv("PATH", "")
    found = all_benches.measure(repeats=1, names=("evaluate", "draw"), tell=told.append)
    found = json.loads(json.dumps(found))
    assert {"cores", "threads", "versions"} <= set(found["machine"])
    assert set(found["benches"]) == {"evaluate"}
    assert found["benches"]["evaluate"]["wall_s"] > 0
    assert len(found["benches"]["evaluate"]["rows"]) == 4
    assert found["left_out"] == {"draw": "bench draw needs Chromium: apt-get install chromium"}
    assert [line.split(":")[0] for line in told] == ["evaluate", "draw"]


def test_every_bench_of_all_is_one_that_the_command_line_knows(capsys):
    for name in all_benches.NAMES:
        given = cli._parser().parse_args(["bench", name])
        assert given.what == name


@pytest.mark.browser
@pytest.mark.slow
def test_bench_app_reports_every_page(home, chromium_path):
    found = app.measure(rounds=1, tabs=2, idle_s=1.0, tick_s=2.0)
    first = found["first_page"]
    for name in ("floor", "home", "draw"):
        assert first[name]["median"] > 0
    assert first["ratio_home"]["median"] == pytest.approx(
        first["home"]["median"] / first["floor"]["median"], rel=0.01
    )
    assert set(found["switch"]) == set(app.PAGES)
    for visits in found["switch"].values():
        for visit in visits.values():
            assert 0 < visit["title_ms"] <= visit["whole_ms"]
            assert visit["bytes"] > visit["frames"] > 0
    assert set(found["opened"]) == {"home", *app.PAGES}
    assert min(row["bytes"] for row in found["opened"].values()) > 0
    assert found["ticks"]["ticks"] > 0
    assert found["ticks"]["bytes_per_tick"] > 0
    assert found["idle"]["tabs"] == 2
    assert found["idle"]["share"] is None or found["idle"]["share"] >= 0
    assert_is_in_the_readme("app", found)
