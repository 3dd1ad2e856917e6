import base64
import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from rnnviz.ui.figures.palette import LIGHT
from rnnviz.ui.figures.reading_svg import ACROSS, HEAT, PLOT, RIBBONS, reading_svg

SVG = "{http://www.w3.org/2000/svg}"
BELIEF = np.full((4, 10), 0.01, np.float32)
BELIEF[:2, 3], BELIEF[2:, 8] = 0.91, 0.91
H = np.linspace(-1, 1, 4 * 6, dtype=np.float32).reshape(4, 6)
PICTURE = np.arange(784).reshape(28, 28).astype(np.uint8)


def figure(belief=BELIEF, h=H, decided=3, **others):
    return ElementTree.fromstring(reading_svg(PICTURE, belief, h, decided, **others))


def said(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def pictures(root):
    found = []
    for element in root.iter(f"{SVG}image"):
        kind, _, content = element.get("href").partition("base64,")
        assert kind == "data:image/png;", "nothing is fetched from anywhere"
        found.append(np.asarray(Image.open(io.BytesIO(base64.b64decode(content)))))
    return found


def corners(polygon):
    return [tuple(map(float, pair.split(","))) for pair in polygon.get("points").split()]


def test_the_ribbons_are_as_tall_as_the_belief_and_fill_the_whole_height():
    ribbons = [corners(polygon) for polygon in figure().iter(f"{SVG}polygon")]
    tall = RIBBONS[1] - RIBBONS[0]
    for k, points in enumerate(ribbons):
        upper, lower = points[: len(points) // 2], points[len(points) // 2 :][::-1]
        heights = [(down[1] - up[1]) / tall for up, down in zip(upper, lower, strict=True)][1:-1]
        assert heights == pytest.approx(BELIEF[:, k].tolist(), abs=1e-3)
        assert [x for x, _ in upper][1:-1] == pytest.approx(
            [PLOT + ACROSS * (t + 0.5) / 4 for t in range(4)], abs=0.1
        )
    assert ribbons[0][-1][1] == RIBBONS[1]
    assert ribbons[9][0][1] == pytest.approx(RIBBONS[0], abs=0.01)


def test_what_is_believed_is_named_and_said_and_the_decision_is_marked():
    root = figure(title="LSTM", caption="a 8", word="column")
    words = said(root)
    assert "After column 2 it believed 3; from column 3 on, 8 with 91 %; runner-up 0 with 1 %." in (
        words
    )
    assert {"LSTM", "a 8", "belief after each column", "hidden state h, 6 units"} <= set(words)
    assert {"decided at column 3", "column 1", "2", "4"} <= set(words)
    assert words.count("8") == 1
    places = {line.get("x1") for line in root.iter(f"{SVG}line")}
    assert places == {f"{PLOT + ACROSS * 2 / 4:.2f}"}


def test_the_digit_and_every_value_of_the_hidden_state_are_a_pixel():
    digit, ramp, heat = pictures(figure())
    assert np.array_equal(digit, np.repeat(PICTURE[..., None], 3, 2))
    assert heat.shape == (6, 4, 3)
    ends = [[int(c[at : at + 2], 16) for at in (1, 3, 5)] for c in LIGHT.diverging]
    assert heat[0, 0].tolist() == ramp[0, 0].tolist() == ends[0]
    assert heat[-1, -1].tolist() == ramp[0, -1].tolist() == ends[-1]
    box = list(figure().iter(f"{SVG}image"))[2]
    assert float(box.get("y")) + float(box.get("height")) == HEAT[1]


def test_a_wider_scale_says_how_wide_and_what_is_no_number_has_the_colour_of_nothing():
    h = H.copy()
    h[0, 0] = np.nan
    root = figure(h=4 * h, reach=4.0)
    assert {"−4", "0", "4"} <= set(said(root))
    _, ramp, heat = pictures(root)
    assert heat[3, 3] == pytest.approx(ramp[0, round(159 * (H[3, 3] + 1) / 2)], abs=2)
    middle = heat[0, 0].astype(int)
    colours = [[int(c[at : at + 2], 16) for at in (1, 3, 5)] for c in LIGHT.diverging[4:6]]
    assert np.abs(middle - np.mean(colours, 0)).max() <= 1


def test_it_has_a_ground_of_its_own_and_words_are_escaped():
    root = figure(title="a < b & c")
    assert root.find(f"{SVG}rect").get("fill") == LIGHT.background
    assert root.find(f"{SVG}title").text == "a < b & c"


def test_a_sequence_of_784_steps_and_one_of_a_single_step_are_figures_too():
    for T in (1, 784):
        belief = np.full((T, 10), 0.1, np.float32)
        root = figure(belief, np.zeros((T, 512), np.float32), 1, word="step")
        ticks = [element.text for element in root.iter(f"{SVG}text") if element.get("class")]
        assert ticks[0] == "step 1"
        assert len(ticks) == (1 if T == 1 else 5)


def test_an_answer_that_is_no_number_is_refused_in_words():
    lost = BELIEF.copy()
    lost[-1] = np.nan
    with pytest.raises(ValueError, match="no number: there is nothing to draw"):
        reading_svg(PICTURE, lost, H, 1)
