"""Fixtures for end-to-end tests: the app as a real process, and a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from rnnviz.bench.draw import ROOT, serve

PATIENCE_MS = 180_000  # for what is to come: a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server(home):
    """The app's address."""
    with serve(ROOT / "app.py") as address:
        yield address


@pytest.fixture
def open_page(chromium, server):
    """Open a page of the app in a tab of its own; at the end no console error may have come."""
    contexts, errors = [], []

    def open_(path, **options):
        options = {"viewport": {"width": 1440, "height": 900}, **options}
        context = chromium.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        tab = context.new_page()
        # Streamlit asks /PAGE/_stcore/… on a deep link before it knows its base: its own 404.
        tab.on(
            "console",
            lambda m: (
                errors.append(m.text)
                if m.type == "error" and "Failed to load resource" not in m.text
                else None
            ),
        )
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.goto(server + path)
        tab.wait_for_selector("h1")
        return tab

    yield open_
    for context in contexts:
        context.close()
    assert errors == []
