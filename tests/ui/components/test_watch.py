from pathlib import Path

import numpy as np
import pytest

from rnnviz.ui.components import watch as component
from rnnviz.ui.components.watch import watch
from rnnviz.ui.html_views.reading import Panel, Picture, Reading, Setting, Words
from tests.apptest import unpack

FOLDER = Path(component.__file__).parent
WORDS = Words("gru", ("r", "z", "n"), "tanh", "row", "a 4", "layer 1", False, "28 pixels", "pixel")


def reading(T=6, U=4, **changed):
    chance = np.random.default_rng(0)

    def some(*shape):
        return chance.normal(size=shape).astype(np.float32)

    fields = {
        "id": "one",
        "picture": Picture(np.zeros((28, 28), np.uint8), np.arange(784).reshape(28, 28)),
        "belief": some(T, 10),
        "x": some(T, 28),
        "panels": [
            Panel("h", "h, hidden state", some(T, U), range=(-2.0, 2.0)),
            Panel("z", "z, update gate", some(T, U), "sequential", (0.0, 1.0)),
        ],
        "units": np.array([0, 2, 5, 9])[:U],
        "terms": {"a": some(3, T, U), "half_life": some(T, U)},
        "orders": {"index": np.arange(U), "activity": np.arange(U)[::-1]},
        "first": (3, 2),
        "words": WORDS,
    }
    return Reading(**(fields | changed))


@pytest.fixture
def shown(monkeypatch):
    """Call the component as the view does and take apart what its browser side is sent."""

    def show(reading, start=Setting()):  # noqa: B008  (frozen)
        sent = {}
        monkeypatch.setattr(component, "_watch", lambda **given: sent.update(given))
        watch(reading, start, key="w")
        assert sent["key"] == "w"
        return unpack(sent["data"])

    return show


def test_numbers_come_as_they_are_and_words_beside_them(shown):
    given = reading()
    header, arrays = shown(given, Setting(3, 7, ("h",), "cluster", "n"))
    for panel in given.panels:
        np.testing.assert_array_equal(arrays[f"panel.{panel.name}"], panel.values)
    for name, term in given.terms.items():
        np.testing.assert_array_equal(arrays[name], term)
    np.testing.assert_array_equal(arrays["entering"], given.picture.entering)
    assert arrays["units"].tolist() == [0, 2, 5, 9]
    assert arrays["orders"].tolist() == [[0, 1, 2, 3], [3, 2, 1, 0]]
    assert header["orders"] == ["index", "activity"]
    assert header["panels"][1] == {
        "name": "z",
        "label": "z, update gate",
        "scale": "sequential",
        "range": [0.0, 1.0],
    }
    assert header["start"] == {
        "unit": 3,
        "row": 7,
        "shown": ["h"],
        "order": "cluster",
        "gate": "n",
    }
    assert header["first"] == {"unit": 3, "row": 2}
    assert header["gates"] == ["r", "z", "n"]
    assert (header["cell"], header["word"], header["place"]) == ("gru", "row", "layer 1")


def test_a_panel_or_an_order_that_does_not_fit_is_refused(shown):
    wrong = Panel("z", "z", np.zeros((5, 4), np.float32))
    with pytest.raises(ValueError, match=r"z must be \(T, U\) = \(6, 4\), got \(5, 4\)"):
        shown(reading(panels=[wrong]))
    for order in ([0, 1, 2, 2], [1, 2, 3, 4]):
        with pytest.raises(ValueError, match="orders must each hold the places 0 to 3 once"):
            shown(reading(orders={"index": np.array(order)}))


def test_a_projected_state_may_have_fewer_units(shown):
    projected = Panel("h", "h", np.zeros((6, 2), np.float32))
    _, arrays = shown(reading(panels=[projected]))
    assert arrays["panel.h"].shape == (6, 2)


def test_every_class_that_the_script_asks_for_is_in_the_page():
    html = (FOLDER / "watch.html").read_text(encoding="utf-8")
    script = (FOLDER / "watch.js").read_text(encoding="utf-8")
    for name in script.split('find(".')[1:]:
        assert f'{name.split(chr(34))[0]}"' in html or f"{name.split(chr(34))[0]} " in html
