"""Short run of `python -m rnnviz bench load`: a few users, some seconds, no leaks."""

from pathlib import Path

import pytest

from rnnviz.bench import load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system has no /proc"),
]


@pytest.fixture(scope="module")
def figures(home):
    return load.measure(people=6, seconds=12, warm_s=0, left_s=90, gone_s=2)


def test_people_who_use_the_app_at_once_see_no_error_and_lose_no_stroke(figures):
    assert figures["faults"] == []
    assert figures["lost"] == 0
    assert figures["drawing"] == 2
    assert figures["training"] == 3
    assert figures["strokes"] >= 2
    assert figures["answers"]["count"] > figures["strokes"]
    assert figures["switches"]["count"] + figures["steps"]["count"] > 0


def test_nothing_is_left_of_people_who_have_gone(figures):
    start, full, left = figures["start"], figures["full"], figures["left"]
    assert full["handles"] > start["handles"]
    for name in ("threads", "handles", "workers"):
        assert left[name] <= start[name], name
    assert left["mb"] <= 1.1 * start["mb"]


def test_the_table_of_a_load_says_what_was_seen(figures):
    said = load.table(figures)
    assert f"| strokes lost, of | 0 | {figures['strokes']:,} |" in said
    assert len({line.count("|") for line in said.splitlines()}) == 1
