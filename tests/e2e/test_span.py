"""Memory span in a browser: four networks train, and the link shows them again."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.buttons import button
from tests.e2e.looks import assert_fits

SLOW = "&delay=20&span_epochs=40&span_hidden=32&span_symbols=2"


@pytest.fixture
def open_span(open_page):
    def open_(link="", **options):
        page = open_page(f"/recurrence?view=Memory+span{link}", **options)
        page.locator("canvas").nth(2).wait_for(timeout=180_000)
        return page

    return open_


def test_networks_learn_and_are_stopped_and_the_link_shows_them_again(open_span, open_page):
    page = open_span(SLOW)
    expect(page.get_by_text("Press Start, and see for how long")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(
        page.get_by_text(re.compile(r"After step [\d,]+ of 2,000, asked after 20"))
    ).to_be_visible(timeout=180_000)
    button(page, "Stop").click()
    expect(page.get_by_text(re.compile("The training was stopped"))).to_be_visible()
    link = re.search(r"delay_runs=[\w-]{22}", page.url)
    other = open_page(f"/recurrence?view=Memory+span&{link.group()}")
    expect(
        other.get_by_text(re.compile(r"After step [\d,]+ of 2,000, asked after 20"))
    ).to_be_visible(timeout=180_000)
    expect(other.get_by_role("button", name="Resume", exact=True)).to_be_visible()


def test_the_delay_is_set_by_keyboard_and_in_the_link(open_span):
    page = open_span("&delay=98")
    page.get_by_role("slider", name="Delay: distractors after the symbol").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("delay=97"))


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_page(open_span, width):
    page = open_span(viewport={"width": width, "height": 844}, color_scheme="dark")
    assert_fits(page)
