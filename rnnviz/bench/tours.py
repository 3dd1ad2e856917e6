"""Check of many short visits in a real browser: upload a picture, click twice at once, go on.

Looks for what ends a visit: a dialog of Streamlit such as "Connection error", an exception on the
page, an error in the browser's console, an answer that does not come.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from PIL import Image

from rnnviz.bench.browser import open_browser
from rnnviz.bench.draw import start_server
from rnnviz.bench.paired_timing import machine
from rnnviz.data import strokes
from rnnviz.ui.app.app_files import APP

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TOURS, LIMIT_S = 200, 180.0  # to wait for anything: a busy machine is slow, not wrong
SEVEN = ((80, 70), (200, 70), (120, 220))  # a stroke on the pad
PEN_WIDTH = 18
GAPS_MS = 4  # two clicks follow each other by 0 to 3 ms, in turn
# Presses two buttons of the page, so many ms apart, whatever the page is doing.
TWO_CLICKS = """async ([first, second, gap]) => {
  const named = (name) => [...document.querySelectorAll('[data-testid="stButton"] button')]
    .find((button) => button.innerText.trim() === name);
  named(first).click();
  await new Promise((go) => setTimeout(go, gap));
  named(second).click();
}"""
BROKEN = '[role="dialog"], [data-testid="stException"]'

Tell = Callable[[str], None]


def measure(tours: int = TOURS, tell: Tell = lambda _: None) -> dict[str, Any]:
    """Start the app and take tours through it, one after another, each in a tab of its own.

    Args:
        tours: How many.
        tell: Told of each that failed, and of every tenth.

    Returns: `machine`; `tours` taken, all unless the server has ended; how many `failed`;
        `faults`, a sentence each; `seconds` in all.

    Raises:
        ValueError: If Chromium or Playwright is missing, or the server does not come up.
    """
    faults: list[str] = []
    start = time.perf_counter()
    with (
        open_browser("tours") as browser,
        tempfile.TemporaryFile() as log,
        start_server(APP, log=log) as server,
    ):
        for turn in range(tours):
            with _tab(browser) as (page, errors):
                fault = _tour(page, server.address, turn, errors)
            if fault:
                faults.append(f"tour {turn + 1}: {fault}")
                tell(faults[-1])
            if "ERR_CONNECTION_REFUSED" in fault:
                faults.append(f"the server has ended: {_end_of(log)!r}")
                tell(faults[-1])
                break
            if (turn + 1) % 10 == 0:
                tell(f"{turn + 1} of {tours} tours, {len(faults)} failed")
    seconds = round(time.perf_counter() - start, 1)
    return {
        "machine": machine(),
        "tours": turn + 1,
        "failed": len(faults),
        "faults": faults,
        "seconds": seconds,
    }


def _end_of(log: IO[bytes]) -> str:
    """Return the last lines that a server has written."""
    log.seek(0)
    return log.read().decode(errors="replace")[-500:]


@contextmanager
def _tab(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """Open a tab; yield it and the list that its errors go to."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(1e3 * LIMIT_S)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    yield page, errors
    page.context.close()


def _tour(page: Page, address: str, turn: int, errors: list[str]) -> str:
    """Take one tour; return what went wrong, or ""."""
    from playwright.sync_api import Error

    place = "the start"
    try:
        for place, step in _steps(page, address, turn):
            step()
            if (broken := page.locator(BROKEN)).count():
                return f"{place}: {broken.first.inner_text()[:200]!r}"
    except Error as error:
        dialog = page.locator(BROKEN)
        told = dialog.first.inner_text() if dialog.count() else str(error)
        return f"{place}: {told[:200]!r}"
    # On a deep link Streamlit asks /PAGE/_stcore/... before it knows its base: its own 404.
    ours = [error for error in errors if "Failed to load resource" not in error]
    return f"console: {ours[0][:200]!r}" if ours else ""


def _steps(page: Page, address: str, turn: int) -> list[tuple[str, Callable[[], None]]]:
    gap, digits = turn % GAPS_MS, (str(turn % 10), str((turn + 3) % 10))
    read = page.get_by_text("With the framing it reads")
    link = page.get_by_role("link", name="Draw", exact=True)

    def upload() -> None:
        page.get_by_role("button", name="Upload a picture").click()
        page.locator("input[type=file]").set_input_files(
            {"name": "seven.png", "mimeType": "image/png", "buffer": _picture(turn)}
        )
        read.first.wait_for()
        page.keyboard.press("Escape")

    def twice(then: str) -> None:
        page.evaluate(TWO_CLICKS, [*digits, gap])
        page.locator(then).first.wait_for()

    def states() -> None:
        page.get_by_role("link", name="States", exact=True).first.click()
        page.locator(".watch canvas").first.wait_for()

    def back() -> None:
        link.first.click()
        read.first.wait_for()

    return [
        ("opening Draw", lambda: _open(page, f"{address}/draw")),
        ("uploading", upload),
        ("two clicks on Draw", lambda: twice("canvas.ink")),
        ("going to States", states),
        ("two clicks on States", lambda: twice(".watch canvas")),
        ("going back to Draw", back),
    ]


def _open(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("canvas.ink").wait_for()


def _picture(turn: int) -> bytes:
    """Draw a seven as a PNG, dark on light, another one at each turn."""
    stroke = tuple((x + turn % 20, y + turn % 20) for x, y in SEVEN)
    ink = strokes.draw((stroke,), PEN_WIDTH)
    content = io.BytesIO()
    Image.fromarray((255 - 255 * ink).round().astype("uint8")).save(content, "PNG")
    return content.getvalue()
