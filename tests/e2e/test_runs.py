import re
import shutil

import pytest
from playwright.sync_api import expect

from rnnviz.bench.draw import ROOT, serve
from rnnviz.training.store.run_store import RunStore
from tests.e2e.buttons import button
from tests.e2e.looks import assert_fits, settled
from tests.trained_runs import config, keep_run

A, B, C = (letter * 22 for letter in "DEF")
ROW, TICK = 35, 16  # of the list, in pixels


@pytest.fixture(scope="module")
def server(home):
    """The app, with three runs in its store, the last the newest."""
    store = RunStore()
    shutil.rmtree(store.root, ignore_errors=True)  # what the tests of other pages have left there
    for run_id, name in ((A, "the oldest"), (B, None), (C, "the newest")):
        keep_run(store, run_id, config(), name)
    with serve(ROOT / "app.py") as address:
        yield address
    shutil.rmtree(store.root)


def tick(page, *rows):
    table = page.get_by_test_id("stDataFrame")
    table.wait_for()
    settled(page)  # what is clicked earlier may be drawn anew
    box = table.bounding_box()
    for row in rows:
        page.mouse.click(box["x"] + TICK, box["y"] + ROW * (row + 1.5))


def press(page, name):
    found = button(page, name)
    expect(found).to_be_enabled()
    settled(page)  # what is clicked earlier may be drawn anew
    found.click()


def test_runs_are_ticked_and_compared_and_the_link_shows_the_same_to_others(open_page):
    page = open_page("/runs")
    tick(page, 0, 2)
    press(page, "Compare")
    expect(page).to_have_url(re.compile(f"runs={C}%2C{A}"))
    page.get_by_text("What differs").wait_for()
    other = open_page(page.url.removeprefix(page.url.split("/runs")[0]))
    for name in ("the newest", "the oldest"):
        other.get_by_text(name, exact=True).first.wait_for()


def test_a_deleted_run_comes_back_by_undo(open_page):
    page = open_page("/runs")
    tick(page, 1)
    press(page, "Delete")
    page.get_by_text("A run is deleted.").wait_for()
    page.get_by_text("2 of 200 runs").wait_for()
    press(page, "Undo")
    page.get_by_text("3 of 200 runs").wait_for()
    expect(page.get_by_text("A run is deleted.")).to_have_count(0)


def test_a_run_is_opened_and_its_weights_go_home(open_page):
    page = open_page("/runs")
    tick(page, 0)
    press(page, "Open")
    expect(page).to_have_url(re.compile(f"/train.*run={C}"))
    page.get_by_text("After 18 steps it reads").wait_for()
    page.get_by_text("Take it home").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="weights.safetensors").click()
    assert download.value.suggested_filename == "weights.safetensors"
    assert download.value.path().stat().st_size > 1000


def test_a_run_outlives_its_server_and_goes_on_at_a_press(chromium, home):
    """Started in one process of the app, gone on with in another."""
    with serve(ROOT / "app.py") as address:
        page = chromium.new_page()
        page.goto(f"{address}/train?epochs=100")
        page.get_by_role("button", name="Start").click(timeout=180_000)
        page.get_by_text(re.compile(r"epoch 1/100 · step [1-9][\d,]* of")).wait_for(timeout=180_000)
        expect(page).to_have_url(re.compile("run="))
        link = page.url.removeprefix(address)
        page.close()
    with serve(ROOT / "app.py") as address:
        page = chromium.new_page()
        page.goto(address + link)
        told = page.get_by_text(re.compile(r"stopped · epoch \d+/100 · step [\d,]+ of"))
        told.wait_for(timeout=180_000)
        before = int(re.search(r"step ([\d,]+) of", told.inner_text())[1].replace(",", ""))
        button(page, "Resume").click()  # a page that trains does not come to rest
        going = page.get_by_text(re.compile(r"^epoch \d+/100 · step [\d,]+ of"))
        going.wait_for(timeout=180_000)
        step = int(re.search(r"step ([\d,]+) of", going.inner_text())[1].replace(",", ""))
        assert step > 0
        assert before > 0
        button(page, "Stop").click()
        told.wait_for()
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_list_fits_the_screen(open_page, width, scheme):
    page = open_page("/runs", viewport={"width": width, "height": 850}, color_scheme=scheme)
    page.get_by_test_id("stDataFrame").wait_for()
    assert_fits(page)
