"""Shapes page in a browser: clicked slices give the expressions that core computes."""

import re

import pytest
from playwright.sync_api import expect

from rnnviz.core.config import ModelConfig
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.slices import Pick, both_orders
from tests.e2e.looks import assert_fits, settled

TWO = Call(ModelConfig("gru", 5, 4, 2, bidirectional=True), 3, 6)
LINK = "module=GRU&input_size=5&hidden_size=4&num_layers=2&bidir=true&B=3&T=6"


@pytest.fixture
def open_shapes(open_page):
    def open_(link=LINK, **options):
        page = open_page(f"/shapes?{link}", **options)
        page.locator(".blocks .block").first.wait_for(timeout=180_000)
        settled(page)
        return page

    return open_


def codes(page):
    return tuple(page.locator(".blocks .code code").all_inner_texts())


def front(page, name, across, up):
    """Click the front face of a block, at shares of its width and height."""
    faces = page.locator(f'[data-block="{name}"] > polygon')
    corners = [
        [float(number) for number in re.findall(r"-?[\d.]+", face.get_attribute("points"))]
        for face in faces.all()
    ]
    scene = page.locator(".blocks .scene").bounding_box()
    fronts = [c for c in corners if c[1] == c[3] and c[0] == c[6]]
    x0, x1 = (pick(x for c in fronts for x in c[0::2]) for pick in (min, max))
    y0, y1 = (pick(y for c in fronts for y in c[1::2]) for pick in (min, max))
    x, y = x0 + across * (x1 - x0), y1 - up * (y1 - y0)
    page.mouse.click(scene["x"] + x, scene["y"] + y)


def test_a_click_on_a_slice_gives_its_expression_for_both_orders(open_shapes):
    page = open_shapes()
    for step, direction in ((0, 1), (2, 0), (5, 0), (5, 1)):
        front(page, "output", (step + 0.5) / 6, 0.25 + 0.5 * direction)
        assert codes(page) == both_orders(TWO, Pick("output", step, direction=direction))
    expect(page.locator(".fact")).to_contain_text("✗ output[:, -1, 4:] == h_n[-1]. No:")
    front(page, "x", 3.5 / 6, 0.5)
    assert codes(page) == both_orders(TWO, Pick("x", 3)) == ("x[:, 3]", "x[3]")
    for place in range(4):
        front(page, "h_n", (place + 0.5) / 4, 0.5)
        assert codes(page) == both_orders(TWO, Pick("h_n", place=place))
    expect(page.locator(".fact")).to_contain_text("✓ output[:, 0, 4:] == h_n[-1].")
    expect(page.locator(".shape")).to_have_text("shape (B, P) = (3, 4)")


def test_every_pick_of_the_controls_is_what_core_writes(open_shapes):
    page = open_shapes(LINK + "&batch_first=false")
    call = Call(TWO.config, 3, 6, batch_first=False)
    expect(page.locator(".code.mine .order")).to_have_text("time first")
    for sequence in (None, 0, 2):
        for step in (None, 0, 3, 5):
            for direction in (None, 0, 1):
                page.locator(".tensor").select_option("output")
                page.locator(".at-step").fill("" if step is None else str(step + 1))
                page.locator(".at-sequence").fill("" if sequence is None else str(sequence + 1))
                page.locator(".at-half").select_option("" if direction is None else str(direction))
                cut = Pick("output", step, sequence, direction)
                assert codes(page) == both_orders(call, cut)
    for place in (None, 0, 1, 2, 3):
        page.locator(".tensor").select_option("h_n")
        page.locator(".at-sequence").fill("2")
        page.locator(".at-place").select_option("" if place is None else str(place))
        assert codes(page) == both_orders(call, Pick("h_n", sequence=1, place=place))


def test_blocks_are_gone_through_by_keyboard_alone_and_the_code_is_copied(open_shapes):
    page = open_shapes(color_scheme="dark", permissions=["clipboard-read", "clipboard-write"])
    page.locator('[data-block="output"]').focus()
    for key, expected in (
        ("Escape", "output"),
        ("ArrowRight", "output[:, 0]"),
        ("ArrowUp", "output[:, 0, :4]"),
        ("ArrowUp", "output[:, 0, 4:]"),
        ("End", "output[:, -1, 4:]"),
        ("ArrowLeft", "output[:, 4, 4:]"),
    ):
        page.keyboard.press(key)
        assert codes(page)[0] == expected
    page.locator(".code.first .copy").press("Enter")
    expect(page.locator(".code.first .copy")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "output[:, 4, 4:]"
    page.locator('[data-block="output"]').focus()
    page.keyboard.press("Tab")  # the next block
    page.keyboard.press("ArrowLeft")
    assert codes(page) == ("h_n[-1]", "h_n[-1]")


def test_a_step_is_pulled_out_and_multiplied_before_ones_eyes(open_shapes):
    page = open_shapes(viewport={"width": 390, "height": 844})
    expect(page.locator(".product")).to_be_hidden()
    page.get_by_role("button", name="Pull out a step").click()
    expect(page.locator(".product .says")).to_contain_text("(3, 5) × (5, 4) → (3, 4)")
    expect(page.locator(".fact")).to_contain_text("first word of each: “I”")
    expect(page.locator(".cut.pulled")).to_be_visible()
    expect(page.locator(".sum")).to_contain_text("sequence 1, unit 1:")
    page.locator(".matrices").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".sum")).to_contain_text("sequence 2, unit 2:")
    page.get_by_role("button", name="step ▶").click()
    expect(page.locator(".product .now")).to_have_text("step 2 of 6")
    expect(page.locator(".fact")).to_contain_text("second word of each: “hate”")
    page.locator(".gates button").nth(2).click()
    expect(page.locator(".product .says")).to_contain_text(
        "weight_ih_l0[8:12].T, the rows of gate n"
    )
    assert_fits(page)


def test_a_pasted_line_and_an_example_change_the_blocks_and_the_link(open_shapes):
    page = open_shapes()
    field = page.get_by_role("textbox", name="or paste a line")
    field.fill("nn.RNN(12, 64, 2, batch_first=True)")
    field.press("Enter")
    shape = page.locator('[data-block="output"]')
    expect(shape).to_have_attribute("aria-label", "output, (B, T, D·P) = (3, 6, 64)")
    page.wait_for_url(re.compile("hidden_size=64|module=RNN"))
    page.reload()
    expect(shape).to_have_attribute(
        "aria-label", "output, (B, T, D·P) = (3, 6, 64)", timeout=180_000
    )


def test_a_slice_that_is_clicked_is_in_the_link_and_the_link_shows_it(open_shapes):
    page = open_shapes()
    front(page, "output", 2.5 / 6, 0.75)
    expect(page).to_have_url(re.compile("cut=output%2C3%2C%2Creverse"))
    expect(page.locator(".title")).to_have_text("output · step 3 of 6 · reverse")
    page.locator('[data-block="h_n"]').focus()
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile("cut=h_n%2C%2C%2C%2C1"))
    page.keyboard.press("ArrowRight")  # the focus is where it was
    assert codes(page) == both_orders(TWO, Pick("h_n", place=1))
    other = open_shapes(f"{LINK}&cut=h_n,,2,,2")
    assert codes(other) == both_orders(TWO, Pick("h_n", sequence=1, place=1))
