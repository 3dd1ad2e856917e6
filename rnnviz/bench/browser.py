"""Chromium for the benchmarks that need a real browser, imported only when one starts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FLAGS = [  # a browser that asks the network for nothing
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def open_browser(bench: str) -> Iterator[Browser]:
    """Start Chromium without a window, for as long as the bench of this name needs it.

    Raises:
        ValueError: If Chromium or Playwright is missing.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise ValueError(
            f"bench {bench} needs Playwright: pip install -r tests/requirements.txt"
        ) from error
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise ValueError(f"bench {bench} needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
