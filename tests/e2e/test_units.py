import re

import pytest
from playwright.sync_api import expect

from tests.e2e.looks import asked, count_asked, drawn, settled

PIXELS = "canvas => canvas.toDataURL()"


@pytest.fixture
def open_map(open_page):
    def open_(link="", **options):
        page = open_page(f"/states?view=Map{link}", **options)
        page.locator(".map .plane").wait_for(timeout=180_000)
        settled(page)
        return page

    return open_


def at(page):
    return page.locator(".map .axis output").inner_text()


def picture(page):
    drawn(page)
    return page.locator(".plane").evaluate(PIXELS)


def test_the_cursor_walks_over_the_map_by_keyboard_and_the_server_is_not_asked(open_map):
    page = open_map()
    count_asked(page)
    assert at(page) == "28 of 28"
    seen = [picture(page)]
    page.get_by_role("slider", name="Row").focus()
    for key, place in (("ArrowLeft", 27), ("Home", 1), ("ArrowRight", 2)):
        page.keyboard.press(key)
        expect(page.locator(".map .axis output")).to_have_text(f"{place} of 28")
        seen.append(picture(page))
    assert len(set(seen)) == 4
    expect(page.locator(".map .at")).to_have_text("belief after row 2 of 28")
    expect(page.locator(".map .read")).to_have_text("test digit 0, a 7, read up to row 2")
    assert asked(page) == 0
    page.wait_for_url(re.compile(r"row=2(&|$)"))  # told once the cursor has come to rest


def test_it_plays_to_the_end_and_stops(open_map):
    page = open_map("&row=22")
    page.locator(".map .speed").select_option("20")
    page.get_by_role("button", name="Play the rows").click()
    expect(page.locator(".map .axis output")).to_have_text("28 of 28")
    expect(page.get_by_role("button", name="Play the rows")).to_be_visible()


def test_pointing_at_a_path_tells_class_and_row(open_map):
    page = open_map()
    box = page.locator(".plane").bounding_box()
    told = set()
    for x in range(20, 80, 4):
        page.mouse.move(box["x"] + x * box["width"] / 100, box["y"] + box["height"] / 2)
        drawn(page)
        told.add(page.locator(".map .pointed").inner_text())
    paths = [words for words in told if re.fullmatch(r"a \d, test digit \d+, row \d+", words)]
    assert paths, told


def test_digits_can_be_left_out_and_other_axes_chosen(open_map):
    page = open_map()
    seen = [picture(page)]
    page.get_by_role("button", name="Show the 3s").click()
    expect(page.get_by_role("button", name="Show the 3s")).to_have_attribute(
        "aria-pressed", "false"
    )
    seen.append(picture(page))
    page.get_by_label("Across").select_option("axis 3")
    seen.append(picture(page))
    assert len(set(seen)) == 3
    page.wait_for_url(re.compile("axes=3%2C2|axes=3,2"))


def test_in_space_the_map_is_turned_by_keys_and_by_dragging(open_map):
    page = open_map("&axes=1,2,3&row=20", viewport={"width": 390, "height": 844})
    assert page.get_by_role("button", name="3-D").get_attribute("aria-pressed") == "true"
    seen = [picture(page)]
    page.locator(".plane").focus()
    page.keyboard.press("ArrowLeft")
    seen.append(picture(page))
    assert at(page) == "20 of 28"
    page.locator(".plane").scroll_into_view_if_needed()
    box = page.locator(".plane").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 180, box["y"] + 130, steps=4)
    page.mouse.up()
    page.mouse.move(5, 5)
    seen.append(picture(page))
    assert len(set(seen)) == 3


def test_a_fresh_tab_with_the_link_shows_the_same_map(open_map, open_page):
    page = open_map("&axes=1,2,3")
    for k in (0, 3):
        page.get_by_role("button", name=f"Show the {k}s").click()
    page.locator(".plane").focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    page.get_by_role("slider", name="Row").focus()
    page.keyboard.press("ArrowLeft")
    for said in ("row=27", "classes=1(%2C|,)2(%2C|,)4", "turn=24(%2C|,)15"):
        page.wait_for_url(re.compile(said))
    page.mouse.move(5, 5)
    again = open_page(page.url[page.url.index("/states") :])
    again.locator(".map .plane").wait_for(timeout=180_000)
    settled(again)
    assert picture(again) == picture(page)
    expect(again.get_by_role("button", name="Show the 3s")).to_have_attribute(
        "aria-pressed", "false"
    )


def test_units_are_gone_through_by_keys_and_a_click_and_a_digit_is_watched(open_page):
    page = open_page("/states?view=Units&unit=37", color_scheme="dark")
    page.locator(".strip.most button").first.wait_for(timeout=180_000)
    page.get_by_role("slider", name="Unit").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.get_by_text(re.compile("^Unit 39 tells")).wait_for()
    expect(page.locator(".told-title")).to_contain_text("unit 39")
    page.wait_for_url(re.compile("unit=39"))
    page.locator(".matrix").click(position={"x": 20, "y": 60})
    page.get_by_text(re.compile("^Unit 1 tells")).wait_for()
    expect(page.locator(".told-title")).to_contain_text("unit 1 ")  # the arrays came
    button = page.locator(".strip.least button").nth(1)
    index = re.match(r"Test digit (\d+)", button.get_attribute("aria-label"))[1]
    button.click()
    page.wait_for_url(re.compile(f"probe={index}"))
    expect(page.get_by_role("spinbutton", name="Watched test digit")).to_have_value(index)
    expect(page.locator(".course-value")).to_contain_text(f"test digit {index}")
