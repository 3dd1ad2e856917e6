import numpy as np
import pytest

from rnnviz.chapters.states.map.ui.components.state_map import Setting
from rnnviz.chapters.states.units.ui import cache
from rnnviz.core.inspect.reading import read
from rnnviz.ui.server import embedded_models, run_manager
from rnnviz.ui.widgets import model_choice
from tests import apptest
from tests.apptest import component, until, words
from tests.stored_runs import keep, run_config


@pytest.fixture(autouse=True)
def few(home, monkeypatch):
    monkeypatch.setattr(cache, "FIRST", 300)
    run_manager.store.cache_clear()


def script(name, **given):
    from rnnviz.chapters.states.map.ui import view
    from rnnviz.chapters.states.ui.studied_network import Subject
    from rnnviz.ui.server import embedded_models
    from rnnviz.ui.session import keys as session_keys
    from rnnviz.ui.widgets import controls, model_choice

    index = session_keys.probe_index()
    digits = embedded_models.test_digits()
    label = int(digits.labels[index])
    title = f"test digit {index}, a {label}"
    network = model_choice.chosen(name)
    subject = Subject(network, digits.images[index].numpy(), title, label, **given)
    view.show(subject)
    controls.notes()


def opened(name, given=None, **link):
    at = apptest.opened(script, name, link=link, **given or {})
    return until(at, lambda at: component(at, "state_map") or at.info)


def test_paths_means_and_the_watched_digit_lie_on_the_same_axes():
    at = opened("GRU-128")
    header, arrays = component(at, "state_map")
    assert arrays["paths"].shape == (28, 100, 6)
    assert arrays["means"].shape == (28, 10, 6)
    place = header["sample"].index(0)  # test digit 0 is watched, and one of the sample
    np.testing.assert_allclose(arrays["own"], arrays["paths"][:, place], atol=1e-4)
    network = model_choice.chosen("GRU-128")
    expected = read(
        network.model, network.sequences(embedded_models.test_digits().images[:1])
    ).belief
    np.testing.assert_allclose(arrays["belief"], expected[:, 0].numpy(), atol=1e-6)
    labels = embedded_models.test_digits().labels[header["sample"]].tolist()
    assert header["labels"] == labels
    assert header["bounds"]["low"][0] <= arrays["paths"][..., 0].min()
    assert header["explained"] == sorted(header["explained"], reverse=True)


def test_the_sentences_hold_the_numbers_of_the_table():
    at = opened("LSTM-128")
    header, _ = component(at, "state_map")
    share = round(100 * sum(header["explained"][:2]))
    assert f"The first two axes hold {share} % of all variance of 128 units" in words(at)
    apart = at.dataframe[1].value["times as far"]
    assert f"After row 14 two classes' mean states lie {apart[13]:.2g} times as far" in words(at)
    assert f"{apart[27]:.2g} times as far." in words(at)
    assert "Test digit 0, a 7, ends nearest to the mean of the 7s" in words(at)
    assert len(at.dataframe[0].value) == 28 * 11


def test_the_link_says_where_the_cursor_stands_which_axes_which_classes_and_how_it_is_turned():
    link = {"row": "12", "axes": "3,1,2", "classes": "0,3,8", "turn": "-120,45"}
    at = opened("LSTM-128", **link)
    start = {"row": 12, "axes": [3, 1, 2], "classes": [0, 3, 8], "turn": [-120, 45]}
    assert component(at, "state_map")[0]["start"] == start
    at.session_state["_map_set"] = Setting(5, (1, 2, 4), (2, 9), (0, -3))
    at.run()
    told = {name: "".join(at.query_params[name]) for name in link}
    assert told == {"row": "5", "axes": "1,2,4", "classes": "2,9", "turn": "0,-3"}
    none = component(opened("LSTM-128", classes="none"), "state_map")[0]["start"]
    assert none["classes"] == []


def test_what_the_link_asks_for_and_is_not_there_is_said():
    at = opened("LSTM-128", row="29", axes="1,9", classes="3,3", turn="20,99")
    start = {"row": 0, "axes": [], "classes": [*range(10)], "turn": [34, 20]}
    assert component(at, "state_map")[0]["start"] == start
    for told in ("row = '29'", "axes = '1,9'", "classes = '3,3'", "turn = '20,99'"):
        assert told in words(at)
    assert not {"row", "axes", "classes", "turn"} & set(at.query_params)


def test_two_units_have_a_plane_and_one_has_none():
    record, _ = keep(run_config(hidden_size=2))
    _, arrays = component(opened(record.id, held="c"), "state_map")
    assert arrays["own"].shape == (28, 2)
    record, _ = keep(run_config(hidden_size=1))
    at = opened(record.id)
    assert component(at, "state_map") is None
    assert "one unit, so its state has one axis and no plane" in words(at)


def test_a_reading_from_the_end_and_by_pixels_is_shown():
    record, _ = keep(
        run_config(bidirectional=True, num_layers=2, time_step="pixels", chunk=49, cell="gru")
    )
    at = opened(record.id, {"layer": 0, "direction": 1})
    header, arrays = component(at, "state_map")
    assert header["reverse"]
    assert header["word"] == "step"
    assert arrays["paths"].shape[0] == 16
    assert "after step 1, at the end" in words(at)
    assert not [control.key for control in at.segmented_control if control.key != "held"]


def test_lost_numbers_are_said():
    record, _ = keep(run_config(cell="rnn", nonlinearity="relu"), scale=1e30)
    assert cache.LOST in words(opened(record.id))
