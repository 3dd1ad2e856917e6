"""Benchmark of the Train page's redraws per second during training, in a real browser."""

from __future__ import annotations

import statistics
from itertools import pairwise
from typing import Any

from rnnviz.bench.browser import open_browser
from rnnviz.bench.draw import serve
from rnnviz.ui.app.app_files import APP

HIDDEN = 128
COUNT = """() => {
  window.drawn = [];
  document.addEventListener("rnnviz:trained", ({ detail }) =>
    requestAnimationFrame(() => window.drawn.push([performance.now(), detail.step])));
}"""
TWO = "new Set(window.drawn.map(d => d[1])).size > 1"


def measure(seconds: float = 10.0) -> dict[str, Any]:
    """Start a training of an LSTM with 128 units on the page and count the redraws.

    Args:
        seconds: How long to count.

    Returns: redraws_per_s, each of a newer state than the one before; the longest gap between two
        of them in ms; and steps_per_s of the training meanwhile.

    Raises:
        ValueError: If Chromium or Playwright is missing.
    """
    with open_browser("live") as browser, serve(APP) as address:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/train?hidden={HIDDEN}&epochs=100")
        page.get_by_role("button", name="Start").click()
        page.evaluate(COUNT)
        page.wait_for_function("window.drawn.some(d => d[1] > 20)", timeout=120_000)
        page.evaluate("window.drawn.length = 0")
        page.wait_for_timeout(1000 * seconds)
        page.wait_for_function(TWO, timeout=120_000)  # also where nothing is quick
        drawn: list[tuple[float, int]] = page.evaluate("window.drawn")
    times, steps = zip(*drawn, strict=True)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    newer = sum(later > earlier for earlier, later in pairwise(steps))
    span_s = (times[-1] - times[0]) / 1e3
    return {
        "hidden_size": HIDDEN,
        "seconds": seconds,
        "redraws_per_s": round(newer / span_s, 1),
        "gap_p50_ms": round(statistics.median(gaps)),
        "gap_max_ms": round(max(gaps)),
        "steps_per_s": round((steps[-1] - steps[0]) / span_s, 1),
    }
