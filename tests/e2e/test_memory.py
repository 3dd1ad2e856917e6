import io
import re

import pytest
import torch
from playwright.sync_api import expect

from rnnviz.core.config import ModelConfig
from rnnviz.core.models import SequenceClassifier
from tests.e2e.looks import asked, assert_fits, count_asked, drawn, settled


@pytest.fixture
def open_memory(open_page):
    def open_(link="probe=61", **options):
        page = open_page(f"/states?view=Memory&{link}", **options)
        page.get_by_text(re.compile("Half of the test digits")).wait_for(timeout=180_000)
        settled(page)
        return page

    return open_


def readout(page):
    return page.locator(".memory .readout").inner_text()


def test_one_cursor_moves_over_all_by_keyboard_and_the_server_is_not_asked(open_memory):
    page = open_memory()
    count_asked(page)
    page.get_by_role("slider", name="Row").focus()
    assert "LSTM-128 after row 28" in readout(page)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".memory .readout")).to_contain_text("LSTM-128 after row 2:")
    assert "RNN-128 after row 2:" in readout(page)
    assert "read up to row 2" in page.locator(".memory .read").inner_text()
    for canvas in page.locator(".memory .network canvas").all():
        assert "row 2:" in canvas.get_attribute("aria-label")
    assert asked(page) == 0


def test_a_fresh_tab_with_the_link_stands_at_the_same_row(open_memory):
    page = open_memory()
    page.get_by_role("slider", name="Row").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("row=27"))
    again = open_memory(page.url.partition("?")[2])
    expect(again.locator(".memory .readout")).to_contain_text("LSTM-128 after row 27:")
    again.get_by_role("button", name="Any").click()
    expect(again.locator(".memory .readout")).to_contain_text("LSTM-128 after row 28:")
    again.wait_for_url(lambda url: "row=" not in url)


def test_the_mouse_on_a_chart_moves_the_cursor_of_both_networks(open_memory):
    page = open_memory()
    canvas = page.locator(".memory .stops").nth(1)
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 40 + (box["width"] - 94) * (9.5 / 28), box["y"] + 60)
    expect(page.locator(".memory .readout")).to_contain_text("LSTM-128 after row 10:")
    assert "RNN-128 after row 10:" in readout(page)


def test_the_mouse_on_a_pixel_reads_what_it_said(open_memory):
    page = open_memory()
    box = page.locator(".memory .spoken").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 13.5 / 28, box["y"] + box["height"] * 14.5 / 28)
    expect(page.locator(".memory .pixel")).to_contain_text(
        re.compile(r"pixel in row 15, column 14, ink \d+ of 255, says")
    )
    assert "after row 15:" in readout(page)


def test_space_plays_to_the_last_row_and_the_buttons_are_there_once(open_memory):
    page = open_memory()
    assert page.locator(".memory .buttons button").count() == 5
    page.get_by_label("Speed").select_option("fast")
    page.get_by_role("slider", name="Row").focus()
    page.keyboard.press("Space")
    expect(page.locator(".memory .readout")).to_contain_text(re.compile(r"LSTM-128 after row \d:"))
    expect(page.locator(".memory .readout")).to_contain_text("after row 28:")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_the_view_fits_its_window_and_nothing_below_jumps(open_memory, scheme, width):
    page = open_memory(viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert_fits(page)
    end = page.get_by_text("Why? What the numbers mean").last
    before = end.evaluate("e => e.getBoundingClientRect().top")
    page.get_by_role("slider", name="Row").evaluate("e => e.focus({preventScroll: true})")
    for key in ("Home", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
        drawn(page)
        assert end.evaluate("e => e.getBoundingClientRect().top") == before


def test_ones_own_network_is_chosen_when_it_is_uploaded_and_in_no_link(open_memory):
    content = io.BytesIO()
    torch.save(SequenceClassifier(ModelConfig("gru", hidden_size=12)).state_dict(), content)
    page = open_memory("probe=61&model=GRU-128")
    page.get_by_text("Your own network").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "mine.pt", "mimeType": "application/octet-stream", "buffer": content.getvalue()}
    )
    page.get_by_text(re.compile("mine.pt is a GRU that reads 28 values")).wait_for()
    expect(page.locator(".memory .network .name").first).to_contain_text("Yours: GRU 28 → 12")
    assert "model=" not in page.url
