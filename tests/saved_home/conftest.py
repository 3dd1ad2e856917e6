"""A home folder that commit 349e203 wrote, unpacked; see README.md."""

import json
import os
import tarfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def ids():
    """Ids of the saved runs and groups, by the names that README.md explains."""
    return json.loads((HERE / "ids.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Folder of what users downloaded, and of what they would upload."""
    return _unpack("files", tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def saved_home(home, unpacked_home):
    """RNNVIZ_HOME is a copy of the saved home, and the server's managers work on it."""
    folder = unpacked_home()
    (folder / "MNIST").symlink_to(home / "MNIST")  # else each module would unpack it again
    _forget_managers()
    os.environ["RNNVIZ_HOME"] = str(folder)
    yield folder
    _forget_managers()
    os.environ["RNNVIZ_HOME"] = str(home)


@pytest.fixture(scope="session")
def unpacked_home(training_digits, test_digits, tmp_path_factory):
    """Return a new copy of the saved home for a test that changes it."""
    return lambda: _unpack("home", tmp_path_factory.mktemp("saved"))


def _unpack(name, folder):
    with tarfile.open(HERE / f"{name}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder


def _forget_managers():
    from rnnviz.chapters.runs.search.ui import server  # with Streamlit
    from rnnviz.ui.server import run_manager

    server.shut_down()
    run_manager.shut_down()
    run_manager.store.cache_clear()  # which may stand without a job manager
