import os
import re

import pytest
from playwright.sync_api import expect

from rnnviz.bench.draw import ROOT, serve
from rnnviz.training.store.run_store import RunStore
from tests.e2e import buttons
from tests.e2e.looks import assert_fits

GRACE_S = 6
QUICK = "race_budget=2000&race_digits=30000&race_epochs=1&race_seeds=2"
APP = f"""
import streamlit as st
from rnnviz.chapters.runs.race.ui import view

st.set_page_config(layout="wide")


def page():
    st.title("Race")
    view.show()


train = st.Page({str(ROOT / "pages" / "train.py")!r}, title="Train")
st.navigation([st.Page(page, title="Race", default=True), train], position="top").run()
"""
COUNT = """() => {
  window.drawn = [];
  document.addEventListener("rnnviz:raced", ({ detail }) =>
    window.drawn.push(detail));
}"""


@pytest.fixture(scope="module")
def server(home, tmp_path_factory):
    """A page with nothing but the view, beside the train page, with a short grace."""
    script = tmp_path_factory.mktemp("app") / "page.py"
    script.write_text(APP)
    os.environ["RNNVIZ_GRACE_S"] = str(GRACE_S)
    try:
        with serve(script) as address:
            yield address
    finally:
        del os.environ["RNNVIZ_GRACE_S"]


def button(page, name):
    return buttons.button(page, name, exact=isinstance(name, str))


def start(page):
    page.locator("canvas.loss").wait_for(timeout=180_000)
    page.evaluate(COUNT)
    button(page, "Start").click()
    page.wait_for_function("window.drawn.some(d => d.step > 5)", timeout=180_000)


def test_a_race_is_seen_to_form_is_stopped_goes_on_and_tells_who_is_ahead(open_page):
    page = open_page(f"/?{QUICK}")
    start(page)
    page.wait_for_function("s => window.drawn.at(-1).step > s", arg=5)
    expect(page.locator(".sentence")).to_have_text(
        "No round is complete yet: nothing can be said of who is ahead."
    )
    canvases = page.locator("canvas").count()
    button(page, "Stop").click()
    page.get_by_text("The training was stopped. Press Resume to go on").wait_for()
    page.get_by_text("stopped · 0 of 2 rounds complete").wait_for()
    link = page.url
    assert "race=" in link

    button(page, "Resume").click()
    page.get_by_text(re.compile("done · 2 rounds · took")).wait_for(timeout=300_000)
    expect(page.locator(".sentence")).to_have_text(
        re.compile(r"± .* points.* \(over 2 seeds; all three hold together with 95 %\)\.$")
    )
    assert page.locator("canvas").count() == canvases, "nothing is built anew"
    assert page.evaluate("new Set(window.drawn.map(d => d.step)).size") > 5, "seen to form"

    results = page.locator(".rounds tbody td .number")
    expect(results).to_have_text([re.compile(r"^\d+\.\d\d %$")] * 6)
    first = button(page, re.compile("Round 1 seed 0"))
    first.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Round 1, seed 0. Loss and thin lines").wait_for()
    expect(first).to_have_attribute("aria-pressed", "true")

    told = page.locator(".sentence").inner_text()
    again = open_page(link.removeprefix(re.match(r"https?://[^/]+", link)[0]))
    expect(again.locator(".sentence")).to_have_text(told, timeout=180_000)

    button(page, re.compile(r"^Round 2, GRU: \d+\.\d\d %")).click()
    page.get_by_role("heading", name="How does a hidden state form?").wait_for(timeout=180_000)
    page.get_by_text(re.compile(r"This run: GRU 28 → \d+ · 1,\d{3} parameters")).wait_for()
    expect(page).to_have_url(re.compile(r"/train\?run=[\w-]{22}$"))


def test_a_closed_tab_stops_the_race_after_the_grace_and_it_can_go_on(open_page):
    page = open_page(f"/?{QUICK.replace('30000', '60000')}")
    start(page)
    link = page.url
    page.close()
    later = open_page("/")
    later.wait_for_timeout(1000 * (GRACE_S + 1))
    later.goto(link)
    later.get_by_text(f"nobody looked at it for {GRACE_S} s").wait_for(timeout=180_000)
    later.evaluate(COUNT)
    button(later, "Resume").click()
    later.wait_for_function("window.drawn.some(d => d.step > 5)", timeout=180_000)
    button(later, "Stop").click()
    later.get_by_text("The training was stopped. Press Resume").wait_for()


def test_why_a_race_cannot_start_is_said_beside_its_button(open_page, server):
    folder = RunStore().root / ".groups"
    aside = folder.with_name("aside")
    folder.mkdir(parents=True, exist_ok=True)
    folder.rename(aside)
    folder.write_text("no folder")
    try:
        page = open_page(f"/?{QUICK}")
        button(page, "Start").click()
        page.get_by_text(re.compile("The training cannot start: race .* not be saved")).wait_for()
        expect(button(page, "Start")).to_be_enabled()
    finally:
        folder.unlink()
        aside.rename(folder)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_the_view_fits_its_window(open_page, scheme, width):
    page = open_page("/", viewport={"width": width, "height": 850}, color_scheme=scheme)
    page.get_by_text("Who is ahead, in percentage points").wait_for(timeout=180_000)
    assert_fits(page)
    beyond = page.locator(".race").evaluate(
        """root => [...root.querySelectorAll("*")].filter((one) =>
          one.getBoundingClientRect().right > root.getBoundingClientRect().right + 1).length"""
    )
    assert beyond == 0
