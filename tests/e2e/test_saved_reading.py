"""Readings saved in the app: the HTML shows what the page showed, without the app."""

import re
import shutil

import pytest
from playwright.sync_api import expect

from rnnviz.ui.server import run_manager
from tests.e2e.documents import Opened, panels, place
from tests.e2e.drawing import ONE, draw
from tests.e2e.looks import drawn
from tests.e2e.test_draw import expect_answer
from tests.stored_runs import keep, run_config

TWO = "S" * 22


@pytest.fixture
def open_saved(chromium, tmp_path):
    """Save the reading of a page and open it without a network."""
    contexts, saved = [], []

    def open_(page):
        page.get_by_text("Take it home").last.click()
        with page.expect_download() as download:
            page.get_by_role("button", name="reading.html").click()
        assert download.value.suggested_filename == "reading.html"
        path = tmp_path / "reading.html"
        download.value.save_as(path)
        contexts.append(chromium.new_context(offline=True))
        saved.append((path, Opened(contexts[-1].new_page())))
        document = saved[-1][1].open(path)
        document.locator(".told:not(:empty)").wait_for()
        return document

    yield open_
    for context in contexts:
        context.close()
    for path, opened in saved:
        assert opened.requests == [path.as_uri()]
        assert opened.errors == []


def move(document, row, unit):
    """Move the cursor to a row and a unit, from 1, by the keys."""
    for name, count in (("Row", row), ("Unit", unit)):
        document.get_by_role("slider", name=name, exact=True).focus()
        document.keyboard.press("Home")
        for _ in range(count - 1):
            document.keyboard.press("ArrowRight")
    drawn(document)
    assert place(document) == (row, unit)


def beliefs(view):
    return view.locator(".bars .share").all_inner_texts()


def test_the_reading_of_states_has_all_layers_and_the_numbers_of_the_page(open_page, open_saved):
    keep(run_config(cell="gru", num_layers=2, bidirectional=True), id=TWO, scale=2.0)
    page = open_page(f"/states?model={TWO}&probe=4&layer=2&direction=reverse&unit=3&row=6")
    page.locator(".watch .told:not(:empty)").wait_for()
    document = open_saved(page)
    expect(document.locator("h1")).to_have_text(re.compile("reads test digit 4, a 4"))
    document.get_by_role("button", name="2", exact=True).click()
    document.get_by_role("button", name="reverse").click()
    expect(document.locator(".told")).to_contain_text("layer 2, reading from the bottom")
    move(document, 6, 3)
    watch = page.locator(".watch")
    assert panels(document) == panels(watch)
    assert beliefs(document) == beliefs(watch)
    shutil.rmtree(run_manager.store().folder(TWO))


def test_a_drawing_is_saved_as_the_network_read_it(open_page, open_saved):
    page = open_page("/draw")
    draw(page, ONE)
    expect_answer(page, "1")
    page.locator(".player .readout").get_by_text(re.compile("After row 28")).wait_for()
    document = open_saved(page)
    expect(document.locator("h1")).to_have_text(re.compile("LSTM.* reads your drawing"))
    move(document, 28, 1)
    assert beliefs(document) == beliefs(page.locator(".player"))
