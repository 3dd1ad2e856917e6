"""Fixtures for all tests: a separate home, MNIST unpacked once, pages in AppTest."""

import os
import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, settings

from rnnviz.bench import browser
from rnnviz.data import mnist

ROOT = Path(__file__).resolve().parents[1]

# As the server and its workers do: several threads that share few cores wait for each other.
torch.set_num_threads(1)

# The same examples each time, and none is refused for what a busy machine takes to make it.
settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")


# What starts a server, a worker or a page takes seconds: it is not part of the quick loop.
SLOW_FOLDERS = tuple(
    f"{ROOT}/tests/{name}/" for name in ("bench", "e2e", "load", "pages", "saved_home")
)
SLOW_FIXTURES = {"jobs", "lives", "open_app", "searches", "server", "shared_server", "straight"}
SLOW_NAMES = {"AppTest", "Jobs", "managed", "run_manager", "subprocess"}


def pytest_collection_modifyitems(items):
    for item in items:
        starts = (
            str(item.path).startswith(SLOW_FOLDERS)
            or SLOW_FIXTURES & set(getattr(item, "fixturenames", ()))
            or SLOW_NAMES & set(vars(item.module))
        )
        if starts:
            item.add_marker(pytest.mark.slow)


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
def jobs(request, tmp_path_factory, training_digits):
    """A job manager on a store of its own, with the settings of the module's JOBS."""
    from rnnviz.training.store.run_store import RunStore
    from tests.jobs import managed  # with torch's loops, which some tests do without

    store = RunStore(tmp_path_factory.mktemp("home") / "runs")
    with managed(store=store, **getattr(request.module, "JOBS", {"running": 1})) as jobs:
        yield jobs


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


@pytest.fixture(scope="session")
def chromium(chromium_path):
    """The browser that all tests share: a process can drive one Playwright at a time."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium_path, args=browser.FLAGS)
        yield found
        found.close()


@pytest.fixture
def open_app():
    """Open a page, with what stands in its link; no exception may have come."""

    import streamlit as st  # most tests do without it
    from streamlit.testing.v1 import AppTest

    def open_(page="home", **link):
        st.cache_data.clear()
        st.cache_resource.clear()
        at = AppTest.from_file(str(ROOT / "rnnviz/ui/router.py"), default_timeout=180)
        if page != "home":
            at.run()  # a page can only be switched to
            at.switch_page(f"../../pages/{page}.py")
        for name, value in link.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception
        return at

    return open_


def _runs():
    from rnnviz.ui.server import run_manager  # with Streamlit, which most tests do without

    return run_manager
