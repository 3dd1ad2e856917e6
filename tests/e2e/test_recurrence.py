"""Recurrence page in a browser: highlights, the nested form, the sliders and the cursors."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.looks import asked, assert_fits, count_asked, drawn, settled


@pytest.fixture
def open_view(open_page):
    def open_(view, ready, link="", **options):
        page = open_page(f"/recurrence?view={view.replace(' ', '+')}{link}", **options)
        page.locator(ready).first.wait_for(timeout=180_000)
        settled(page)
        return page

    return open_


@pytest.fixture
def open_cell(open_view):
    return lambda **options: open_view("One cell", ".cell .unrolled .part", **options)


def lit(page, part):
    return page.locator(f".cell .unrolled [data-part={part}].lit").count()


def test_a_part_that_is_pointed_at_is_lit_at_every_step_and_one_that_is_clicked_stays(open_cell):
    page = open_cell()
    count_asked(page)
    assert page.locator(".cell .unrolled [data-part=W]").count() == 5
    page.locator(".cell .unrolled [data-part=W] .number").first.hover()
    assert lit(page, "W") == 5
    assert page.locator(".cell .rolled [data-part=W].lit").count() == 1
    assert page.locator(".cell .names tr[data-part=W].lit").count() == 1
    expect(page.locator(".cell .told")).to_contain_text("its 4 numbers are used 5 times")
    page.mouse.move(5, 5)
    expect(page.locator(".cell .told")).to_contain_text("Point at a matrix")
    page.locator(".cell .names tr[data-part=U]").click()
    page.mouse.move(5, 5)
    assert lit(page, "U") == 5
    assert asked(page) == 0


def test_a_part_is_lit_by_keyboard_alone_and_put_out_again(open_cell):
    page = open_cell()
    chip = page.get_by_role("button", name="V", exact=True)
    chip.focus()
    page.keyboard.press("Enter")
    assert lit(page, "V") == 5
    assert chip.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Space")
    assert lit(page, "V") == 0
    assert chip.get_attribute("aria-pressed") == "false"


def test_the_nested_form_unfolds_by_button_and_key_down_to_the_first_step(open_cell):
    page = open_cell()
    formula = page.locator(".cell .formula")
    assert formula.inner_text().count("f(") == 1
    page.get_by_label("Brackets: one on").click()
    assert formula.inner_text().count("f(") == 2
    page.get_by_role("slider", name="Brackets").focus()
    page.keyboard.press("ArrowRight")
    assert formula.inner_text().count("f(") == 3
    page.keyboard.press("End")
    assert formula.inner_text().count("f(") == 5
    assert "(= 0)" in formula.inner_text()
    rows = page.locator(".cell .values tbody tr").all_inner_texts()
    pairs = [re.findall(r"\([^)]*\d\.\d\d[^)]*\)", row) for row in rows]
    assert len(pairs) == 5
    for worked_out, state in pairs:
        assert worked_out == state
    assert all("✓" in row for row in rows)
    page.locator(".cell .values tbody tr").nth(2).hover()
    assert page.locator(".cell .formula .bracket.now").get_attribute("data-step") == "3"
    page.keyboard.press("Home")
    assert formula.inner_text().count("f(") == 0


def test_the_length_is_in_the_link_and_as_many_cells_stand_there(open_cell):
    page = open_cell(link="&length=3")
    assert page.locator(".cell .unrolled .state").count() == 4  # and h_0
    page.get_by_role("slider", name="Length of the sequence, T").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".cell .unrolled .state")).to_have_count(5)
    page.wait_for_url(re.compile("length=4"))


def test_the_spectral_radius_is_moved_by_keyboard_and_the_memory_vanishes(open_view):
    page = open_view("What is left", ".fading canvas", link="&radius=0.6")
    expect(page.get_by_text(re.compile(r"RNN reacts 10⁻. as much \(vanishing\)"))).to_be_visible()
    page.get_by_role("slider", name="Spectral radius of W_hh").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text(re.compile(r"RNN reacts \d\d % as much \(kept\)"))).to_be_visible()
    page.wait_for_url(re.compile("radius=1.0|^((?!radius).)*$"))
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text(re.compile(r"times as much \(exploding\); GRU"))).to_be_visible()
    page.wait_for_url(re.compile("radius=2"))


def test_one_cursor_moves_over_the_grids_by_key_and_mouse_and_the_server_is_not_asked(open_view):
    page = open_view("What is left", ".fading canvas")
    count_asked(page)
    readout = page.locator(".fading .readout")
    grid = page.locator(".fading .grids canvas").first
    grid.focus()
    expect(readout).to_contain_text("row s = 1 in h after row t = 28")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(readout).to_contain_text("row s = 2 in h after row t = 27")
    page.keyboard.press("End")
    expect(readout).to_contain_text("row s = 27 in h after row t = 27")
    box = grid.bounding_box()
    side = box["width"] - 34
    page.mouse.move(box["x"] + 30 + side * 4.5 / 28, box["y"] + 20 + side * 9.5 / 28)
    expect(readout).to_contain_text("row s = 5 in h after row t = 10")
    far = page.locator(".fading .far")
    far.scroll_into_view_if_needed()
    box = far.bounding_box()
    page.mouse.move(box["x"] + 46 + (box["width"] - 112) * 20 / 27, box["y"] + 100)
    expect(readout).to_contain_text("row s = 8 in h after row t = 28")
    assert asked(page) == 0


def test_an_exploding_training_is_lost_and_its_steps_are_walked_by_keyboard(open_view):
    page = open_view("What is left", ".clipping canvas")
    page.locator(".clipping .loss").focus()
    page.keyboard.press("End")
    expect(page.locator(".clipping .readout")).to_contain_text(
        "Step 20, as it comes: loss no number"
    )
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".clipping .readout")).to_contain_text("Step 2, as it comes")


def test_the_order_is_chosen_by_mouse_and_stands_in_the_link(open_view):
    page = open_view("Order", ".order .reader")
    expect(page.locator(".order .how")).to_contain_text("shuffled")
    page.get_by_role("radio", name="backwards").click()
    expect(page.locator(".order .how")).to_contain_text("as they are read, backwards")
    assert "backwards" in page.locator(".order th.now").inner_text()
    assert page.locator(".order td.now").count() == 3
    page.wait_for_url(re.compile("read_as=backwards"))


@pytest.mark.parametrize("view", ["One cell", "Order", "What is left"])
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (820, "light"), (1440, "dark")])
def test_each_view_fits_its_window_and_nothing_below_jumps(open_view, view, width, scheme):
    ready = {"One cell": ".cell svg", "Order": ".order .reader", "What is left": ".fading canvas"}
    size = {"width": width, "height": 900}
    page = open_view(view, ready[view], "&length=8", viewport=size, color_scheme=scheme)
    assert_fits(page)
    if view != "One cell":
        return
    end = page.get_by_text("Where sequences are met")
    before = end.evaluate("e => e.getBoundingClientRect().top")
    page.get_by_role("slider", name="Brackets").evaluate("e => e.focus({preventScroll: true})")
    for key in ("End", "Home", "ArrowRight"):
        page.keyboard.press(key)
        drawn(page)
        assert end.evaluate("e => e.getBoundingClientRect().top") == before
