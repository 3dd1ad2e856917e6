from functools import partial
from xml.etree import ElementTree

import numpy as np
import pytest

from rnnviz.training.jobs.protocol import Curve, Snapshot
from rnnviz.ui.figures.curves_svg import TEST, curves_svg
from rnnviz.ui.figures.palette import LIGHT
from tests.curves import snapshot

SVG = "{http://www.w3.org/2000/svg}"


def read_off(root, left):
    """Read the curves in the plot that begins at `left` as a person does: by the ticks."""
    inside = range(left - 40, left + 400)
    words = [t for t in root.iter(f"{SVG}text") if float(t.get("x")) in inside or t.get("class")]

    def scale(kind, attribute, shift):
        ticks = [t for t in words if t.get("class") == kind and _within(t, inside)]
        places = [float(t.get(attribute)) - shift for t in ticks]
        values = [float(t.text.replace(",", "")) for t in ticks]
        assert len(ticks) >= 3
        slope, start = np.polyfit(places, values, 1)
        assert np.allclose(slope * np.array(places) + start, values, atol=0.01)
        return lambda place: slope * place + start

    x, y = scale("x", "x", 0), scale("y", "y", 4)
    curves = []
    for line in root.iter(f"{SVG}polyline"):
        places = [tuple(map(float, pair.split(","))) for pair in line.get("points").split()]
        if left <= places[0][0] <= left + 400:
            curves.append([(x(a), y(b)) for a, b in places])
    return curves


def _within(element, inside):
    return inside.start <= float(element.get("x")) < inside.stop


def test_the_numbers_can_be_read_off_the_figure_by_its_axes():
    root = ElementTree.fromstring(curves_svg(snapshot()))
    (loss,) = read_off(root, 60)
    assert np.allclose(loss, [(40, 2.25), (80, 1.5), (120, 0.125)], atol=0.02)
    training, test = read_off(root, 500)
    assert np.allclose(training, [(40, 10), (80, 55), (120, 90)], atol=0.3)
    assert np.allclose(test, [(20, 30), (80, 61.23), (120, 80)], atol=0.3)
    said = [title.text for title in root.iter(f"{SVG}title")]
    assert "0.6123 of 10,000 after step 80" in said
    labels = {t.text for t in root.iter(f"{SVG}text")}
    assert {"loss", "digits read right, %", "step", "training digits", "test digits"} <= labels


@pytest.mark.parametrize("highest", [3e-4, 0.07, 1.0, 2.31, 9.9, 123.0, 5e4])
@pytest.mark.parametrize("until", [1, 3, 4690, 1_000_000])
def test_all_of_a_curve_lies_between_its_axes_and_the_ticks_are_few(highest, until):
    f = partial(np.array, dtype=np.float32)
    shown = Snapshot(
        id="x",
        state="done",
        steps=until,
        epochs=1,
        step=until,
        history=Curve(f([until]), f([highest]), f([0.97]), f([1.0])),
    )
    root = ElementTree.fromstring(curves_svg(shown))
    loss, share = (line.get("points") for line in root.iter(f"{SVG}polyline"))
    assert float(loss.split(",")[0]) == 420
    assert 64 <= float(loss.split(",")[1]) < 64 + 110, "in the upper half"
    assert float(share.split(",")[1]) == pytest.approx(284 - 220 * 0.7, abs=0.1)  # from 90 on
    for kind in ("x", "y"):
        ticks = [t.text for t in root.iter(f"{SVG}text") if t.get("class") == kind]
        assert 2 <= len(ticks) <= 16
    assert all(0 <= float(t.get("x")) <= 880 for t in root.iter(f"{SVG}text"))


def test_the_first_few_digits_are_hollow_circles_and_all_of_them_filled_ones():
    text = curves_svg(snapshot())
    fills = [c.get("fill") for c in ElementTree.fromstring(text).iter(f"{SVG}circle")]
    assert fills == [LIGHT.background, TEST, TEST]


def test_a_curve_has_a_gap_where_the_loss_was_lost():
    lost = snapshot((np.nan, 2.0, 1.0, np.inf, np.nan, 0.5, np.nan), (0.5,) * 7, (1.0,) * 7)
    root = ElementTree.fromstring(curves_svg(lost))
    curves = read_off(root, 60)
    assert [len(curve) for curve in curves] == [2, 1]
    assert np.allclose(curves[0] + curves[1], [(80, 2), (120, 1), (240, 0.5)], atol=0.5)
    top = next(line.get("points").split()[0] for line in root.iter(f"{SVG}polyline"))
    assert float(top.split(",")[1]) == 64, "what was lost does not decide how far the axis goes"


def test_nothing_learnt_yet_and_nothing_left_to_learn_are_figures_too():
    for shown in (snapshot((), (), (), tests=()), snapshot((0.0,), (1.0,), (0.0,), tests=())):
        root = ElementTree.fromstring(curves_svg(shown))
        assert "nan" not in ElementTree.tostring(root, "unicode")


def test_a_title_is_escaped():
    text = curves_svg(snapshot(), title='a < b & "c"</text>')
    root = ElementTree.fromstring(text)
    assert root.find(f"{SVG}title").text == 'a < b & "c"</text>'
    assert 'a < b & "c"</text>' in [t.text for t in root.iter(f"{SVG}text")]


def test_a_fold_that_judges_is_called_what_it_is():
    figure = ElementTree.fromstring(curves_svg(snapshot(), judges="a fold"))
    labels = {element.text for element in figure.iter()}
    assert "a fold" in labels
    assert "test digits" not in labels
