"""Fixture of a server in shared mode."""

import pytest

from rnnviz.bench.draw import ROOT, start_server


@pytest.fixture(scope="session")
def shared_server(home):
    """The app's address and process."""
    own = {"RNNVIZ_SHARED": "1", "RNNVIZ_RUNNING": "1"}
    with start_server(ROOT / "app.py", own) as server:
        yield server
