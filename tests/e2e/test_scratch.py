import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.e2e.looks import asked, assert_fits, count_asked, drawn, settled

from .drawing import THREE, draw

FIRST = {
    "Lines": ".lenses .code li",
    "Graph": ".graph svg .node",
    "cat, dropout": ".tables .matrix",
    "It learns": ".charts canvas",
    "The lesson": ".charts canvas",
    "MNIST": "canvas.ink",
}


@pytest.fixture
def open_view(open_page):
    def open_(view, link="", **options):
        page = open_page(f"/scratch?view={quote(view)}{link}", **options)
        page.locator(FIRST[view]).first.wait_for(timeout=180_000)
        settled(page)
        return page

    return open_


def test_one_cursor_moves_over_formula_code_and_matrices_by_keyboard_alone(open_view):
    page = open_view("Lines")
    count_asked(page)
    page.get_by_role("slider", name="Line").focus()
    page.keyboard.press("Home")
    for letters, line, count in (
        ("from_x = x₁ W_xh", "from_x = x @ w.W_xh", 3),
        ("from_h = h₀ W_hh", "from_h = h_prev @ w.W_hh", 3),
        ("a₁ = from_x + from_h + b_h", "a = from_x + from_h + w.b_h", 4),
        ("h₁ = tanh(a₁)", "h = np.tanh(a)", 2),
    ):
        expect(page.locator(".lenses .letters")).to_have_text(letters)
        expect(page.locator(".lenses .code .now")).to_contain_text(line)
        expect(page.locator(".lenses .matrices .matrix")).to_have_count(count)
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    words = page.locator(".lenses .numbers").inner_text()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".lenses .which")).to_contain_text("number 2 of 1 × 3")
    assert page.locator(".lenses .numbers").inner_text() != words
    expect(page.locator(".lenses .matrices .used")).to_have_count(4)  # x, and a column of W_xh
    assert asked(page) == 0


def test_on_the_way_back_the_shares_of_w_hh_fill_in_and_add_up(open_view):
    page = open_view("Lines")
    flow = page.locator(".lenses .flow")
    expect(flow.locator(".sum")).to_have_text("It fills in on the way back.")
    assert flow.locator(".empty").count() == 4 * 9
    page.get_by_role("button", name="Backward, time step 2").click()
    expect(flow.locator(".sum")).to_contain_text("Norms: step 3")
    assert flow.locator(".empty").count() == 2 * 9
    page.get_by_role("slider", name="Line").focus()
    page.keyboard.press("End")
    expect(flow.locator(".sum")).to_contain_text("all of it")
    shares = [
        [float(cell.replace("−", "-")) for cell in matrix.locator(".cells span").all_inner_texts()]
        for matrix in flow.locator(".matrix").all()
    ]
    *steps, total = shares
    for place, sum_ in enumerate(total):
        assert sum(share[place] for share in steps) == pytest.approx(sum_, abs=0.02)


def test_a_line_of_the_code_and_a_number_can_be_pointed_at(open_view):
    page = open_view("Lines")
    page.locator(".lenses .code li", has_text="h = np.tanh(a)").click()
    expect(page.locator(".lenses .letters")).to_have_text("h₁ = tanh(a₁)")
    page.locator(".lenses .matrices .matrix").first.locator(".cells span").nth(2).hover()
    expect(page.locator(".lenses .which")).to_contain_text("number 3 of 1 × 3")


def test_the_graph_says_shape_and_gradient_by_mouse_and_by_keyboard(open_view):
    page = open_view("Graph")
    told, says = page.locator(".graph .what"), page.locator(".graph .says")
    expect(told).to_contain_text("mean")
    page.locator(".graph .node", has_text="tanh").first.hover()
    expect(told).to_contain_text(re.compile(r"tanh \(1, 3\): its gradient has the norm"))
    expect(says).to_have_text("Squash: y = tanh a, y′ = 1 − y².")
    page.locator(".graph .weight").first.hover()
    expect(told).to_contain_text("used 3 times: what comes back adds up")
    assert page.locator(".graph .lit").count() == 3
    page.locator(".graph svg").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expect(told).to_contain_text("pow (3, 1)")


def step_of(page):
    words = page.get_by_text(re.compile(r"step [\d,]+ of 600,")).inner_text()
    return int(re.search(r"step ([\d,]+)", words)[1].replace(",", ""))


def test_the_training_starts_pauses_goes_on_and_both_curves_lie_on_each_other(open_view):
    page = open_view("It learns", "&hand_steps=600")
    page.get_by_role("button", name="Start").click()
    page.get_by_text(re.compile(r"After \d+ steps our loss is")).first.wait_for()
    pause = page.get_by_role("button", name="Pause")
    pause.click()
    page.get_by_text(re.compile(r"step [\d,]+ of 600, paused")).wait_for()
    stood = step_of(page)
    assert 0 < stood < 600
    page.wait_for_timeout(800)
    assert step_of(page) == stood
    page.get_by_role("button", name="Resume").click()
    page.get_by_text("step 600 of 600, done").wait_for(timeout=180_000)
    value = page.locator(".charts .value").first
    expect(value).to_contain_text("At step 600:")
    ours, theirs = re.search(r"ours (.+), PyTorch (.+)$", value.inner_text()).groups()
    assert ours == theirs
    canvas = page.locator(".charts canvas").first
    canvas.focus()
    page.keyboard.press("Home")
    expect(value).to_contain_text("At step 0:")
    page.get_by_role("button", name="Step", exact=True).click()  # a new one: this one is done
    page.get_by_text("step 0 of 600, paused").wait_for()


def test_numpy_reads_a_digit_while_it_is_drawn_and_says_how_far_it_is_from_torch(open_view):
    page = open_view("MNIST")
    draw(page, THREE, lift=False)
    expect(page.locator(".pad .answer strong")).to_have_text("3")
    page.mouse.up()
    page.get_by_text(re.compile(r"NumPy alone reads a 3 with .* within 1e−5")).wait_for()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (820, "light")])
@pytest.mark.parametrize("view", FIRST)
def test_every_view_fits_its_window(open_view, view, width, scheme):
    page = open_view(view, viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert_fits(page)


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_below_the_lenses_jumps_while_the_cursor_moves(open_view, width):
    page = open_view("Lines", viewport={"width": width, "height": 900})
    end = page.get_by_text("Why? What the numbers mean")
    page.get_by_role("slider", name="Line").evaluate("e => e.focus({preventScroll: true})")
    page.keyboard.press("Home")
    drawn(page)
    before = end.evaluate("e => e.getBoundingClientRect().top")
    for line in range(41):
        page.keyboard.press("ArrowRight")
        drawn(page)
        assert end.evaluate("e => e.getBoundingClientRect().top") == before, line
