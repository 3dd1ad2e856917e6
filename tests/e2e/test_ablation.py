import re

from playwright.sync_api import expect

from tests.e2e.looks import assert_fits


def opened(open_page, link="", **options):
    page = open_page(f"/states?view=Break{link}", **options)
    page.locator("canvas.rows.before").wait_for(timeout=180_000)
    expect(page.locator(".told")).not_to_be_empty()
    return page


def told(page):
    return page.locator(".told")


def test_units_are_picked_taken_out_and_put_back(open_page):
    page = opened(open_page)
    expect(told(page)).to_contain_text("As it is, it takes this 7 for a 7")
    expect(page.get_by_role("button", name="Zero")).to_be_disabled()
    box = page.locator("canvas.rows.before").bounding_box()
    x, top = box["x"] + 200, box["y"] + 148
    page.mouse.move(x, top + 30)
    page.mouse.down()
    page.mouse.move(x, top + 200, steps=4)
    page.mouse.up()
    expect(page.locator("input.units")).to_have_value(re.compile(r"^1\d-9\d$"))
    page.get_by_role("button", name="Zero").click()
    expect(told(page)).to_contain_text(
        re.compile(r"^Without 8\d units it takes this 7 for an? [^7]")
    )
    expect(page.locator(".acts li")).to_have_text(re.compile(r"h of 8\d units → 0"))
    expect(page).to_have_url(re.compile("break=l0f"))
    page.get_by_role("button", name="Undo").click()
    expect(told(page)).to_contain_text("As it is, it takes this 7 for a 7")
    expect(page.locator(".acts")).to_contain_text("Nothing is changed yet")
    expect(page).not_to_have_url(re.compile("break="))


def test_a_gate_is_forced_by_keys_alone_and_removed(open_page):
    page = opened(open_page)
    page.locator("select.what").select_option(label="f, forget gate")
    canvas = page.locator("canvas.rows.before")
    canvas.focus()
    for key in ("ArrowDown", "ArrowDown", "Space", "Shift+ArrowDown", "Shift+ArrowDown"):
        canvas.press(key)
    expect(page.locator("input.units")).to_have_value("3-5")
    page.get_by_role("button", name="Force shut").press("Enter")
    expect(page.locator(".acts li")).to_contain_text("f of units 3, 4 and 5 → shut")
    expect(told(page)).to_contain_text("With the forget gate of units 3, 4 and 5 forced shut")
    page.get_by_role("button", name=re.compile("^Remove: f of units")).press("Enter")
    expect(told(page)).to_contain_text("As it is")


def test_units_are_written_and_what_cannot_be_is_said(open_page):
    page = opened(open_page)
    page.locator("input.units").fill("3, 200")
    expect(page.locator(".why")).to_have_text("units are 1 to 128, e.g. 3, 17-20")
    expect(page.get_by_role("button", name="Zero")).to_be_disabled()
    page.locator("input.units").fill("3, 17-18")
    slider = page.locator(".breaking").get_by_role("slider", name="Row")
    slider.press("Home")
    slider.press("ArrowRight")
    page.locator("select.since").select_option(index=1)
    page.get_by_role("button", name="Clamp to").click()
    expect(page.locator(".acts li")).to_contain_text("h of units 3, 17 and 18 → 1, rows 2 to 28")


def test_a_unit_of_the_list_is_picked(open_page):
    page = opened(open_page)
    first = page.locator(".rank li button").first
    expect(first).to_contain_text(re.compile(r"unit \d+"), timeout=180_000)
    unit = first.locator(".unit").inner_text().removeprefix("unit ")
    first.click()
    expect(page.locator("input.units")).to_have_value(unit)


def test_measuring_fills_the_classes_and_can_be_cancelled(open_page):
    page = opened(open_page, "&model=RNN-128&break=l0f:h:0-60:zero")
    expect(page.locator(".lines")).to_contain_text("test digits right", timeout=180_000)
    expect(page.locator(".classes li").first).to_have_attribute(
        "aria-label", re.compile(r"^0: \d+\.\d % right, before \d+\.\d %$")
    )
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    expect(page.locator(".doing")).to_have_text("Stopped.")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()


def test_two_digits_are_spliced_and_nothing_is_wider_than_a_phone(open_page):
    page = opened(open_page, "&model=GRU-128&seam=10", viewport={"width": 390, "height": 800})
    expect(page.locator(".spliced figure")).to_have_count(3)
    expect(page.get_by_text(re.compile("Rows 1 to 10 of test digit 0"))).to_be_visible()
    assert_fits(page)
