"""Saved readings in a browser: the numbers under the cursor are torch's, and nothing is fetched."""

import pytest
import torch
from playwright.sync_api import expect
from torch import nn

import rnnviz
from tests.e2e.documents import Opened, number, panels, place
from tests.e2e.looks import drawn

HALF_DIGIT = 0.5e-4 + 2e-6  # what a number of four decimals, computed in float32, may be off


@pytest.fixture
def opened(chromium):
    """Open documents without a network; at the end nothing may have been fetched or complained."""
    contexts, pages = [], []

    def open_(path, *, framed=False, **options):
        options = {"viewport": {"width": 1440, "height": 900}, "offline": True, **options}
        contexts.append(chromium.new_context(**options))
        found = Opened(contexts[-1].new_page())
        pages.append((path, found))
        page = found.open(path)
        inside = page.frame_locator("iframe") if framed else page
        inside.locator(".told:not(:empty)").wait_for()
        return page

    yield open_
    for path, found in pages:
        assert found.requests == [path.as_uri()]
        assert found.errors == []
    for context in contexts:
        context.close()


def randn(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(7))


def stepped(rnn, x, steps):
    """h, c and gates of a one-layer LSTM after so many steps, by nn.LSTMCell's formula."""
    H = rnn.hidden_size
    h = c = x.new_zeros(H)
    for t in range(steps):
        a = rnn.weight_ih_l0 @ x[t] + rnn.bias_ih_l0 + rnn.weight_hh_l0 @ h + rnn.bias_hh_l0
        i, f, g, o = a.split(H)
        a_f = f
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * c + i * g
        h = o * c.tanh()
    return {"h": h, "c": c, "i": i, "f": f, "g": g, "o": o, "a_f": a_f}


def assert_torch(page, rnn, x, output):
    """Assert that every number above a panel and in the equation is torch's."""
    drawn(page)
    step, unit = place(page)
    with torch.no_grad():
        expected = stepped(rnn, x, step)
    shown = panels(page)
    assert {"h", "c"} <= set(shown)
    for name, value in shown.items():
        assert value == pytest.approx(float(expected[name][unit - 1]), abs=HALF_DIGIT), name
    assert shown["h"] == pytest.approx(float(output[step - 1, unit - 1]), abs=HALF_DIGIT)
    line = page.locator('.line:has(.term:first-child[data-slot="c"]) .term b').all_inner_texts()
    _, f, c_prev, i, g, kept, added = map(number, line)
    assert f == pytest.approx(float(expected["f"][unit - 1]), abs=HALF_DIGIT)
    assert kept == pytest.approx(f * c_prev, abs=2e-4)
    assert added == pytest.approx(i * g, abs=2e-4)


@pytest.mark.parametrize("T", [28, 784])
def test_the_cursor_moves_by_keys_and_mouse_and_tells_torchs_numbers(opened, tmp_path, T):
    torch.manual_seed(5)
    rnn, x = nn.LSTM(28, 128), randn(T, 1, 28)
    with torch.no_grad():
        output = rnn(x)[0][:, 0]
    rnnviz.show(rnn, x).save(tmp_path / "reading.html")
    page = opened(tmp_path / "reading.html")
    for name in ("i", "f", "g", "o"):
        chip = page.locator(".chip", has_text=name).first
        if chip.get_attribute("aria-pressed") == "false":
            chip.click()
    page.locator(".chip", has_text="f before σ").click()
    assert_torch(page, rnn, x[:, 0], output)
    slider = page.get_by_role("slider", name="Time step", exact=True)
    slider.focus()
    page.keyboard.press("Home")
    drawn(page)
    assert place(page)[0] == 1
    assert_torch(page, rnn, x[:, 0], output)
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "ArrowUp"):
        before = place(page)
        page.keyboard.press(key)
        drawn(page)
        assert place(page) != before
    assert_torch(page, rnn, x[:, 0], output)
    page.keyboard.press("End")
    drawn(page)
    assert place(page)[0] == T
    assert_torch(page, rnn, x[:, 0], output)
    canvas = page.locator('[data-panel="c"] canvas')
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"])
    drawn(page)
    assert place(page)[0] == pytest.approx(0.3 * T, abs=2 + T / 100)
    assert_torch(page, rnn, x[:, 0], output)


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU])
def test_derived_numbers_of_other_cells_add_up_in_both_directions(opened, tmp_path, kind):
    torch.manual_seed(5)
    rnn, x = kind(28, 128, bidirectional=True, batch_first=True), randn(2, 500, 28)
    with torch.no_grad():
        output = rnn(x)[0][1].view(500, 2, 128)
    rnnviz.show(rnn, x, sequence=1, limit_mb=4).save(tmp_path / "reading.html")
    page = opened(tmp_path / "reading.html")
    for at, direction in enumerate(("forward", "reverse")):
        page.get_by_role("button", name=direction).click()
        expect(page.locator(".told")).to_contain_text(f"({direction})")
        page.get_by_role("slider", name="Time step", exact=True).focus()
        page.keyboard.press("Home" if direction == "forward" else "End")
        for key in (*["ArrowRight" if direction == "forward" else "ArrowLeft"] * 3, "ArrowDown"):
            page.keyboard.press(key)
        drawn(page)
        step, unit = place(page)
        h = float(output[step - 1, at, unit - 1])
        assert panels(page)["h"] == pytest.approx(h, abs=HALF_DIGIT)
        slots = {
            term.get_attribute("data-slot"): number(term.locator("b").inner_text())
            for term in page.locator(".formulas .term, .sum .term").all()
        }
        if kind is nn.RNN:
            total = sum(slots[name] for name in ("input", "bias_ih", "state", "bias_hh"))
            assert total == pytest.approx(slots["a"], abs=3e-4)
            assert torch.tensor(slots["a"]).tanh() == pytest.approx(h, abs=2e-4)
        else:
            assert slots["added"] + slots["kept"] == pytest.approx(h, abs=2e-4)
            previous = step - 2 if direction == "forward" else step
            h_prev = float(output[previous, at, unit - 1])
            assert slots["h_prev"] == pytest.approx(h_prev, abs=HALF_DIGIT)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (390, "light"), (1440, "dark")])
def test_a_document_fits_its_window_in_both_themes(opened, tmp_path, width, scheme):
    rnn = nn.LSTM(5, 12, num_layers=2, bidirectional=True)
    rnnviz.show(rnn, randn(9, 3, 5)).save(tmp_path / "reading.html")
    page = opened(
        tmp_path / "reading.html",
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    dark = sum(map(int, background.strip("rgb()").split(","))) < 200
    assert dark == (scheme == "dark")
    boxes = [part.bounding_box() for part in page.locator("figure, .term, .axis, .chip").all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)


@pytest.mark.parametrize(
    ("attributes", "dark"),
    [
        ('<body data-jp-theme-light="false">', True),
        ('<body data-vscode-theme-kind="vscode-dark">', True),
        ('<body data-vscode-theme-kind="vscode-light">', False),
        ('<body data-jp-theme-light="true">', False),
        ("<body>", False),
        ('<body style="background: #222; color: #ddd">', True),
    ],
)
def test_a_frame_takes_the_theme_and_the_height_of_its_notebook(opened, tmp_path, attributes, dark):
    framed = rnnviz.show(nn.GRU(3, 4), randn(5, 3))._repr_html_()
    path = tmp_path / "notebook.html"
    path.write_text(f"<!doctype html><meta charset=utf-8>{attributes}{framed}", encoding="utf-8")
    page = opened(path, framed=True, color_scheme="dark")
    root = page.frame_locator("iframe").locator("html")
    expect(root).to_have_attribute("data-theme", "dark" if dark else "light")
    drawn(page)
    content, frame = root.evaluate("html => [html.offsetHeight, innerHeight]")
    assert abs(content - frame) <= 2
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")  # the person changes the theme
    expect(root).to_have_attribute("data-theme", "light")
