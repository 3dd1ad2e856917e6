"""What all tests share: a home of their own, and MNIST unpacked into it once."""

import os
import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, settings

from rnnviz.data import mnist

# As the server and its workers do: several threads that share few cores wait for each other.
torch.set_num_threads(1)

# The same examples each time, and none is refused for what a busy machine takes to make it.
settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    before = os.environ.get("RNNVIZ_HOME")
    os.environ["RNNVIZ_HOME"] = str(folder)
    yield folder
    if before is None:
        del os.environ["RNNVIZ_HOME"]
    else:
        os.environ["RNNVIZ_HOME"] = before


@pytest.fixture(scope="session")
def training_digits(home: Path) -> mnist.Digits:
    return mnist.load(train=True)


@pytest.fixture(scope="session")
def test_digits(home: Path) -> mnist.Digits:
    return mnist.load(train=False)


@pytest.fixture(scope="module")
def one_job_manager(home):
    """Ends the job manager of the pages with the module that asked for it."""
    yield
    _runs().shut_down()


@pytest.fixture
def nothing_goes_on():
    """Ends what a test has left running."""
    yield
    manager = _runs().jobs()
    for snapshot in manager.snapshots():
        manager.cancel(snapshot.id)


@pytest.fixture
def no_run_stays(home):
    """Deletes the runs that a test has kept."""
    store = _runs().store()
    before = {record.id for record in store.runs()[0]}
    yield
    for record in store.runs()[0]:
        if record.id not in before:
            store.delete(record.id)


@pytest.fixture(scope="session")
def chromium_path():
    """Where Chromium is; without it a test is skipped, or fails where CI requires it."""
    path = shutil.which("chromium")
    if path is None and os.environ.get("RNNVIZ_REQUIRE_BROWSER") == "1":
        pytest.fail("no chromium on the PATH, and RNNVIZ_REQUIRE_BROWSER=1")
    if path is None:
        pytest.skip("no chromium on the PATH")
    return path


def _runs():
    from rnnviz.ui import runs  # with Streamlit, which most tests do without

    return runs
