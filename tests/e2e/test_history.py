"""Browser tests of Back, Forward and the address: one click is one entry, with what was set."""

import re

import pytest

from rnnviz.bench.draw import ROOT, start_server
from tests.e2e.looks import settled


def entries(page):
    return page.evaluate("history.length")


def address(page):
    return page.url.split("/", 3)[3]


def click(page, name, role="link"):
    """Click once, and return how many entries that has made."""
    before = entries(page)
    page.get_by_role(role, name=name, exact=True).first.click()
    page.wait_for_timeout(100)
    settled(page)
    return entries(page) - before


def choose(page, nth):
    """Choose a network in the first list of the page."""
    page.get_by_role("combobox").first.click()
    page.get_by_role("option").nth(nth).click()
    page.wait_for_timeout(100)
    settled(page)


def go(page, way, title):
    getattr(page, f"go_{way}")()
    page.get_by_role("heading", name=title, level=1).wait_for()
    settled(page)


def chosen(page, name):
    return page.get_by_role("radio", name=name, exact=True).first.get_attribute("aria-checked")


STATES = "What does each unit do, and what if it did not?"
RECURRENCE = "What does recurrence buy, and what does it forget?"
RUNS = "Which network learnt it best?"
DRAW = "What does an LSTM see while I draw?"
HOME = "See how a recurrent network reads"


def test_one_click_is_one_entry_and_back_returns_what_was_set(open_page):
    page = open_page("/")
    settled(page)
    assert click(page, "Recurrence") == 1
    assert click(page, "Order", "radio") == 0
    assert address(page) == "recurrence?view=Order"
    assert click(page, "Runs") == 1
    assert address(page) == "runs", "the view of a page does not follow into another's address"
    assert chosen(page, "Runs") == "true"
    assert click(page, "Race", "radio") == 0
    assert click(page, "States") == 1
    assert address(page) == "states"
    choose(page, 2)
    assert click(page, "3", "button") == 0
    assert click(page, "Map", "radio") == 0
    told = page.url
    assert re.search("model=RNN-128", told)
    assert re.search("view=Map", told)
    assert re.search(r"probe=\d", told)
    assert click(page, "Draw") == 1
    choose(page, 1)
    assert address(page) == "draw?model=GRU-128"
    assert click(page, "Train") == 1
    go(page, "back", DRAW)
    assert address(page) == "draw?model=GRU-128"
    assert page.get_by_role("combobox").first.input_value().startswith("GRU")
    go(page, "back", STATES)
    assert sorted(page.url.split("?")[1].split("&")) == sorted(told.split("?")[1].split("&"))
    assert page.get_by_role("combobox").first.input_value().startswith("RNN")
    assert chosen(page, "Map") == "true"
    go(page, "back", RUNS)
    assert address(page) == "runs?view=Race"
    assert chosen(page, "Race") == "true"
    go(page, "back", RECURRENCE)
    assert address(page) == "recurrence?view=Order"
    assert chosen(page, "Order") == "true"
    go(page, "back", HOME)
    assert address(page) == ""
    go(page, "forward", RECURRENCE)
    assert address(page) == "recurrence?view=Order"


@pytest.mark.parametrize(("name", "path"), [("Draw a digit", "draw"), ("Hand a state on", "sine")])
def test_a_link_on_a_page_is_one_entry_too(open_page, name, path):
    page = open_page("/")
    settled(page)
    assert click(page, name) == 1
    assert address(page) == path
    go(page, "back", HOME)
    assert address(page) == ""


@pytest.mark.parametrize("base", ["lab/rnn"])
def test_below_a_base_path_scripts_and_arrays_come(chromium, home, base):
    with start_server(ROOT / "app.py", {"STREAMLIT_SERVER_BASE_URL_PATH": base}) as server:
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        fetched = []
        page.on("response", lambda answer: fetched.append((answer.url, answer.status)))
        page.goto(f"{server.address}/states")
        page.locator(".watch canvas").first.wait_for()
        settled(page)
        ours = [(url, status) for url, status in fetched if re.search("/(views|arrays)/", url)]
        assert {url.split("/")[5] for url, _ in ours} == {"views", "arrays"}
        assert {status for _, status in ours} == {200}
        assert all(url.startswith(f"{server.address}/") for url, _ in ours)
        assert page.locator(".watch .told").inner_text()
        context.close()


def test_numbers_that_cannot_be_fetched_are_named(open_page):
    page = open_page("/")
    page.route("**/arrays/**", lambda route: route.abort())
    click(page, "States")
    page.get_by_text("The numbers of this view could not be fetched. Reload the page.").wait_for()
    page.unroute("**/arrays/**")
    page.reload()
    page.locator(".watch canvas").first.wait_for()
    settled(page)
    assert page.get_by_text("could not be fetched").count() == 0
