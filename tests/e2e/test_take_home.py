import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from playwright.sync_api import expect
from safetensors.torch import load

from rnnviz.ui.server import run_manager
from tests.e2e.looks import assert_fits
from tests.stored_runs import keep, run_config

from .drawing import ONE, draw
from .test_draw import expect_answer


@pytest.fixture
def kept(home):
    found = []

    def keep_(*given, **others):
        found.append(keep(*given, **others))
        return found[-1]

    yield keep_
    for record, _ in found:
        run_manager.store().delete(record.id)


def opened(open_page, record, **options):
    return unfolded(open_page(f"/train?run={record.id}", **options))


def unfolded(page):
    page.get_by_text("Take it home").last.click()
    page.get_by_role("button", name="history.csv").wait_for()
    return page


def taken(page, name):
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    assert download.value.suggested_filename == name
    return Path(download.value.path()).read_bytes()


def test_all_files_are_downloaded_as_they_are_and_the_page_stays(open_page, kept):
    record, model = kept(scale=1.5)
    page = opened(open_page, record)
    script = taken(page, "train.py").decode()
    compile(script, "train.py", "exec")
    assert f"/train?run={record.id}\n" in script
    assert "EXPECTED = 0.9812" in script
    assert json.loads(taken(page, "train.ipynb"))["nbformat"] == 4
    weights = load(taken(page, "weights.safetensors"))
    assert torch.equal(weights["head.weight"], model.head.weight)
    rows = list(csv.DictReader(io.StringIO(taken(page, "history.csv").decode())))
    assert len(rows) == 4
    for figure in ("curves.svg", "reading.svg"):
        ElementTree.fromstring(taken(page, figure))
    assert "reads test digit 0, a 7</h1>" in taken(page, "reading.html").decode()
    link = page.get_by_text(re.compile(rf"^http://127.0.0.1:\d+/train\?run={record.id}$"))
    link.first.wait_for()


def test_open_in_draw_lets_the_network_of_the_run_read_and_the_link_names_it(open_page, kept):
    record, _ = kept(run_config(time_step="columns", hidden_size=5), name="by columns")
    page = opened(open_page, record)
    page.get_by_role("button", name="Open in Draw").click()
    page.wait_for_url(re.compile(f"/draw.*model={record.id}"))
    page.get_by_text("from left to right, one column of 28 pixels at a time").wait_for()
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0
    draw(page, ONE)
    page.get_by_text(re.compile("With the framing it reads")).wait_for()
    expect(page.locator(".pad .sentence")).to_contain_text("column")
    page.locator(".player .readout").get_by_text(re.compile("After column 28")).wait_for()
    page.reload()
    page.get_by_text("from left to right, one column of 28 pixels at a time").wait_for()
    box = page.get_by_role("combobox", name=re.compile("Which network reads"))
    expect(box).to_have_value("by columns")
    box.click()
    page.get_by_role("option", name="LSTM-128", exact=True).click()
    page.wait_for_url(lambda url: "model=" not in url)
    page.get_by_text("from top to bottom, one row of 28 pixels at a time").wait_for()
    draw(page, ONE)
    expect_answer(page, "1")


def test_open_in_draw_goes_before_what_was_chosen_there_earlier(open_page, kept):
    record, _ = kept(run_config(time_step="columns"))
    page = opened(open_page, record)
    page.get_by_role("link", name="Draw").click()
    page.get_by_text("from top to bottom, one row of 28 pixels at a time").wait_for()
    page.get_by_role("link", name="Train").click()
    unfolded(page).get_by_role("button", name="Open in Draw").click()
    page.get_by_text("from left to right, one column of 28 pixels at a time").wait_for()
    page.wait_for_url(re.compile(f"/draw.*model={record.id}"))


def test_a_link_to_a_deleted_run_on_the_draw_page_reads_with_the_default(open_page, kept):
    record, _ = kept()
    run_manager.store().delete(record.id)
    page = open_page(f"/draw?model={record.id}")
    page.get_by_text(f"Run {record.id} was deleted: LSTM-128 reads instead.").wait_for()
    draw(page, ONE)
    expect_answer(page, "1")


def test_the_panel_fits_a_narrow_screen(open_page, kept):
    record, _ = kept()
    page = opened(open_page, record, viewport={"width": 390, "height": 844})
    assert_fits(page)
