import os
import re
import signal
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from rnnviz.bench.draw import ROOT, serve
from tests.e2e.buttons import button, slider
from tests.e2e.looks import assert_fits

GRACE_S = 12  # a reload has to be through with it on a busy machine
COUNT = """() => {
  window.drawn = [];
  document.addEventListener("rnnviz:trained", ({ detail }) => window.drawn.push(detail));
}"""


@pytest.fixture(scope="module")
def server(home):
    """The app with a short grace."""
    os.environ["RNNVIZ_GRACE_S"] = str(GRACE_S)
    try:
        with serve(ROOT / "app.py") as address:
            yield address
    finally:
        del os.environ["RNNVIZ_GRACE_S"]


def command(pid):
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def workers_of(server):
    """The pids of this server's worker processes, busy or ready."""
    port = str(urlsplit(server).port).encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and b"rnnviz.training.jobs.worker" in command(folder.name):
            try:
                after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if port in command(after_name[1]):
                found.append(int(folder.name))
    return found


def start(page):
    page.evaluate(COUNT)
    page.get_by_role("button", name="Start").click()
    page.wait_for_function("window.drawn.some(d => d.step > 3)", timeout=180_000)


def newest(page):
    return page.evaluate("window.drawn.at(-1).step")


def wait_gone(pid, timeout_s):
    end = time.monotonic() + timeout_s
    while command(pid):
        assert time.monotonic() < end, f"process {pid} is still there"
        time.sleep(0.1)


def test_a_run_is_seen_to_form_is_paused_stepped_scrubbed_and_goes_on(open_page):
    page = open_page("/train?hidden=128&epochs=20")
    start(page)
    before = newest(page)
    page.wait_for_function("b => window.drawn.at(-1).step > b + 10", arg=before)
    assert slider(page, "Training step").is_disabled()
    canvases = page.locator("canvas").count()

    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").wait_for()
    expect(slider(page, "Training step")).to_be_enabled()
    page.get_by_text("Which digits it takes for which, of 1,000 test digits").wait_for()
    held = newest(page)
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function("b => window.drawn.at(-1).step === b + 1", arg=held)

    expect(slider(page, "Training step")).to_be_enabled()
    slider(page, "Training step").focus()
    page.keyboard.press("Home")
    page.get_by_text(re.compile(r"Before the first step, after row 28 it believes \d")).wait_for()
    slider(page, "Row").focus()
    page.keyboard.press("Home")
    page.get_by_text(re.compile(r"Before the first step, after row 1 it believes \d")).wait_for()
    page.keyboard.press("ArrowRight")
    page.get_by_text(re.compile(r"Before the first step, after row 2 it believes")).wait_for()

    page.get_by_role("button", name="Resume").click()
    page.wait_for_function("b => window.drawn.at(-1).step > b + 5", arg=held)
    assert page.locator("canvas").count() == canvases, "nothing is built anew"
    button(page, "Stop").click()
    page.get_by_text(re.compile("stopped · epoch")).wait_for()


def test_a_confusion_opens_its_digits_and_one_of_them_row_by_row(open_page):
    page = open_page("/train?digits=1000&epochs=1&seed=3")
    start(page)
    page.get_by_text(re.compile("done · epoch 1/1")).wait_for(timeout=180_000)
    cell = page.get_by_role("button", name=re.compile(r"^\d taken for \d: [1-9]\d* of")).first
    cell.wait_for(timeout=180_000)
    cell.click()
    page.get_by_role("heading", name=re.compile(r"After step 16: \d+ digits? that")).wait_for()
    page.get_by_role("group", name="The reading, row by row").wait_for()
    expect(page.locator(".reach .sentence")).to_have_text(
        re.compile(r"^At row 1 ∂L/∂c has .+ its strength at row 28, ∂L/∂h has .+ at row 28\.$")
    )

    slider(page, "Training step").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name=re.compile(r"After step [1-9]: \d+ digits? that")).wait_for()
    page.get_by_role("heading", name="Health after step 16").wait_for()

    expect(page.locator(".what")).to_have_text("test digit 0, a 7")
    page.get_by_role("spinbutton", name="Watched test digit").fill("1")
    page.keyboard.press("Enter")
    expect(page.locator(".what")).to_have_text("test digit 1, a 2")


def test_a_closed_tab_leaves_no_process_after_the_grace(open_page, server):
    page = open_page("/train?epochs=100&digits=60000")
    start(page)
    trainer = busy_one(server)
    page.close()
    wait_gone(trainer, GRACE_S + 120)
    wait_idle(server)  # a worker that gets ready for the next run may be left


def busy_one(server, timeout_s=120.0):
    """The worker that trains: it alone works on once the others have come to be ready."""
    end = time.monotonic() + timeout_s
    while True:
        before = {pid: cpu_ticks(pid) for pid in workers_of(server)}
        time.sleep(1.0)
        busy = [pid for pid, ticks in before.items() if cpu_ticks(pid) > ticks + 5]
        if len(busy) == 1:
            return busy[0]
        assert time.monotonic() < end, f"{busy} are busy"


def wait_idle(server, timeout_s=180.0):
    """Wait until no worker of this server has used the CPU for a second."""
    end, before = time.monotonic() + timeout_s, None
    while (now := {pid: cpu_ticks(pid) for pid in workers_of(server)}) != before:
        assert time.monotonic() < end, f"{now} go on"
        before = now
        time.sleep(1.0)


def cpu_ticks(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return -1  # it has just ended
    return int(fields[11]) + int(fields[12])


def test_a_reload_finds_the_run_by_its_link(open_page):
    page = open_page("/train?epochs=100&hidden=32&digits=60000")
    start(page)
    expect(page).to_have_url(re.compile(r"run="))
    before = newest(page)
    page.reload()
    page.wait_for_selector("h1")
    page.evaluate(COUNT)
    page.wait_for_function("b => window.drawn.some(d => d.step > b)", arg=before, timeout=180_000)
    page.wait_for_timeout(1000 * GRACE_S + 2000)
    page.evaluate("window.drawn = []")
    page.wait_for_function("window.drawn.length > 2")
    button(page, "Stop").click()


def test_a_dropped_connection_that_comes_back_loses_nothing(chromium, server):
    page = chromium.new_page()
    sockets = []

    def through(socket):
        sockets.append((socket, socket.connect_to_server()))

    page.route_web_socket(re.compile("_stcore/stream"), through)
    page.goto(server + "/train?epochs=100&hidden=32&digits=60000")
    page.wait_for_selector("h1")
    start(page)
    before, url = newest(page), page.url
    for side in sockets[-1]:
        side.close(code=1012, reason="dropped")
    page.wait_for_function(
        "b => window.drawn.some(d => d.step > b + 50)", arg=before, timeout=180_000
    )
    assert len(sockets) > 1, "it has connected again"
    assert page.url == url
    page.wait_for_timeout(1000 * GRACE_S + 2000)
    page.evaluate("window.drawn = []")
    page.wait_for_function("window.drawn.length > 2")
    button(page, "Stop").click()
    page.close()


def test_a_killed_worker_is_said_without_a_click(open_page, server):
    page = open_page("/train?epochs=100&hidden=32&digits=60000")
    start(page)
    pids = workers_of(server)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    page.get_by_text("was killed by signal 9 (SIGKILL)").wait_for()
    page.get_by_role("button", name="Start").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_the_page_fits_its_window(open_page, scheme, width):
    page = open_page("/train", viewport={"width": width, "height": 850}, color_scheme=scheme)
    page.get_by_text("First ten test digits").wait_for()
    assert_fits(page)


def test_settings_are_in_the_link_and_a_preset_moves_them_all(open_page):
    page = open_page("/train")
    page.get_by_role("slider", name="Epochs").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"epochs=2"))
    preset = page.locator(".st-key-preset input")
    expect(preset).to_have_value("my own")
    preset.click()
    page.get_by_role("option", name="a plain RNN that struggles").click()
    expect(page).to_have_url(re.compile(r"cell=RNN"))
    expect(page).not_to_have_url(re.compile("epochs"))
    page.get_by_text("RNN 28 → 64").wait_for()
