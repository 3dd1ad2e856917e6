"""Characters page in a browser: three networks learn a word, shown step by step."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.buttons import button
from tests.e2e.looks import asked, assert_fits, count_asked, settled


@pytest.fixture
def open_hello(open_page):
    def open_(link="", **options):
        page = open_page(f"/characters{link}", **options)
        page.locator(".spelled .column").first.wait_for(timeout=180_000)
        return page

    return open_


def epoch(page):
    return page.locator('.spelled .axis[data-axis="frame"] output')


def test_a_word_is_learnt_and_walked_through_by_keyboard_and_the_server_is_not_asked(open_hello):
    page = open_hello("?hello_seed=1&first_character=e")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text(re.compile("After 15 epochs, who has said"))).to_be_visible(
        timeout=180_000
    )
    expect(epoch(page)).to_have_text("15", timeout=180_000)
    settled(page)
    count_asked(page)
    page.get_by_role("slider", name="Character").focus()
    page.keyboard.press("Home")
    expect(page.locator(".spelled .readout")).to_contain_text("h goes in, o is wanted")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".spelled .readout")).to_contain_text("e goes in, h is wanted")
    assert page.locator(".spelled .column.now").count() == 3
    assert page.locator(".spelled .column.later").count() == 9
    page.keyboard.press("ArrowDown")
    expect(epoch(page)).to_have_text("14")
    page.locator(".spelled .network").nth(1).locator(".column").nth(4).click()
    expect(page.locator(".spelled .readout")).to_contain_text("o goes in, l is wanted")
    assert asked(page) == 0


def test_a_text_that_was_written_is_painted_with_a_unit_and_its_guesses(open_page):
    page = open_page("/characters?view=Next+character&text_epochs=2&text_hidden=16&opening=Once")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text(re.compile("^done"))).to_be_visible(timeout=180_000)
    expect(page.locator(".painted")).to_have_count(2, timeout=180_000)
    written, learnt = (page.locator(".painted").nth(n) for n in (0, 1))
    letters = written.locator(".text span")
    letters.nth(10).wait_for(timeout=180_000)
    assert letters.nth(0).inner_text() == "O"
    letters.nth(1).hover()
    expect(written.locator(".readout")).to_contain_text("After n (character 2) unit 1 is")
    before = letters.nth(1).evaluate("one => one.style.background")
    written.get_by_role("slider", name="Unit").focus()
    page.keyboard.press("End")
    expect(written.locator("output")).to_have_text("unit 16 of 16")
    assert letters.nth(1).evaluate("one => one.style.background") != before
    learnt.locator(".text span").nth(5).hover()
    expect(learnt.locator(".readout")).to_contain_text("After u (character 6) unit 1 is")
    page.get_by_role("slider", name=re.compile("^Passage of the text")).focus()
    page.keyboard.press("End")
    expect(page.get_by_text("here they are underlined")).to_be_visible(timeout=180_000)
    expect(learnt.locator(".text .written").last).to_have_text("\n")


def test_start_pause_step_resume_and_stop_do_what_they_say(open_page):
    page = open_page("/characters?view=Next+character&text_epochs=200&text_hidden=256")

    def comes(words):
        expect(page.get_by_text(re.compile(words)).first).to_be_visible(timeout=180_000)

    button(page, "Start").click()
    comes(r"^(running · )?epoch \d+/200 · step [1-9]")
    button(page, "Pause").click()
    comes(r"^paused · epoch")
    expect(button(page, "Resume")).to_be_enabled(timeout=180_000)
    before = page.get_by_text(re.compile(r"^paused · epoch")).inner_text()
    at = int(re.search(r"step ([\d,]+) of", before)[1].replace(",", ""))
    button(page, "Step").click()
    comes(rf"^paused · epoch \d+/200 · step {at + 1:,} of")
    button(page, "Resume").click()
    expect(button(page, "Pause")).to_be_enabled(timeout=180_000)
    comes(rf"^(?!paused).*step (?!{at + 1:,} )[\d,]+ of")
    button(page, "Stop").click()
    comes("The training was stopped")
    expect(button(page, "Start")).to_be_enabled(timeout=180_000)
    expect(button(page, "Resume")).to_be_enabled()
    page.get_by_text("Take it home").last.click()
    expect(button(page, "train.py")).to_be_visible(timeout=180_000)


@pytest.mark.parametrize(
    "view",
    ["hello", "My+text", "Table", "Table&table_rows=List+of+any+lengths", "Spelling+and+reversal"],
)
def test_no_view_is_wider_than_a_phone(open_page, view):
    page = open_page(
        f"/characters?view={view}", viewport={"width": 390, "height": 844}, color_scheme="dark"
    )
    assert_fits(page)


def test_a_text_file_stays_when_its_button_is_closed(open_page):
    page = open_page("/characters?view=Next+character")
    page.get_by_role("button", name="Upload a text").click()
    poem = ("春眠不觉晓，处处闻啼鸟。\n" * 40).encode("gb18030")
    page.locator("input[type=file]").set_input_files(
        {"name": "poem.txt", "mimeType": "text/plain", "buffer": poem}
    )
    told = page.get_by_text("poem.txt is read in place of the field: GB18030, 520 characters.")
    told.wait_for()
    page.keyboard.press("Escape")
    page.locator("input[type=file]").wait_for(state="detached")
    page.get_by_label("An opening, to be continued").fill("春眠")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("%E6%98%A5"))
    told.wait_for()
    page.get_by_role("button", name="Upload a text").click()
    page.get_by_text("poem.txt", exact=True).wait_for()
