import numpy as np
import pytest

from rnnviz.chapters.states.units.ui import cache, profiles
from rnnviz.chapters.states.units.ui.components import unit as component_
from rnnviz.ui.server import embedded_models, run_manager
from tests import apptest
from tests.apptest import component, until, words
from tests.stored_runs import keep, run_config

PLACES = {"num_layers": 2, "bidirectional": True, "hidden_size": 4}


@pytest.fixture(autouse=True)
def few(home, monkeypatch):
    monkeypatch.setattr(cache, "FIRST", 300)
    run_manager.store.cache_clear()


def script(name, **given):
    from rnnviz.chapters.states.ui.studied_network import Subject
    from rnnviz.chapters.states.units.ui import view
    from rnnviz.ui.server import embedded_models
    from rnnviz.ui.session import keys as session_keys
    from rnnviz.ui.widgets import model_choice

    index = session_keys.probe_index()
    digits = embedded_models.test_digits()
    title = f"test digit {index}, a {int(digits.labels[index])}"
    picture = digits.images[index].numpy()
    view.show(Subject(model_choice.chosen(name), picture, title, **given))


def opened(name, given=None, **link):
    at = apptest.opened(script, name, link=link, **given or {})
    return until(at, lambda at: component(at, "unit") or at.info)


def test_a_unit_is_told_with_its_numbers_and_the_table_holds_the_same():
    at = opened("LSTM-128", unit="37")
    header, arrays = component(at, "unit")
    assert header["unit"] == 37
    assert arrays["auc"].shape == arrays["chance"].shape == (128, 10)
    assert arrays["course"].shape == (28, 10)
    assert len(header["most"]) == len(header["least"]) == profiles.TOP
    assert arrays["images"].shape == (24, 28, 28)
    best = int(np.abs(arrays["auc"][36] - 0.5).argmax())
    auc, row = arrays["auc"][36, best], int(arrays["step"][36, best]) + 1
    assert f"Unit 37 tells {best} from the rest at row {row}" in words(at)
    assert f"AUC {auc:.2f}" in words(at)
    assert "first 300 test digits" in words(at)
    table = at.dataframe[0].value
    np.testing.assert_allclose(table["AUC"], arrays["auc"][36])
    np.testing.assert_array_equal(at.dataframe[1].value["watched"], arrays["own"])
    for listed, n in zip(header["most"], range(12), strict=True):
        image = embedded_models.test_digits().images[listed["index"]].numpy()
        np.testing.assert_array_equal(arrays["images"][n], image)
        assert listed["label"] == embedded_models.test_digits().labels[listed["index"]]
    values = [listed["value"] for listed in header["most"]]
    assert values == sorted(values, reverse=True)


def test_the_order_and_what_drives_can_be_chosen_and_are_in_the_link():
    at = opened("RNN-128", by="3", driven="value")
    header, arrays = component(at, "unit")
    strength = np.abs(arrays["auc"][:, 3] - 0.5)[header["order"]]
    assert (np.diff(strength) <= 0).all()
    assert header["measure"] == "value"
    assert "is highest at" in words(at)
    at.selectbox(key="by").set_value("any").run()
    header, arrays = component(at, "unit")
    strongest = np.abs(arrays["auc"] - 0.5).max(1)
    assert header["order"][0] == strongest.argmax()
    assert at.query_params["by"] in ("any", ["any"])
    at.segmented_control(key="driven").set_value("rise").run()
    assert "rises most at" in words(at)
    assert "driven" not in at.query_params


def test_every_layer_direction_and_state_can_be_looked_into():
    record, _ = keep(run_config(**PLACES))
    at = opened(record.id, {"layer": 1, "direction": 1}, held="c")
    header, arrays = component(at, "unit")
    assert header["reverse"]
    assert header["held"] == "c of layer 2, reading from the bottom"
    assert [control.key for control in at.segmented_control] == ["held", "driven"]
    first = arrays["course"].copy()
    at = opened(record.id, {"layer": 1}, held="c")
    header, arrays = component(at, "unit")
    assert not header["reverse"]
    assert not np.allclose(first, arrays["course"])
    assert not at.warning


def test_one_unit_alone_read_by_pixels_is_shown():
    record, _ = keep(run_config(cell="rnn", hidden_size=1, time_step="pixels", chunk=49))
    header, arrays = component(opened(record.id), "unit")
    assert header["order"] == [0]
    assert header["word"] == "step"
    assert arrays["course"].shape == (16, 10)
    np.testing.assert_array_equal(arrays["entering"].ravel(), np.arange(784) // 49)


def test_lost_numbers_are_said():
    config = run_config(cell="rnn", nonlinearity="relu")
    record, _ = keep(config, scale=1e30)
    at = opened(record.id)
    assert cache.LOST in words(at)


def test_a_unit_that_is_not_there_gives_way_to_the_first():
    record, _ = keep(run_config())
    at = opened(record.id, unit="99")
    assert component(at, "unit")[0]["unit"] == 1


def test_numbers_that_do_not_fit_are_refused():
    nothing = component_.Driving(*[np.zeros(0)] * 4, np.zeros((0, 28, 28), np.uint8))
    units = component_.Units(
        *[np.zeros((3, 10), np.float32)] * 3,
        np.arange(3),
        "",
        "h",
        "row",
        False,
        np.zeros((28, 28)),
    )
    course, own = np.zeros((28, 10), np.float32), np.zeros(27, np.float32)
    one = component_.Portrait(1, course, own, "", None, "rise", nothing, nothing)
    with pytest.raises(ValueError, match="own must be"):
        component_.unit(units, one, key="k")
