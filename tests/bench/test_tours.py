"""Two tours of `python -m rnnviz bench tours`, and one that goes wrong."""

import pytest

from rnnviz.bench import tours
from rnnviz.bench.browser import open_browser
from rnnviz.bench.draw import serve

BROKEN = """import streamlit as st
st.title("Draw")
raise ValueError("broken")
"""


def test_tours_with_uploads_and_clicks_at_once_end_without_a_fault(home, chromium_path):
    told = []
    figures = tours.measure(2, tell=told.append)
    assert figures["faults"] == told == []
    assert (figures["tours"], figures["failed"]) == (2, 0)


@pytest.mark.parametrize("script", [BROKEN, ""])
def test_a_tour_that_goes_wrong_says_where(home, chromium_path, tmp_path, monkeypatch, script):
    monkeypatch.setattr(tours, "LIMIT_S", 3.0)
    (tmp_path / "app.py").write_text(script)
    with (
        open_browser("tours") as browser,
        serve(tmp_path / "app.py") as address,
        tours._tab(browser) as (page, errors),
    ):
        assert tours._tour(page, address, 0, errors).startswith("opening Draw: ")
