import math
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.chapters.train.ui.components import training as component
from rnnviz.chapters.train.ui.components.training import (
    Cell,
    Curves,
    Frames,
    Light,
    Probe,
    Run,
    Ten,
    training,
)
from tests.apptest import unpack

T, U = 7, 5


def curves(N=3, M=2):
    step = np.arange(1, N + 1, dtype=np.float32)
    test_step = np.arange(1, M + 1, dtype=np.float32)
    return Curves(step, 2 / step, step / 10, test_step, test_step / 10)


def frames(F=4, **changed):
    chance = np.random.default_rng(0)
    fields = {
        "step": tuple(range(0, 100 * F, 100)),
        "h": chance.integers(0, 256, (F, T, U)).astype(np.uint8),
        "belief": chance.dirichlet(np.ones(10), (F, T)).astype(np.float32),
        "reach_h": chance.random((F, T), np.float32),
        "reach_c": chance.random((F, T), np.float32),
        "ten": np.tile(np.arange(10, dtype=np.uint8), (F, 1)),
        "confusion": chance.integers(0, 9, (F, 10, 10)).astype(np.float32),
    }
    return Frames(**(fields | changed))


def probe():
    entering = np.repeat(np.arange(28), 28).reshape(28, 28)
    return Probe(np.arange(784).reshape(28, 28).astype(np.uint8), entering, "test digit 0, a 7")


def ten():
    return Ten(np.zeros((10, 28, 28), np.uint8), np.arange(10))


LIGHTS = (Light("loss", "ok", "It falls."), Light("units", "bad", "Most are still.", "Start anew."))
RUN = Run("run-1", version=12, state="paused", steps=400, progress=0.75, words="step 300 of 400")


@pytest.fixture
def shown(monkeypatch):
    """Call the component as a page does and take apart what its browser side is sent."""

    def show(run=RUN, c=None, f=None, lights=LIGHTS, cell=None, **options):
        sent = {}
        monkeypatch.setattr(
            component, "_training", lambda **given: sent.update(given) or {"cell": cell}
        )
        chosen = training(
            run, c or curves(), f or frames(), lights, probe(), ten(), key="t", **options
        )
        return *unpack(sent["data"]), chosen, sent

    return show


def test_header_says_which_run_how_it_stands_and_what_its_parts_are_called(shown):
    header, _, _, sent = shown(word="column", state_label="layer 2, h")
    assert header["run"] == {
        "key": "run-1",
        "version": 12,
        "state": "paused",
        "steps": 400,
        "progress": 0.75,
        "words": "step 300 of 400",
    }
    assert header["frame_steps"] == [0, 100, 200, 300]
    assert header["labels"] == list(range(10))
    assert [light["name"] for light in header["lights"]] == ["loss", "units"]
    assert header["lights"][1] == {
        "name": "units",
        "level": "bad",
        "says": "Most are still.",
        "remedy": "Start anew.",
    }
    assert (header["word"], header["state_label"]) == ("column", "layer 2, h")
    assert header["judge"] == "test"
    assert shown(judge="held out")[0]["judge"] == "held out"
    assert header["probe"] == "test digit 0, a 7"
    assert sent["key"] == "t"


def test_arrays_arrive_as_they_were_given(shown):
    c, f = curves(), frames()
    _, arrays, _, _ = shown(c=c, f=f)
    for name in ("step", "loss", "accuracy", "test_step", "test_accuracy"):
        np.testing.assert_array_equal(arrays[name], getattr(c, name))
    for name in ("h", "belief", "reach_h", "reach_c", "ten", "confusion"):
        np.testing.assert_array_equal(arrays[name], getattr(f, name))
    assert arrays["h"].dtype == arrays["ten"].dtype == np.uint8
    np.testing.assert_array_equal(arrays["entering"], probe().entering)
    np.testing.assert_array_equal(arrays["picture"], probe().picture)
    assert arrays["images"].shape == (10, 28, 28)


def test_doubles_and_whole_numbers_become_floats_and_keep_their_values(shown):
    f = frames(confusion=np.full((4, 10, 10), 9_999, np.int64))
    _, arrays, _, _ = shown(f=replace(f, belief=f.belief.astype(np.float64)))
    np.testing.assert_array_equal(arrays["confusion"], 9_999)
    np.testing.assert_array_equal(arrays["belief"], f.belief)
    assert arrays["confusion"].dtype == arrays["belief"].dtype == np.float32


def test_what_is_no_number_is_passed_on_as_such(shown):
    lost = replace(curves(), loss=np.array([2.0, np.inf, np.nan], np.float32))
    _, arrays, _, _ = shown(c=lost, f=frames(reach_h=np.full((4, T), np.nan, np.float32)))
    assert arrays["loss"][1] == math.inf
    assert np.isnan(arrays["loss"][2])
    assert np.isnan(arrays["reach_h"]).all()


def test_live_has_one_frame_and_leaves_out_what_is_not_known(shown):
    live = frames(F=1, reach_c=None, confusion=None)
    header, arrays, _, _ = shown(f=live)
    assert header["frame_steps"] == [0]
    assert not {"reach_c", "confusion"} & set(arrays)
    assert arrays["h"].shape == (1, T, U)


def test_before_the_first_run_the_shapes_are_those_of_the_network_to_come(shown):
    header, arrays, chosen, _ = shown(run=Run("none"), c=Curves(), f=Frames.none(T, U, has_c=True))
    assert header["run"]["state"] == "idle"
    assert header["frame_steps"] == []
    assert arrays["h"].shape == (0, T, U)
    assert arrays["reach_c"].shape == arrays["reach_h"].shape == (0, T)
    assert arrays["step"].shape == arrays["test_step"].shape == (0,)
    assert chosen is None
    assert "reach_c" not in Frames.none().arrays()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"h": np.zeros((4, T, U), np.float32)}, "h must be uint8, got float32"),
        ({"h": np.zeros((4, T), np.uint8)}, r"h must be \(F, T, U\), got \(4, 7\)"),
        ({"h": np.zeros((3, T, U), np.uint8)}, r"h must be \(F, T, U\) = \(4, 7, 5\), got \(3, 7"),
        ({"belief": np.zeros((4, T, 9))}, r"belief must be \(F, T, 10\) = \(4, 7, 10\), got"),
        ({"reach_h": np.zeros((4, T + 1))}, r"reach_h must be \(F, T\) = \(4, 7\), got \(4, 8\)"),
        ({"reach_c": np.zeros(T)}, r"reach_c must be \(F, T\) = \(4, 7\), got \(7,\)"),
        ({"ten": np.zeros((4, 9), np.uint8)}, r"ten must be \(F, 10\) = \(4, 10\), got \(4, 9\)"),
        ({"ten": np.zeros((4, 10))}, "ten must be uint8, got float64"),
        ({"confusion": np.zeros((10, 10))}, r"confusion must be \(F, 10, 10\) = \(4, 10, 10\)"),
        ({"step": (0, 100, 100, 300)}, r"step must rise, got \[0, 100, 100, 300\]"),
    ],
)
def test_frames_that_do_not_fit_are_refused_with_both_shapes(changed, message):
    with pytest.raises(ValueError, match=message):
        frames(**changed)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: replace(curves(), loss=np.zeros(2)), r"loss must be \(N,\) = \(3,\), got \(2,\)"),
        (lambda: replace(curves(), test_accuracy=np.zeros(3)), r"\(M,\) = \(2,\), got \(3,\)"),
        (lambda: replace(curves(), step=np.zeros((3, 1))), "step must have one axis"),
        (lambda: replace(probe(), picture=np.zeros((28, 28))), "picture must be uint8"),
        (lambda: replace(probe(), entering=np.zeros(784)), r"must be \(28, 28\), got \(784,\)"),
        (lambda: replace(ten(), labels=np.zeros(9)), r"labels must be \(10,\), got \(9,\)"),
    ],
)
def test_other_arrays_that_do_not_fit_are_refused_by_name(build, message):
    with pytest.raises(ValueError, match=message):
        build()


MESSAGE = {"run": "run-1", "step": 200, "true": 4, "predicted": 9, "serial": 3}


def test_a_chosen_cell_comes_back_while_its_run_is_shown(shown):
    chosen = Cell("run-1", step=200, true=4, predicted=9, serial=3)
    assert shown(cell=MESSAGE)[2] == chosen
    assert shown(cell=None)[2] is None
    assert shown(cell=MESSAGE, run=replace(RUN, key="run-2"))[2] is None


def test_it_is_shown_by_streamlit_without_an_exception():
    def script():
        import numpy as np

        from rnnviz.chapters.train.ui.components.training import (
            Curves,
            Frames,
            Probe,
            Run,
            Ten,
            training,
        )

        pictures = np.zeros((10, 28, 28), np.uint8)
        probe = Probe(pictures[0], np.zeros((28, 28), int), "test digit 0, a 7")
        ten = Ten(pictures, np.arange(10))
        training(Run("none"), Curves(), Frames.none(), (), probe, ten, key="t")

    app = AppTest.from_function(script).run()
    assert not app.exception
