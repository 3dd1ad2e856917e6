"""Tests of the preload while the server answers already."""

import subprocess
import sys

import pytest

from rnnviz.training.jobs.backend_error import BackendError
from rnnviz.ui.app import preload
from rnnviz.ui.server import run_manager

ASKED = "import sys, app; print('torch' in sys.modules)"


@pytest.fixture(autouse=True)
def anew(home):
    run_manager.shut_down()
    yield
    preload.end()
    preload._loaded.cache_clear()


def test_the_server_is_up_before_torch_is_asked_for():
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_who_waits_finds_the_job_manager_and_at_the_end_it_is_gone():
    preload.wait()  # for nothing: nobody began
    assert run_manager.jobs.cache_info().currsize == 0
    preload.begin()
    preload.begin()
    preload.wait()
    assert run_manager.jobs.cache_info().currsize == 1
    manager = run_manager.jobs()
    preload.end()
    assert run_manager.jobs.cache_info().currsize == 0
    with pytest.raises(RuntimeError, match="shutting down"):
        manager._check_room()


def test_trainings_that_cannot_run_where_they_should_keep_the_server_from_starting(monkeypatch):
    monkeypatch.setenv("RNNVIZ_JOBS", "ray")
    monkeypatch.setenv("RAY_ADDRESS", "nowhere")
    for ask in (preload.begin, preload.wait):
        with pytest.raises(BackendError):
            ask()
