"""Sine page in a browser: two networks train, a wrong state, the link."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.buttons import button
from tests.e2e.looks import assert_fits

SLOW = "?sine_segments=1000&sine_speed=20+a+second"


@pytest.fixture
def open_sine(open_page):
    def open_(link="", **options):
        page = open_page(f"/sine{link}", **options)
        page.locator("canvas").nth(3).wait_for(timeout=300_000)
        return page

    return open_


def picture(page, name):
    """The pixels of a fit, to see whether it moves."""
    canvas = page.locator(f".st-key-sine_chart_fit_{name} canvas").first
    return canvas.evaluate("c => c.toDataURL()")


def wait_until_other(page, name, before):
    """Wait until a fit is another than it was; a chart is drawn a moment after the words."""
    page.wait_for_function(
        """([name, before]) => {
          const canvas = document.querySelector(`.st-key-sine_chart_fit_${name} canvas`);
          return canvas && canvas.toDataURL() !== before;
        }""",
        arg=[name, before],
        timeout=180_000,
    )


def test_it_trains_is_paused_and_stepped_and_the_fit_moves(open_sine, open_page):
    page = open_sine(SLOW)
    first = picture(page, "carried")
    button(page, "Start").click()
    expect(page.get_by_text(re.compile(r"After [\d,]+ of 1,000 segments"))).to_be_visible(
        timeout=300_000
    )
    wait_until_other(page, "carried", first)
    button(page, "Pause").click()
    expect(button(page, "Resume")).to_be_visible()
    paused = page.get_by_text(re.compile(r"^paused · epoch"))
    expect(paused).to_be_visible()
    before = paused.inner_text()
    still = picture(page, "reset")
    button(page, "Step").click()
    expect(page.get_by_text(before, exact=True)).to_have_count(0, timeout=180_000)
    expect(paused).to_be_visible()
    wait_until_other(page, "reset", still)
    link = re.search(r"sine_runs=[\w-]{22}", page.url).group()
    other = open_page(f"/sine?{link}")
    expect(other.get_by_text(re.compile(r"After [\d,]+ of 1,000 segments"))).to_be_visible(
        timeout=300_000
    )
    button(page, "Stop").click()
    expect(page.get_by_text(re.compile("The training was stopped"))).to_be_visible()


def test_a_wrong_state_is_handed_over_by_keyboard_and_is_in_the_link(open_sine):
    page = open_sine()
    before = picture(page, "carried")
    page.get_by_role("radio", name="the right state").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"^Handed (zeros|noise) at the accented"))).to_be_visible()
    page.wait_for_url(re.compile("sine_wrong="))
    wait_until_other(page, "carried", before)


def test_the_script_is_downloaded_and_every_view_can_be_reached(open_sine):
    page = open_sine("?sine_length=6")
    page.get_by_text("Take it home").click()
    with page.expect_download() as waited:
        button(page, "sine.py").click()
    assert "SEGMENT_LENGTH = 6" in waited.value.path().read_text(encoding="utf-8")
    page.get_by_role("radio", name="After training").click()
    expect(page.get_by_text(re.compile("^Left to itself for 200 steps"))).to_be_visible()
    page.get_by_role("radio", name="Without detach").click()
    expect(page.get_by_text(re.compile("modified by an inplace operation"))).to_be_visible()
    button(page, "Measure").click()
    expect(page.get_by_text("8 of 8 graphs")).to_be_visible(timeout=300_000)
    expect(page.get_by_text(re.compile("^From 1 to 200 segments in one graph"))).to_be_visible()


@pytest.mark.parametrize("view", ["Train", "After training", "Without detach"])
def test_nothing_is_wider_than_a_phone(open_page, view):
    page = open_page(
        f"/sine?view={view.replace(' ', '+')}",
        viewport={"width": 390, "height": 844},
        color_scheme="dark",
    )
    page.get_by_text("Take it home").wait_for(timeout=300_000)
    assert_fits(page)
