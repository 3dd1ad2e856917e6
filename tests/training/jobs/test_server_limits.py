"""Tests of the limits from environment variables: values, errors, the README's table."""

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.training.jobs import server_limits
from rnnviz.training.jobs.server_limits import Bounds, BoundsError, variable

ROOT = Path(__file__).resolve().parents[3]
NAMES = [one.name for one in fields(Bounds)]


def test_without_variables_the_defaults_hold():
    assert Bounds.read({}) == Bounds()
    assert Bounds.read({variable(name): " " for name in NAMES}) == Bounds()


def test_each_variable_sets_its_limit_and_no_other():
    for one in fields(Bounds):
        end = "least" if one.default == one.metadata["most"] else "most"
        found = Bounds.read({variable(one.name): f"{one.metadata[end]}"})
        assert getattr(found, one.name) == one.metadata[end]
        assert type(getattr(found, one.name)) is type(one.default)
        assert sum(getattr(found, name) != getattr(Bounds(), name) for name in NAMES) == 1


@pytest.mark.parametrize(
    "text", ["many", "nan", "-1", "1e999", "9" * 5000, "0x10", "\u00b2", "yes"]
)
@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_meant_is_refused_in_a_sentence(name, text):
    with pytest.raises(BoundsError, match=f"^{variable(name)} must be .*, got ") as e:
        Bounds.read({variable(name): text})
    assert len(str(e.value)) < 200
    assert ("0 or 1" if name == "shared" else " from ") in str(e.value)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("RNNVIZ_SHARD", "RNNVIZ_SHARED"),
        ("rnnviz_shared", "RNNVIZ_SHARED"),
        ("RNNVIZ_DISK", "RNNVIZ_DISK_MB"),
        ("RNNVIZ_JOB", "RNNVIZ_JOBS"),
    ],
)
def test_a_name_that_is_nearly_one_of_ours_is_refused(name, meant):
    with pytest.raises(BoundsError, match=f"^there is no variable {name}, {meant} may be meant$"):
        server_limits.check_names({name: "1"})
    server_limits.check_names({name: ""})


def test_our_own_names_and_those_that_others_set_are_let_be():
    server_limits.check_names({variable(name): "1" for name in [*NAMES, "home", "jobs"]})
    of_kubernetes = ("SERVICE_HOST", "SERVICE_PORT", "PORT", "PORT_8501_TCP", "PORT_8501_TCP_ADDR")
    server_limits.check_names(dict.fromkeys([f"RNNVIZ_{each}" for each in of_kubernetes], "1"))
    server_limits.check_names({"SHARED": "1", "RNNVIZ": "1", "RNNVIZ_REQUIRE_BROWSER": "1"})


@given(st.sampled_from(NAMES), st.text(max_size=20))
def test_any_text_is_refused_or_within_its_range(name, text):
    try:
        found = Bounds.read({variable(name): text})
    except BoundsError:
        return
    for one in fields(Bounds):
        assert one.metadata["least"] <= getattr(found, one.name) <= one.metadata["most"]


def test_the_readme_has_the_table_of_the_code():
    assert server_limits.table() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_jobs_and_store_keep_to_what_is_set(tmp_path):
    code = (
        "from rnnviz.ui.server import run_manager\n"
        "from rnnviz.ui.widgets import model_choice\n"
        "jobs = run_manager.jobs()\n"
        "limits = jobs._time_limits\n"
        "print(jobs._limit, limits.grace_s, limits.pause_s, jobs._most_waiting)\n"
        "print(jobs.each, *jobs._most.values(), limits.run_s)\n"
        "print(jobs.store.max_runs, jobs.store.max_bytes, model_choice.shared())\n"
        "run_manager.shut_down()\n"
    )
    given_ = dict(
        zip(
            NAMES,
            ["3", "2", "5", "7.5", "9", "11", "13", "1", "17", "1900", "19000", "0.5", "2"],
            strict=True,
        )
    )
    set_ = {variable(name): text for name, text in given_.items()}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | set_ | {"RNNVIZ_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    told = ["3", "7.5", "9.0", "5", "2", "17", "1900", "19000", "1800.0", "11", "13000000", "True"]
    assert done.stdout.split() == told


def test_a_server_does_not_start_with_a_limit_that_cannot_be_meant():
    done = subprocess.run(
        [sys.executable, "-c", "import runpy; runpy.run_path('app.py')"],
        env=os.environ | {"RNNVIZ_QUEUE": "many", "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    said = "rnnviz cannot start: RNNVIZ_QUEUE must be a whole number from 0 to 10,000, got 'many'."
    assert done.stderr.strip().splitlines()[-1] == said
    assert "Traceback" not in done.stderr
