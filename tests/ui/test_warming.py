"""What is loaded while the server answers already."""

import subprocess
import sys

import pytest

from rnnviz.training.backend import BackendError
from rnnviz.ui import runs, warming

ASKED = "import sys, app; print('torch' in sys.modules)"


@pytest.fixture(autouse=True)
def anew(home):
    runs.shut_down()
    yield
    warming.end()
    warming._loaded.cache_clear()


def test_the_server_is_up_before_torch_is_asked_for():
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_who_waits_finds_the_job_manager_and_at_the_end_it_is_gone():
    warming.wait()  # for nothing: nobody began
    assert runs.jobs.cache_info().currsize == 0
    warming.begin()
    warming.begin()
    warming.wait()
    assert runs.jobs.cache_info().currsize == 1
    manager = runs.jobs()
    warming.end()
    assert runs.jobs.cache_info().currsize == 0
    with pytest.raises(RuntimeError, match="shutting down"):
        manager._check_room()


def test_trainings_that_cannot_run_where_they_should_keep_the_server_from_starting(monkeypatch):
    monkeypatch.setenv("RNNVIZ_JOBS", "ray")
    monkeypatch.setenv("RAY_ADDRESS", "nowhere")
    for ask in (warming.begin, warming.wait):
        with pytest.raises(BackendError):
            ask()
