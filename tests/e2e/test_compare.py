import re
import shutil

import pytest
from playwright.sync_api import expect

from rnnviz.bench.draw import ROOT, serve
from rnnviz.training.store.run_store import RunStore
from tests.e2e.buttons import slider
from tests.e2e.looks import asked, assert_fits, count_asked, settled
from tests.trained_runs import config, keep_run

A, B, C = (letter * 22 for letter in "ABC")
PATH = "/runs?view=Compare&runs={}"


@pytest.fixture(scope="module")
def server(home):
    """The app, with three runs in its store."""
    store = RunStore()
    keep_run(store, A, config(lr=0.03))
    keep_run(store, B, config(lr=0.01, count=200))
    keep_run(store, C, config("gru", hidden_size=6, chunk=14))
    with serve(ROOT / "app.py") as address:
        yield address
    shutil.rmtree(store.root)


@pytest.fixture
def open_runs(open_page):
    def open_(*ids, **options):
        page = open_page(PATH.format(",".join(ids)), **options)
        page.get_by_text(re.compile(r"The first \d+ of [\d,]+\. Click one")).wait_for(
            timeout=180_000
        )
        settled(page)
        return page

    return open_


def places(page):
    """What each column says of where it is, e.g. "step 18 · row 28 of 28"."""
    return page.locator(".column .when").all_inner_texts()


def test_two_cursors_move_in_all_runs_by_keyboard_and_the_server_is_not_asked(open_runs):
    page = open_runs(A, B)
    count_asked(page)
    assert places(page) == ["step 18 · row 28 of 28", "step 12 · row 28 of 28"]
    slider(page, "Training step").focus()
    page.keyboard.press("ArrowLeft")
    assert places(page) == ["step 17 · row 28 of 28", "step 12 · row 28 of 28"]
    page.keyboard.press("Home")
    page.get_by_text(re.compile("Before the first step, with row 28 read")).wait_for()
    slider(page, "Row").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert places(page) == ["step 0 · row 2 of 28", "step 0 · row 2 of 28"]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert places(page) == ["step 2 · row 2 of 28", "step 2 · row 2 of 28"]
    page.keyboard.press("End")
    page.get_by_text(re.compile("After step 2, with row 28 read")).wait_for()
    assert asked(page) == 0


def test_runs_that_read_in_different_steps_share_the_cursor_by_the_part_read(open_runs):
    page = open_runs(A, C)
    page.get_by_text(re.compile("read the digit in different steps")).wait_for()
    slider(page, "Part read").focus()
    page.keyboard.press("Home")
    seen = [[text.split("· ")[1] for text in places(page)]]
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        seen.append([text.split("· ")[1] for text in places(page)])
    assert seen == [
        ["row 1 of 28", "time step 1 of 56"],
        ["row 1 of 28", "time step 2 of 56"],
        ["row 2 of 28", "time step 3 of 56"],
        ["row 2 of 28", "time step 4 of 56"],
    ]


def test_the_mouse_over_one_run_moves_all_and_reads_a_unit(open_runs):
    page = open_runs(A, C)
    canvas = page.locator(".column .rows canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 30 + (box["width"] - 36) * 0.51, box["y"] + 200)
    assert [text.split("· ")[1] for text in places(page)] == ["row 15 of 28", "time step 30 of 56"]
    page.get_by_text(re.compile(r"Unit \d of LSTM 8: h = [−\d.]+")).wait_for()


def test_the_mouse_on_a_chart_moves_through_training(open_runs):
    page = open_runs(A, B)
    chart = page.locator("canvas.accuracy")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + 48, box["y"] + 90)
    page.mouse.down()
    page.mouse.up()
    assert [text.split(" ·")[0] for text in places(page)] == ["step 0", "step 0"]


def test_space_plays_through_the_rows_and_stops_at_the_end(open_runs):
    page = open_runs(A, B)
    page.get_by_label("Speed").select_option("fast")
    slider(page, "Row").focus()
    page.keyboard.press("Space")
    page.get_by_text(re.compile(r"with row (?!28)\d+ read")).wait_for()
    page.get_by_text(re.compile("with row 28 read")).wait_for()
    assert page.get_by_role("button", name="Play the rows").is_visible()


def test_a_digit_on_which_two_differ_is_watched_when_clicked(open_runs):
    page = open_runs(A, B)
    digit = page.locator(".differing button").nth(1)
    index = digit.get_attribute("data-index")
    digit.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"probe={index}(&|$)"))
    page.get_by_text(re.compile(rf"test digit {index}, a \d")).first.wait_for()
    expect(page.locator(f'.differing button[data-index="{index}"]')).to_have_attribute(
        "aria-pressed", "true"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_the_view_fits_its_window(open_runs, scheme, width):
    page = open_runs(A, B, C, viewport={"width": width, "height": 850}, color_scheme=scheme)
    assert_fits(page)
    boxes = [column.bounding_box() for column in page.locator(".column").all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    assert len({box["x"] for box in boxes}) == {390: 1, 820: 2, 1440: 3}[width]


def test_nothing_jumps_however_much_the_readout_has_to_say(open_runs):
    page = open_runs(A, B, C, viewport={"width": 390, "height": 850})
    below = """() => document.querySelector('[data-testid=stTable]').getBoundingClientRect().top
        - document.querySelector('h1').getBoundingClientRect().top"""
    canvas = page.locator(".column .rows canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.get_by_text(re.compile(r"Unit \d of LSTM 8")).wait_for()
    most = page.evaluate(below)
    page.locator(".compare .readout").evaluate("element => (element.textContent = '')")
    assert page.evaluate(below) == most
