"""Watch view in a browser: one cursor over all panels, the equation, no server requests."""

import math
import re
import shutil

import pytest
from playwright.sync_api import expect

from rnnviz.bench.draw import ROOT, serve
from rnnviz.ui.server import run_manager
from tests.e2e.looks import assert_fits, count_asked, drawn
from tests.stored_runs import keep, run_config

TWO, PROJECTED, LONG = (letter * 22 for letter in "TPL")
# Three hundred keys, a picture after every tenth; returns how often the server was asked.
SCRUB = """async (slider) => {
  const rows = new Set();
  for (let n = 0; n < 300; n++) {
    const key = n % 2 ? (n % 80 < 40 ? "ArrowRight" : "ArrowLeft") : "ArrowDown";
    slider.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true }));
    if (n % 10 === 0) await new Promise(requestAnimationFrame);
    rows.add(slider.value);
  }
  return [window.asked, rows.size];
}"""


@pytest.fixture(scope="module")
def server(home):
    """The app, with three runs in its store."""
    keep(run_config(cell="gru", num_layers=2, bidirectional=True), id=TWO, scale=2.0)
    keep(run_config(hidden_size=9, proj_size=4), id=PROJECTED, scale=2.0)
    keep(run_config(time_step="pixels", chunk=1), id=LONG)
    with serve(ROOT / "app.py") as address:
        yield address
    for run_id in (TWO, PROJECTED, LONG):
        shutil.rmtree(run_manager.store().folder(run_id))


@pytest.fixture
def watch(open_page):
    def open_(link="probe=61", **options):
        page = open_page(f"/states?{link}", **options)
        page.locator(".told:not(:empty)").wait_for(timeout=180_000)
        page.locator("summary", has_text="The numbers of unit").wait_for()
        return page

    return open_


def slider(page, name):
    return page.get_by_role("slider", name=name, exact=True)


def number(words):
    return float(words.replace("−", "-"))


def values(page):
    """What stands above each panel of numbers, by its name."""
    shown = page.locator("figure:not([data-panel=belief])")
    return {
        card.get_attribute("data-panel"): number(card.locator("output").inner_text())
        for card in shown.all()
    }


def line(page, first):
    """The numbers of the equation's line that gives a value, by their places."""
    found = page.locator(".line", has=page.locator(f'.term:first-child[data-slot="{first}"]')).last
    terms = found.locator(".term").all()
    return [
        (term.get_attribute("data-slot"), number(term.locator("b").inner_text())) for term in terms
    ]


def where(page):
    return page.locator(".axis output").all_inner_texts()


def point(page, panel, across, down):
    """Where in a panel so much of its width and height lies."""
    canvas = page.locator(f'[data-panel="{panel}"] canvas')
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    x = box["x"] + 2 + (box["width"] - 4) * across
    return x, box["y"] + 5 + (box["height"] - 10) * down


def test_keys_move_through_rows_and_units_in_all_panels(watch):
    page = watch("probe=61&unit=3&row=5")
    assert where(page) == ["5 of 28", "3"]
    slider(page, "Row").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".axis output").first).to_have_text("6 of 28")
    assert where(page) == ["6 of 28", "4"]
    page.keyboard.press("Home")
    page.get_by_text("after row 1 of 28").wait_for()
    assert [value for slot, value in line(page, "c") if slot == "c_prev"] == [0]
    page.keyboard.press("End")
    page.get_by_text("after row 28 of 28").wait_for()
    slider(page, "Unit").focus()
    page.keyboard.press("End")
    expect(page.locator(".axis output").last).to_have_text("128")


def test_scrubbing_asks_the_server_nothing_and_rest_tells_the_link_and_the_table(watch):
    page = watch("probe=61&unit=3&row=5")
    count_asked(page)
    questions, rows = slider(page, "Row").evaluate(SCRUB)
    assert questions == 0
    assert rows == 5, "a picture after every fifth row"
    unit = where(page)[1]
    expect(page).to_have_url(re.compile(rf"unit={unit}&row=\d+"))
    page.locator("summary", has_text=f"The numbers of unit {unit}, row by row").wait_for()
    assert where(page)[1] == unit, "the answer moves nothing"


def test_the_mouse_over_one_panel_shows_its_row_and_unit_in_all_and_a_click_keeps_them(watch):
    page = watch("probe=61&unit=3&row=5&shown=h,c,f")
    before = values(page)
    page.mouse.move(*point(page, "f", 11.5 / 28, 99.5 / 128))
    expect(page.locator(".axis output").first).to_have_text("12 of 28")
    assert where(page) == ["12 of 28", "100"]
    over = values(page)
    assert over["c"] == line(page, "c")[0][1]
    assert over["f"] == line(page, "f")[0][1]
    page.mouse.move(5, 5)
    expect(page.locator(".axis output").first).to_have_text("5 of 28")
    assert values(page) == before
    page.mouse.click(*point(page, "c", 11.5 / 28, 99.5 / 128))
    page.mouse.move(5, 5)
    expect(page).to_have_url(re.compile("unit=100&row=12"))
    assert values(page) == over
    page.keyboard.press("ArrowRight")  # after a click the keys are heard
    expect(page.locator(".axis output").first).to_have_text("13 of 28")


def sigma(a):
    return 1 / (1 + math.exp(-a))


def check_lstm(page):
    shown = values(page)
    _, f, c_prev, i, g, kept, added = (value for _, value in line(page, "c"))
    assert (f, i, g) == (shown["f"], shown["i"], shown["g"])
    assert kept + added == pytest.approx(shown["c"], abs=2e-4)
    assert kept == pytest.approx(f * c_prev, abs=2e-4 * max(1, abs(c_prev)))
    assert added == pytest.approx(i * g, abs=2e-4)
    _, o, c, _, squashed = (value for _, value in line(page, "made"))
    assert (o, c) == (shown["o"], shown["c"])
    assert o * squashed == pytest.approx(shown["h"], abs=2e-4)
    for gate, squash in (("input gate i", sigma), ("candidate g", math.tanh)):
        page.get_by_role("button", name=gate).click()
        name = gate[-1]
        gated, *terms, total = (value for _, value in line(page, name))
        assert len(terms) == 4
        assert sum(terms) == pytest.approx(total, abs=3e-4)
        assert gated == shown[name] == pytest.approx(squash(total), abs=2e-4)


def test_the_equation_of_an_lstm_adds_up_to_what_the_panels_show(watch):
    page = watch("probe=61&unit=94&row=18")
    check_lstm(page)
    for axis, key, stands in (("Row", "End", 28), ("Unit", "Home", 1), ("Row", "Home", 1)):
        slider(page, axis).press(key)
        expect(slider(page, axis)).to_have_value(str(stands - 1))
        drawn(page)
        check_lstm(page)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_the_equation_of_a_gru_adds_up_in_every_layer_and_direction(watch, direction):
    page = watch(f"model={TWO}&probe=4&layer=2&direction={direction}&unit=2&row=9&gate=n")
    shown = values(page)
    _, _, n, z, h_prev, added, kept = (value for _, value in line(page, "h"))
    assert (n, z) == (shown["n"], shown["z"])
    assert added + kept == pytest.approx(shown["h"], abs=2e-4)
    assert kept == pytest.approx(z * h_prev, abs=2e-4)
    label = page.locator('[data-slot="h_prev"] small').first
    expect(label).to_have_text("h₈" if direction == "forward" else "h₁₀")
    _, w_ih, b_ih, r, w_hh, b_hh, total = (value for _, value in line(page, "n"))
    assert w_ih + b_ih + r * (w_hh + b_hh) == pytest.approx(total, abs=4e-4)
    assert n == pytest.approx(math.tanh(total), abs=2e-4)
    page.get_by_text("enters at row 9: h of layer 1").wait_for()


def test_the_equation_of_a_plain_rnn_is_its_one_sum(watch):
    page = watch("model=RNN-128&probe=61&unit=45&row=26")
    h, *terms, total = (value for _, value in line(page, "h"))
    assert sum(terms) == pytest.approx(total, abs=3e-4)
    assert h == values(page)["h"] == pytest.approx(math.tanh(total), abs=2e-4)


def test_a_projected_state_has_units_of_its_own(watch):
    page = watch(f"model={PROJECTED}&probe=4&unit=5&row=20")
    shown, projected = values(page), line(page, "hp")
    h, weight, made, others = (value for _, value in projected)
    assert h == shown["h"]
    assert weight * made + others == pytest.approx(h, abs=3e-4)
    page.mouse.move(*point(page, "h", 0.5, 3.5 / 4))
    page.get_by_text("other units").wait_for()
    page.get_by_text(re.compile("h₁₅, unit 4")).wait_for()
    assert line(page, "hp")[0][1] == values(page)["h"]


def test_words_say_how_long_a_gate_keeps(watch):
    page = watch("probe=61&unit=1&row=28")
    f = dict(line(page, "c"))["f"]
    told = page.locator(".inwords").inner_text()
    rows = float(re.search(r"c halves every (\d+) rows", told)[1])
    assert rows == pytest.approx(math.log(0.5) / math.log(f), rel=0.2), "f has but four digits here"
    assert "Its forget gate stands at >0.999" in told


def test_what_is_shown_and_the_order_are_chosen_and_linked(watch):
    page = watch("probe=61&unit=94")
    page.get_by_role("button", name="c, cell state").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="f before σ").click()
    page.get_by_label("Units in order of").select_option("selectivity for 8")
    expect(page.locator(".axis output").last).to_have_text("94")
    assert set(values(page)) == {"h", "i", "f", "g", "o", "a_f"}
    expect(page).to_have_url(re.compile(r"shown=h%2Ci%2Cf%2Cg%2Co%2Ca_f.*order=selectivity"))
    page.reload()
    page.locator(".told:not(:empty)").wait_for(timeout=180_000)
    assert set(values(page)) == {"h", "i", "f", "g", "o", "a_f"}
    expect(page.get_by_label("Units in order of")).to_have_value("selectivity for 8")


def test_another_digit_is_looked_at_in_the_same_place_and_a_smaller_network_where_it_can_be(watch):
    page = watch("probe=61&unit=94&row=5")
    before = set(values(page))
    page.get_by_role("button", name="4", exact=True).click()
    expect(page.locator(".told")).to_contain_text("test digit 65, a 4")
    assert where(page) == ["5 of 28", "94"]
    assert set(values(page)) == before
    page.get_by_role("combobox", name="Which network reads").click()
    page.get_by_role("option", name="BiGRU 7").click()
    page.get_by_text("There is no unit 94 here: 7 units, 28 steps.").wait_for()
    expect(page.locator(".told")).to_contain_text("layer 1, reading from the top")
    row, unit = where(page)
    assert row == "5 of 28"
    page.locator("summary", has_text=f"The numbers of unit {unit}, row by row").wait_for()
    assert set(values(page)) == {"h", "r", "z", "n"}


def test_space_plays_through_the_rows(watch):
    page = watch("probe=61&unit=3&row=20")
    page.get_by_label("Speed").select_option("fast")
    slider(page, "Row").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause the rows").wait_for()
    page.get_by_text("after row 28 of 28").wait_for()
    page.get_by_role("button", name="Play the rows").wait_for()


def test_784_steps_are_named_and_moved_through(watch):
    page = watch(f"model={LONG}&probe=4&unit=2&row=400")
    assert where(page) == ["400 of 784", "2"]
    page.get_by_text(re.compile("enters at step 400: 1 pixel")).wait_for()
    assert set(values(page)) == {"h", "c"}
    page.mouse.move(*point(page, "h", 0.25, 0.5))
    expect(page.locator(".axis output").first).to_have_text(re.compile(r"19\d of 784"))


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (820, "light"), (1440, "dark")])
def test_the_view_fits_its_window_and_nothing_jumps(watch, width, scheme):
    page = watch(
        "probe=61&unit=94&row=18",
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
    )
    assert_fits(page)
    boxes = [part.bounding_box() for part in page.locator("figure, .term, .axis, .chip").all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    tall = slider(page, "Row").evaluate("""async (slider) => {
      const root = slider.closest(".watch");
      const heights = new Set();
      for (let n = 0; n < 60; n++) {
        const key = n % 3 ? "ArrowDown" : n % 60 < 30 ? "ArrowRight" : "ArrowLeft";
        slider.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true }));
        await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
        heights.add(root.getBoundingClientRect().height);
      }
      return [...heights];
    }""")
    assert len(tall) == 1
