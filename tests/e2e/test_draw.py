import re

import numpy as np
import pytest
from PIL import Image

from rnnviz.ui.figures import palette
from tests.e2e.looks import assert_fits, drawn, settled

from .drawing import ONE, SEVEN, THREE, ZERO, draw, pad


def expect_answer(page, digit):
    page.wait_for_function(
        "digit => { const deep = (root) => [...root.querySelectorAll('*')].flatMap("
        "e => [e, ...(e.shadowRoot ? deep(e.shadowRoot) : [])]);"
        "return deep(document).some(e => e.matches('.pad .answer strong')"
        " && e.textContent === digit) }",
        arg=digit,
    )


@pytest.mark.parametrize(("strokes", "digit"), [(THREE, "3"), (SEVEN, "7"), (ZERO, "0")])
def test_a_digit_drawn_with_the_mouse_is_named_before_the_pen_lifts(open_page, strokes, digit):
    page = open_page("/draw")
    draw(page, strokes, lift=False)
    expect_answer(page, digit)
    page.mouse.up()
    page.get_by_text(re.compile(f"With the framing it reads {digit}")).wait_for()


def test_a_digit_drawn_with_the_keyboard_alone_is_named_before_the_pen_lifts(open_page):
    page = open_page("/draw")
    pad(page).focus()
    for _ in range(5):
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Space")
    for _ in range(10):
        page.keyboard.press("Shift+ArrowDown")
    expect_answer(page, "1")
    page.keyboard.press("Space")
    page.get_by_text(re.compile("With the framing it reads 1")).wait_for()
    assert "1 with" in page.locator(".pad [aria-live]").inner_text()
    page.keyboard.press("Delete")
    expect_answer(page, "")
    page.keyboard.press("z")
    expect_answer(page, "1")


def test_a_held_space_bar_draws_only_while_it_is_held(open_page):
    page = open_page("/draw")
    pad(page).focus()
    page.keyboard.down("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.up("Space")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    drawn(page)
    inked = ink_count(page)
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    drawn(page)
    assert ink_count(page) == inked > 300


def ink_count(page):
    """White pixels on the pad; the ring that shows the pen is not white."""
    return pad(page).evaluate(
        "canvas => { const d = canvas.getContext('2d').getImageData("
        "0, 0, canvas.width, canvas.height).data; let n = 0;"
        "for (let k = 0; k < d.length; k += 4) n += d[k] > 250 && d[k + 1] > 250; return n }"
    )


def test_a_finger_draws_on_a_narrow_screen_and_nothing_is_wider_than_it(open_page):
    page = open_page("/draw", viewport={"width": 390, "height": 844}, has_touch=True)
    box = pad(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    touch = page.context.new_cdp_session(page)
    scale = box["width"] / 280

    def send(kind, *points):
        places = [{"x": box["x"] + x * scale, "y": box["y"] + y * scale} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    send("touchStart", (140, 60))
    for y in range(70, 221, 10):
        send("touchMove", (140, y))
    expect_answer(page, "1")
    send("touchEnd")
    page.get_by_text(re.compile("With the framing it reads 1")).wait_for()
    assert_fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_have_the_colours_of_the_palette(open_page, scheme):
    page = open_page("/draw?digit=0", color_scheme=scheme)
    expect_answer(page, "7")
    theme = {"light": palette.LIGHT, "dark": palette.DARK}[scheme]
    found = page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    wanted = [int(theme.background[at : at + 2], 16) for at in (1, 3, 5)]
    assert [int(part) for part in re.findall(r"\d+", found)[:3]] == wanted
    middle = np.array([int(theme.diverging[4][at : at + 2], 16) for at in (1, 3, 5)])
    heat = page.locator(".pad .rows canvas").evaluate(
        "c => { const s = devicePixelRatio; const d = c.getContext('2d').getImageData("
        "31 * s, 173 * s, 1, 60 * s).data; return [...d] }"
    )
    # Row 1 of a digit is empty, so h hardly leaves 0 there: the middle of the scale.
    seen = np.array(heat).reshape(-1, 4)[:, :3]
    assert np.median(np.abs(seen - middle).max(axis=1)) < 60


def test_a_link_opens_what_it_names_in_a_fresh_browser(open_page):
    page = open_page("/draw?model=GRU-128&digit=0&pen=30")
    expect_answer(page, "7")
    page.get_by_text("MNIST test digit 0, a 7").wait_for()
    assert page.locator("[data-testid=stSelectbox] input").input_value() == "GRU-128" or (
        "GRU-128" in page.locator("[data-testid=stSelectbox]").inner_text()
    )


def test_a_link_with_nonsense_opens_all_the_same_and_says_so(open_page):
    page = open_page("/draw?model=GPT&digit=123456")
    page.get_by_text(re.compile("The link asks for model = 'GPT'")).wait_for()
    page.get_by_text(re.compile("The link asks for test digit '123456'")).wait_for()
    draw(page, ONE)
    expect_answer(page, "1")


def test_choosing_a_digit_and_drawing_over_it_keeps_the_link_honest(open_page):
    page = open_page("/draw")
    page.get_by_role("button", name="5", exact=True).click()
    page.get_by_text(re.compile(r"MNIST test digit \d+, a 5")).wait_for()
    page.wait_for_url(re.compile(r"digit=\d+"))
    draw(page, SEVEN)
    expect_answer(page, "7")
    page.wait_for_url(lambda url: "digit=" not in url)


def test_undo_and_clear_lose_nothing(open_page):
    page = open_page("/draw")
    draw(page, SEVEN)
    expect_answer(page, "7")
    page.get_by_role("button", name="Clear").click()
    expect_answer(page, "")
    page.get_by_role("button", name="Undo").click()
    expect_answer(page, "7")
    page.get_by_role("button", name="Undo").click()
    expect_answer(page, "")


def test_a_scribble_without_end_fills_the_pad_and_is_told_so(open_page):
    page = open_page("/draw")
    pad(page).evaluate(
        "canvas => { const box = canvas.getBoundingClientRect();"
        "const fire = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {"
        "pointerId: 1, button: 0, bubbles: true, clientX: box.x + x, clientY: box.y + y }));"
        "canvas.setPointerCapture = () => {};"
        "fire('pointerdown', 20, 20);"
        "for (let n = 0; n < 7000; n++) fire('pointermove', 20 + (n % 60) * 4, 20 + (n % 97) * 2);"
        "fire('pointerup', 20, 20) }"
    )
    page.get_by_text("The pad is full: undo or clear.").wait_for()
    page.get_by_role("button", name="Clear").click()
    expect_answer(page, "")
    draw(page, ONE)
    expect_answer(page, "1")


def test_the_drawing_is_still_there_after_another_page(open_page):
    page = open_page("/draw")
    draw(page, THREE)
    page.get_by_text(re.compile("With the framing it reads 3")).wait_for()
    page.get_by_role("link", name="rnnviz").click()
    page.get_by_role("link", name="Draw a digit").click()
    expect_answer(page, "3")
    drawn(page)
    assert ink_count(page) > 1000
    page.get_by_role("button", name="Undo").wait_for()


AGAIN = """async (pad) => {
  const named = performance.getEntriesByType("resource").map((entry) => entry.name);
  const { default: show } = await import(named.find((name) => name.includes("/pad.js")));
  const place = pad.parentElement.cloneNode(true);
  pad.parentElement.after(place);
  const header = { ack: 3, source: 0, width: 18, units: 128, label: "", arrays: {} };
  const words = { hint: "", caption: "", sentence: "" };
  const json = new TextEncoder().encode(JSON.stringify({ ...header, ...words }));
  const data = new Uint8Array(4 + json.length);
  new DataView(data.buffer).setUint32(0, json.length, true);
  data.set(json, 4);
  show({ data, parentElement: place, setStateValue: () => {} });
  const canvas = place.querySelector("canvas.ink");
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return pixels.filter((value) => value === 255).length / 4;
}"""


def test_a_pad_made_anew_in_the_same_page_has_the_ink_that_an_answer_leaves_out(open_page):
    page = open_page("/draw")
    draw(page, SEVEN)
    expect_answer(page, "7")
    assert page.locator(".pad").evaluate(AGAIN) > 1000


def test_the_player_is_scrubbed_and_played_without_asking_the_server(open_page):
    page = open_page("/draw?digit=61")
    sent = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda _: sent.append(1)))
    page.reload()
    readout = page.locator(".player .readout")
    readout.get_by_text(re.compile("After row 28 it believes 8")).wait_for(timeout=180_000)
    settled(page, 1000)
    sent.clear()
    slider = page.locator(".player input[type=range]")
    slider.focus()
    page.keyboard.press("Home")
    readout.get_by_text(re.compile("After row 1 it")).wait_for()
    page.keyboard.press("ArrowRight")
    readout.get_by_text(re.compile("After row 2 it")).wait_for()
    page.locator(".player select").select_option(label="fast")
    page.get_by_role("button", name="Play").click()
    readout.get_by_text(re.compile("After row 28 it believes 8")).wait_for()
    box = page.locator(".player .rows canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 80)
    readout.get_by_text(re.compile(r"Unit \d+: h = ")).wait_for()
    assert sent == []


def test_a_picture_is_uploaded_and_a_text_is_refused_in_one_sentence(open_page, tmp_path):
    page = open_page("/draw")
    seven = Image.new("L", (200, 200), 255)
    for x, y in [(x, 40) for x in range(50, 151)] + [(150 - k // 2, 40 + k) for k in range(130)]:
        seven.paste(0, (x - 7, y - 7, x + 7, y + 7))
    seven.save(tmp_path / "seven.png")
    (tmp_path / "text.png").write_text("no picture")
    page.get_by_role("button", name="Upload a picture").click()
    chooser = page.locator("input[type=file]")
    chooser.set_input_files(tmp_path / "text.png")
    page.get_by_text("This is not a picture that can be read: try PNG or JPEG.").first.wait_for()
    chooser.set_input_files(tmp_path / "seven.png")
    expect_answer(page, "7")


def test_the_home_page_has_the_person_drawing_within_one_click(open_page):
    page = open_page("/")
    page.get_by_role("link", name="Draw a digit").click()
    pad(page).wait_for()
    draw(page, ONE)
    expect_answer(page, "1")
