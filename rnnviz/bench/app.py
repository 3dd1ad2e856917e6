"""Benchmark of the app: first page, page switch, bytes sent to the browser, and idle tabs."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any

from rnnviz.bench.browser import open_browser
from rnnviz.bench.draw import Server, serve, start_server
from rnnviz.bench.paired_timing import machine, ratio, spread
from rnnviz.bench.process import cpu_s
from rnnviz.bench.websocket_traffic import Wire
from rnnviz.ui.app.app_files import APP

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROUNDS = 5
PAGES = ("draw", "train", "runs", "states", "recurrence", "shapes", "scratch")
TABS, IDLE_S, TICK_S, CALM_S = 30, 20.0, 8.0, 1.5
BUSY = 0.05  # of a core; a server that does more has not come to rest
FLOOR = "import streamlit, torch"
AIMS = {"first_page": 1.6, "idle_share": 0.01}
HIDDEN = 128
ANOTHER = """before => {
  const title = document.querySelector("h1");
  return title !== null && title.innerText !== before;
}"""
WATCHED = """() => {
  window.ticks = 0;
  document.addEventListener("rnnviz:trained", () => (window.ticks += 1));
}"""

Row = dict[str, Any]


def measure(
    rounds: int = ROUNDS, tabs: int = TABS, idle_s: float = IDLE_S, tick_s: float = TICK_S
) -> dict[str, Any]:
    """Start the app, open and switch its pages, watch a training, and leave tabs alone.

    Args:
        rounds: Of starts and of switches.
        tabs: That are left idle.
        idle_s: Seconds for which they are.
        tick_s: Seconds for which a training is watched, and on until a redraw has come.

    Returns: `machine`; `first_page`: ms from the command to a page that answers, home and draw,
        beside `floor`, importing streamlit and torch, with a `ratio` of each; `switch`: for each
        page ms to its title and to its last frame, frames and bytes of a click on its name, the
        first time and later; `opened`:
        frames and bytes of each page by its link; `ticks`: of a watched training; `idle`: CPU of
        the server and its workers as a share of a core, with the tabs and with none, None where
        the system does not tell. Bytes are those of websocket frames to the browser.

    Raises:
        ValueError: If Chromium or Playwright is missing.
    """
    with open_browser("app") as browser:
        first = _first_page(browser, rounds)
        with start_server(APP) as server:
            switch = _switch(browser, server.address, rounds)
            opened = {name: _open(browser, server.address, name) for name in ("", *PAGES)}
            ticks = _ticks(browser, server.address, tick_s)
        idle = _idle(browser, tabs, idle_s)
    return {
        "machine": machine(),
        "rounds": rounds,
        "aims": AIMS,
        "first_page": first,
        "switch": switch,
        "opened": {name or "home": row for name, row in opened.items()},
        "ticks": ticks,
        "idle": idle,
    }


def _first_page(browser: Browser, rounds: int) -> Row:
    times: dict[str, list[float]] = {"floor": [], "home": [], "draw": []}
    for turn in range(rounds):
        for name in list(times) if turn % 2 else list(reversed(times)):
            start = time.perf_counter()
            if name == "floor":
                subprocess.run([sys.executable, "-c", FLOOR], check=True)
                times[name].append((time.perf_counter() - start) * 1e3)
                continue
            with serve(APP) as address:
                page = browser.new_page()
                page.goto(f"{address}/{'' if name == 'home' else name}")
                _shown(page, "canvas.ink" if name == "draw" else "h1")
                times[name].append((time.perf_counter() - start) * 1e3)
                page.context.close()
    floor = times["floor"]
    ratios = {f"ratio_{name}": ratio(times[name], floor) for name in ("home", "draw")}
    return {name: spread(ms, 0) for name, ms in times.items()} | ratios


def _shown(page: Page, selector: str) -> None:
    page.locator(selector).first.wait_for(timeout=120_000)


def _switch(browser: Browser, address: str, rounds: int) -> Row:
    """Go from page to page by the names at the top, some times around."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    wire = Wire(page)
    page.goto(address)
    _shown(page, "h1")
    wire.calm(CALM_S)
    visits: dict[str, list[Row]] = {name: [] for name in PAGES}
    for _ in range(max(rounds, 2)):
        for name in PAGES:
            visits[name].append(_click(page, wire, name))
    page.context.close()
    return {
        name: {"first": found[0], "later": _middle(found[1:])} for name, found in visits.items()
    }


def _click(page: Page, wire: Wire, name: str) -> Row:
    before = page.locator("h1").first.inner_text()
    wire.clear()
    start = time.perf_counter()
    page.get_by_role("link", name=name.capitalize(), exact=True).first.click()
    page.wait_for_function(ANOTHER, arg=before, timeout=120_000)
    title_ms = (time.perf_counter() - start) * 1e3
    wire.calm(CALM_S)
    whole_ms = max((wire.last - start) * 1e3, title_ms) if wire.frames else title_ms
    return {"title_ms": round(title_ms), "whole_ms": round(whole_ms), **wire.count()}


def _middle(rows: list[Row]) -> Row:
    return {name: median(row[name] for row in rows) for name in rows[0]}


def _open(browser: Browser, address: str, name: str) -> Row:
    """Open a page by its link in a tab of its own, until nothing more comes."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    wire = Wire(page)
    page.goto(f"{address}/{name}")
    _shown(page, "h1")
    wire.calm(CALM_S)
    page.context.close()
    return wire.count()


def _ticks(browser: Browser, address: str, seconds: float) -> Row:
    """Watch a training of an LSTM with 128 units; what comes to the browser in a redraw."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    wire = Wire(page)
    page.goto(f"{address}/train?hidden={HIDDEN}&epochs=100")
    page.get_by_role("button", name="Start").click()
    page.evaluate(WATCHED)
    page.wait_for_function("window.ticks > 5", timeout=120_000)
    page.evaluate("window.ticks = 0")
    wire.clear()
    start = time.perf_counter()
    page.wait_for_timeout(1000 * seconds)
    page.wait_for_function("window.ticks > 0", timeout=120_000)  # also where nothing is quick
    ticks, found = int(page.evaluate("window.ticks")), wire.count()
    took_s = time.perf_counter() - start
    page.context.close()
    return {
        "hidden_size": HIDDEN,
        "seconds": round(took_s, 1),
        "ticks": ticks,
        "frames_per_tick": round(found["frames"] / ticks, 1),
        "bytes_per_tick": round(found["bytes"] / ticks),
        "bytes_per_s": round(found["bytes"] / took_s),
    }


def _idle(browser: Browser, tabs: int, seconds: float) -> Row:
    """Leave so many tabs, of all pages in turn, alone with a server of their own."""
    with start_server(APP) as server:
        context = browser.new_context()
        first = context.new_page()
        first.goto(server.address)
        _shown(first, "h1")
        first.close()
        _settle(server)
        without = _share(server, seconds)
        for k in range(tabs):
            page = context.new_page()
            page.goto(f"{server.address}/{PAGES[k % len(PAGES)]}")
            _shown(page, "h1")
        _settle(server)
        share = _share(server, seconds)
        context.close()
    return {"tabs": tabs, "seconds": seconds, "share": share, "share_without": without}


def _settle(server: Server, limit_s: float = 60.0) -> None:
    """Wait until what was begun is done: the pages drawn, a worker ready."""
    end = time.perf_counter() + limit_s
    while (_share(server, 3.0) or 0.0) > BUSY and time.perf_counter() < end:
        pass


def _share(server: Server, seconds: float) -> float | None:
    """Return how much of one core a server and the processes that it started use."""
    before, start = cpu_s(server.pid), time.perf_counter()
    time.sleep(seconds)
    after, wall_s = cpu_s(server.pid), time.perf_counter() - start
    return None if before is None or after is None else round((after - before) / wall_s, 5)
