"""Benchmark of the latency of a pen stroke in a real browser, beside a minimal baseline app."""

from __future__ import annotations

import math
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from rnnviz.bench.browser import open_browser
from rnnviz.ui.app.app_files import APP, FOLDER

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
FLOOR = ROOT / "rnnviz" / "bench" / "floor_server.py"

# Times of each message: since when its ink waited, and when the answer to it had been drawn.
LISTEN = """() => {
  window.strokes = [];
  const since = {};
  document.addEventListener("rnnviz:sent", ({ detail }) => (since[detail.seq] = detail.since));
  document.addEventListener("rnnviz:answered", ({ detail }) =>
    requestAnimationFrame(() => {
      const now = performance.now();
      if (detail.seq in since) window.strokes.push([since[detail.seq], now]);
    }));
}"""


def measure(rounds: int = 3, seconds: float = 6.0) -> dict[str, Any]:
    """Draw without a pause on the app's pad and on the floor's, in turn, in one browser.

    Args:
        rounds: Of each.
        seconds: Of drawing in a round.

    Returns: For "app" and "floor" updates_per_s, p50_ms and p95_ms from ink to the answer on the
        screen, pooled over the rounds, and ratio_p50, ratio_p95 of the app to the floor.

    Raises:
        ValueError: If Chromium or Playwright is missing.
    """
    app, floor = APP, FLOOR
    with open_browser("draw") as browser, serve(app) as app_at, serve(floor) as floor_at:
        pages = {"app": browser.new_page(), "floor": browser.new_page()}
        pages["app"].goto(f"{app_at}/draw")
        pages["floor"].goto(floor_at)
        latencies: dict[str, list[float]] = {"app": [], "floor": []}
        for page in pages.values():
            page.locator("canvas.ink").wait_for(timeout=60_000)
            page.evaluate(LISTEN)
            _draw(page, 1.0)  # warm
        for _ in range(rounds):
            for name, page in pages.items():
                latencies[name] += _draw(page, seconds)
    figures: dict[str, Any] = {
        name: _summary(values, rounds * seconds) for name, values in latencies.items()
    }
    for part in ("p50", "p95"):
        ratio = figures["app"][f"{part}_ms"] / figures["floor"][f"{part}_ms"]
        figures[f"ratio_{part}"] = round(ratio, 2)
    return {"rounds": rounds, "seconds": seconds, **figures}


def _summary(latencies_ms: list[float], seconds: float) -> dict[str, float]:
    percentiles = statistics.quantiles(latencies_ms, n=20)
    return {
        "updates_per_s": round(len(latencies_ms) / seconds, 1),
        "p50_ms": round(percentiles[9], 1),
        "p95_ms": round(percentiles[18], 1),
    }


def _draw(page: Page, seconds: float) -> list[float]:
    """Clear the pad, draw eights for so long, and return milliseconds from ink to answer."""
    page.bring_to_front()
    page.locator("canvas.ink").scroll_into_view_if_needed()
    box = page.locator("canvas.ink").bounding_box()
    if box is None:
        raise ValueError("the pad is not on the page")
    scale = box["width"] / 280
    page.locator("canvas.ink").focus()
    page.keyboard.press("Delete")
    page.wait_for_timeout(500)
    page.evaluate("window.strokes.length = 0")
    start, turn = time.monotonic(), 0.0
    page.mouse.move(box["x"] + 140 * scale, box["y"] + 140 * scale)
    page.mouse.down()
    while (now := time.monotonic() - start) < seconds:
        if now // 2.5 > turn:  # a digit takes a person two or three seconds
            turn = now // 2.5
            page.mouse.up()
            page.keyboard.press("Delete")
            page.mouse.down()
        angle = 2.5 * now
        x, y = 140 + 45 * math.sin(2 * angle), 140 - 85 * math.sin(angle)
        page.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
    page.mouse.up()
    page.wait_for_timeout(500)
    pairs: list[list[float]] = page.evaluate("window.strokes")
    return [answered - since for since, answered in pairs]


@dataclass(frozen=True)
class Server:
    """A Streamlit app that runs: where it answers, and the id of its process."""

    address: str
    pid: int


@contextmanager
def serve(script: Path) -> Iterator[str]:
    """Run a Streamlit app as a process of its own; yield its address."""
    with start_server(script) as server:
        yield server.address


@contextmanager
def start_server(
    script: Path, environment: Mapping[str, str] | None = None, log: IO[bytes] | None = None
) -> Iterator[Server]:
    """Run a Streamlit app as a process of its own; yield it when it answers.

    Args:
        script: Of the app.
        environment: Variables that it gets besides our own; its address is below their base path.
        log: Where what it says goes, else nowhere.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    command += ["--logger.hideWelcomeMessage", "true"]  # it asks the internet for our address
    process = subprocess.Popen(
        [*command, "--server.port", str(port), "--server.fileWatcherType", "none"],
        cwd=FOLDER,  # the floor has no settings of its own
        env={**os.environ, **(environment or {})},
        stdout=log or subprocess.DEVNULL,
        stderr=log or subprocess.DEVNULL,
    )
    try:
        base = (environment or {}).get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
        address = f"http://127.0.0.1:{port}/{base}".rstrip("/")
        _wait(f"{address}/_stcore/health", process)
        yield Server(address, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _wait(address: str, process: subprocess.Popen[bytes], limit_s: float = 90.0) -> None:
    end = time.monotonic() + limit_s
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise ValueError("the app did not come up")
