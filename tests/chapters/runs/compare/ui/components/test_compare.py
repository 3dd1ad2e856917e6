from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.chapters.runs.compare.ui.components import compare as component
from rnnviz.chapters.runs.compare.ui.components.compare import (
    Answered,
    Curves,
    Moments,
    Run,
    compare,
    differing,
)
from rnnviz.ui.figures import palette
from tests.apptest import unpack

PICTURE = np.arange(784).reshape(28, 28).astype(np.uint8)


def moments(F=3, T=7, U=5, **changed):
    chance = np.random.default_rng(0)
    fields = {
        "step": tuple(range(0, 100 * F, 100)),
        "h": chance.integers(0, 256, (F, T, U)).astype(np.uint8),
        "belief": chance.dirichlet(np.ones(10), (F, T)).astype(np.float32),
    }
    return Moments(**(fields | changed))


def run(name="LSTM 5", N=3, **changed):
    step = np.arange(1, N + 1, dtype=np.float32)
    curves = Curves(step, 2 / step, step / 10, step[:2], step[:2] / 10)
    entering = np.repeat(np.arange(28), 28).reshape(28, 28)
    return replace(Run(f"id of {name}", name, 200, curves, moments(), entering), **changed)


@pytest.fixture
def shown(monkeypatch):
    """Call the component as the view does and take apart what its browser side is sent."""

    def show(runs, picture=PICTURE):
        sent = {}
        monkeypatch.setattr(component, "_compare", lambda **given: sent.update(given))
        compare(runs, picture, "test digit 0, a 7", key="c")
        assert sent["key"] == "c"
        return unpack(sent["data"])

    return show


def test_each_run_comes_with_its_own_curves_moments_and_words(shown):
    other = run(
        "RNN 6",
        N=9,
        steps=50,
        moments=moments(F=2, T=4, U=6),
        word="step",
        held="held out",
        words="running: step 9 of 50",
    )
    header, arrays = shown([run(), other])
    assert header["key"] == "id of LSTM 5 id of RNN 6"
    assert header["probe"] == "test digit 0, a 7"
    assert header["runs"] == [
        {
            "name": "LSTM 5",
            "steps": 200,
            "word": "row",
            "held": "test",
            "words": "",
            "missing": "",
            "frame_steps": [0, 100, 200],
        },
        {
            "name": "RNN 6",
            "steps": 50,
            "word": "step",
            "held": "held out",
            "words": "running: step 9 of 50",
            "missing": "",
            "frame_steps": [0, 100],
        },
    ]
    np.testing.assert_array_equal(arrays["picture"], PICTURE)
    for n, one in enumerate((run(), other)):
        np.testing.assert_array_equal(arrays[f"{n}.h"], one.moments.h)
        np.testing.assert_array_equal(arrays[f"{n}.belief"], one.moments.belief)
        np.testing.assert_array_equal(arrays[f"{n}.loss"], one.curves.loss)
        np.testing.assert_array_equal(arrays[f"{n}.test_accuracy"], one.curves.test_accuracy)
        np.testing.assert_array_equal(arrays[f"{n}.entering"], one.entering)
    assert arrays["1.h"].shape == (2, 4, 6)


def test_both_themes_have_a_colour_for_each_run(shown):
    header, _ = shown([run(name) for name in "abcd"])
    assert header["colours"] == {
        "light": list(palette.LIGHT.runs),
        "dark": list(palette.DARK.runs),
    }
    assert len(header["runs"]) == len(palette.LIGHT.runs) == len(palette.DARK.runs) == 4


def test_a_run_whose_moments_are_still_to_be_read_has_the_shape_of_its_network(shown):
    header, arrays = shown([run(), run("other", moments=Moments.none(9, 3), missing="none")])
    assert header["runs"][1]["frame_steps"] == []
    assert header["runs"][1]["missing"] == "none"
    assert arrays["1.h"].shape == (0, 9, 3)
    assert arrays["1.belief"].shape == (0, 9, 10)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: moments(h=np.zeros((3, 7, 5))), "h must be uint8, got float64"),
        (lambda: moments(h=np.zeros((3, 7), np.uint8)), r"h must be \(F, T, U\), got \(3, 7\)"),
        (lambda: moments(h=np.zeros((2, 7, 5), np.uint8)), r"= \(3, 7, 5\), got \(2, 7, 5\)"),
        (lambda: moments(belief=np.zeros((3, 6, 10))), r"= \(3, 7, 10\), got \(3, 6, 10\)"),
        (lambda: moments(step=(0, 200, 100)), r"step must rise, got \[0, 200, 100\]"),
        (lambda: run(entering=np.zeros(784)), r"entering must be \(28, 28\), got \(784,\)"),
    ],
)
def test_what_does_not_fit_is_refused_with_both_shapes(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize(
    ("runs", "picture", "message"),
    [
        ([run()], PICTURE, "runs must be two to 4, got 1"),
        ([run(name) for name in "abcde"], PICTURE, "runs must be two to 4, got 5"),
        ([run("a"), run("a")], PICTURE, r"each run must have its own name, got \['a', 'a'\]"),
        ([run("a"), run("b")], PICTURE[:27], r"picture must be uint8 \(28, 28\)"),
        ([run("a"), run("b")], PICTURE.astype(float), r"\(28, 28\), got float64"),
    ],
)
def test_too_few_too_many_or_nameless_runs_are_refused(shown, runs, picture, message):
    with pytest.raises(ValueError, match=message):
        shown(runs, picture)


def answered(N=3, **changed):
    index = np.arange(100, 100 + N)
    images = np.zeros((N, 28, 28), np.uint8)
    return replace(Answered(index, images, index % 10, index % 7, index % 9), **changed)


def test_digits_that_are_answered_differently_come_with_both_answers(monkeypatch):
    sent = {}
    monkeypatch.setattr(component, "_differing", lambda **given: sent.update(given))
    differing(answered(), ("A", "B"), (0, 2), 101, key="d", on_pick=print)
    header, arrays = unpack(sent["data"])
    assert (header["index"], header["labels"]) == ([100, 101, 102], [0, 1, 2])
    assert (header["first"], header["second"]) == ([2, 3, 4], [1, 2, 3])
    assert (header["names"], header["places"], header["watched"]) == (["A", "B"], [0, 2], 101)
    assert arrays["images"].shape == (3, 28, 28)
    assert sent["on_pick_change"] is print


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"images": np.zeros((2, 28, 28), np.uint8)}, r"images must be uint8 \(N, 28, 28\)"),
        ({"labels": np.zeros(2)}, r"labels must be \(N,\) = \(3,\), got \(2,\)"),
        ({"first": np.zeros((3, 1))}, r"first must be \(N,\) = \(3,\), got \(3, 1\)"),
        ({"second": np.zeros(4)}, r"second must be \(N,\) = \(3,\), got \(4,\)"),
    ],
)
def test_answers_that_do_not_fit_their_digits_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        answered(**changed)


def test_it_is_shown_by_streamlit_without_an_exception():
    def script():
        from rnnviz.chapters.runs.compare.ui.components.compare import compare, differing
        from tests.chapters.runs.compare.ui.components.test_compare import PICTURE, answered, run

        compare([run("a"), run("b")], PICTURE, "your drawing", key="c")
        differing(answered(), ("a", "b"), (0, 1), None, key="d")

    app = AppTest.from_function(script).run()
    assert not app.exception
    assert len(app.get("bidi_component")) == 2
