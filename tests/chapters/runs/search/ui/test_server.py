"""Tests of the searches of a server: they stop when the server shuts down."""

import pytest

from rnnviz.chapters.runs.search.plan import PRESETS
from rnnviz.chapters.runs.search.trials import SearchError
from rnnviz.chapters.runs.search.ui import server
from rnnviz.ui.app import preload
from rnnviz.ui.server import run_manager


def test_at_the_end_of_the_server_its_searches_end_with_its_trainings(home):
    for _ in range(2):  # a server may come up again
        found, manager = server.searches(), run_manager.jobs()
        assert server.searches() is found
        preload.end()
        with pytest.raises(SearchError, match="shutting down"):
            found.start(next(iter(PRESETS.values())))
        with pytest.raises(RuntimeError, match="shutting down"):
            manager._check_room()
        assert server.searches.cache_info().currsize == 0
        assert run_manager.jobs.cache_info().currsize == 0
