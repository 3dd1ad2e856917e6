"""Tests of the States page: every control has its effect."""

import numpy as np
import pytest
import torch

from rnnviz.chapters.states.watch.ui import view as watch_view
from rnnviz.core.inspect.trace import run_trace
from rnnviz.data.sequences import sequences
from rnnviz.training import recording
from rnnviz.training.store.checkpoint import save_weights
from rnnviz.ui.server import embedded_models, run_manager
from rnnviz.ui.widgets import digit_reading, model_choice
from tests.apptest import asked, component, labelled, words
from tests.stored_runs import keep, run_config

SHAPES = {
    "two layers, two directions": run_config(num_layers=2, bidirectional=True),
    "a GRU by columns": run_config(time_step="columns", cell="gru", bias=False),
    "rows shuffled": run_config(time_step="permuted", cell="rnn", nonlinearity="relu"),
    "a pixel a step": run_config(time_step="pixels", chunk=1, hidden_size=3),
    "all pixels at once": run_config(time_step="pixels", chunk=784),
    "projected": run_config(proj_size=3),
}


@pytest.fixture(autouse=True)
def fresh(no_run_stays):
    model_choice._trained.cache_clear()


def watched(at):
    assert not at.exception
    return component(at, "watch")


def set_in_component(at, **changed):
    setting = {"unit": 5, "row": 7, "shown": [], "order": "", "gate": ""} | changed
    at.session_state["watch"] = {"set": setting}
    at.session_state["_watched"] = watch_view.view.setting(setting)
    at.run()
    return watched(at)


def test_the_page_opens_on_the_default_network_and_the_first_test_digit(open_app, test_digits):
    at = open_app("states")
    header, arrays = watched(at)
    assert [title.value for title in at.title] == [
        "What does each unit do, and what if it did not?"
    ]
    assert labelled(at.button_group, "View").value == "Watch"
    assert header["digit"] == "test digit 0, a 7"
    assert (header["cell"], header["word"], header["place"]) == ("lstm", "row", "")
    assert header["gates"] == ["i", "f", "g", "o"]
    np.testing.assert_array_equal(arrays["frame"], test_digits.images[0].numpy())
    assert arrays["panel.h"].shape == (28, 128)
    assert not at.warning


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize("name", SHAPES)
def test_a_link_opens_any_network_and_its_numbers_are_those_of_the_trace(name, open_app):
    config = SHAPES[name]
    record, model = keep(config, scale=1.5)
    last, direction = config.model.num_layers, config.model.bidirectional
    link = {"layer": str(last)} if last > 1 else {}
    link |= {"direction": "reverse"} if direction else {}
    at = open_app("states", model=record.id, probe="61", **link)
    header, arrays = watched(at)
    assert not at.warning
    x = sequences(embedded_models.test_digits().images[61:62], config.time_step, config.chunk)
    traced = run_trace(model.rnn, x).layers[last - 1][int(direction)]
    shown = {"h": traced.h, **traced.gates} | ({} if traced.c is None else {"c": traced.c})
    for panel, values in shown.items():
        expected = values[:, 0].detach().numpy()
        np.testing.assert_allclose(arrays[f"panel.{panel}"], expected, atol=1e-5)
    T, U = config.length, config.model.hidden_size
    assert arrays["a"].shape == (len(header["gates"]), T, U)
    assert ("bias_ih" in arrays) == config.model.bias
    assert ("weight_hr" in arrays) == bool(config.model.proj_size)
    word = {"pixels": "step", "columns": "column"}.get(config.time_step, "row")
    assert header["word"] == word
    assert header["reverse"] is bool(direction)
    assert header["place"] == ("layer 2, reading from the bottom" if direction else "")
    assert header["feature"] == ("pixel" if last == 1 else "unit")
    assert at.expander[0].label.endswith(f", {word} by {word}")


def test_the_network_the_digit_the_layer_and_the_direction_change_what_is_sent(open_app):
    record, _ = keep(SHAPES["two layers, two directions"])
    at = open_app("states", model=record.id)
    ids = {watched(at)[0]["id"]}
    for label, value in (("Layer", "2"), ("Direction", "reverse")):
        labelled(at.button_group, label).set_value(value).run()
        ids.add(watched(at)[0]["id"])
    at.number_input(key="probe").set_value(3).run()
    header, _ = watched(at)
    ids.add(header["id"])
    at.selectbox(key="model").set_value("GRU-128").run()
    ids.add(watched(at)[0]["id"])
    assert len(ids) == 5
    assert header["digit"] == "test digit 3, a 0"
    assert not [group for group in at.button_group if group.label in ("Layer", "Direction")]
    assert asked(at, "model") == "GRU-128"


def test_the_next_digit_of_a_class_comes_after_the_one_that_is_watched(open_app, test_digits):
    at = open_app("states", probe="61")
    labels = test_digits.labels.tolist()
    place = 61
    for _ in range(2):
        at.button(key="class-4").click().run()
        place = labels.index(4, place + 1)
        assert watched(at)[0]["digit"] == f"test digit {place}, a 4"
    last = len(labels) - 1 - labels[::-1].index(4)
    at.number_input(key="probe").set_value(last).run()
    at.button(key="class-4").click().run()
    assert watched(at)[0]["digit"] == f"test digit {labels.index(4)}, a 4"
    at.button(key="any-digit").click().run()
    assert watched(at)[0]["digit"].startswith("test digit ")


def test_ones_own_drawing_can_be_watched(open_app):
    at = open_app("states")
    assert not at.toggle
    at.session_state["_drawing"] = {"seq": 1, "down": False, "strokes": [[140, 60, 140, 220]]}
    at.run()
    at.toggle(key="probe_drawing").set_value(True).run()
    header, arrays = watched(at)
    assert header["digit"] == "your drawing"
    assert arrays["frame"].any()


def test_what_is_set_is_in_the_link_and_the_table_shows_that_unit(open_app):
    at = open_app("states", probe="61")
    before, _ = watched(at)
    header, arrays = set_in_component(at, shown=["h", "f"], order="activity", gate="i")
    assert header == before, "what was set does not come back: nothing is drawn anew"
    link = {name: asked(at, name) for name in ("unit", "row", "shown", "order", "gate")}
    assert link == {"unit": "5", "row": "7", "shown": "h,f", "order": "activity", "gate": "i"}
    assert at.expander[0].label == "The numbers of unit 5, row by row"
    table = at.dataframe[0].value
    np.testing.assert_array_equal(table["c"], arrays["panel.c"][:, 4])
    np.testing.assert_allclose(table["kept"] + table["added"], table["c"], atol=1e-5)
    gate = table["f"] < 0.99  # closer to 1 it has too few digits left to say
    assert gate.any()
    np.testing.assert_allclose((table["f"] ** table["half_life"])[gate], 0.5, rtol=1e-3)


def test_a_link_says_where_the_cursor_begins(open_app):
    at = open_app("states", unit="128", row="28", shown="h,c", order="cluster", gate="o")
    header, _ = watched(at)
    assert header["start"] == {
        "unit": 128,
        "row": 28,
        "shown": ["h", "c"],
        "order": "cluster",
        "gate": "o",
    }
    assert not at.warning


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"unit": "129"}, "There is no unit 129 here: 128 units, 28 steps."),
        ({"unit": "1", "row": "29"}, "There is no step 29 here: 128 units, 28 steps."),
        ({"unit": "-1"}, "The link asks for unit = '-1', which is not there: the default"),
        ({"layer": "2"}, "The link asks for layer = '2', which is not there: 1 stands in."),
        ({"direction": "up"}, "'up', which is not there: forward stands in."),
        ({"view": "Nothing"}, "'Nothing', which is not there: Watch stands in."),
        ({"probe": "10000"}, "which is not within 0 to 9999: 0 stands in."),
        ({"model": "A" * 22}, f"There is no run '{'A' * 22}', or none any more: LSTM-128 reads"),
    ],
)
def test_what_a_link_asks_for_and_is_not_there_is_said(link, sentence, open_app):
    at = open_app("states", **link)
    header, _ = watched(at)
    assert (header["cell"], header["digit"]) == ("lstm", "test digit 0, a 7")
    assert sentence in words(at)


def test_damaged_weights_and_lost_numbers_are_said(open_app):
    damaged, _ = keep()
    (run_manager.store().folder(damaged.id) / "3.safetensors").write_bytes(b"no weights")
    at = open_app("states", model=damaged.id)
    assert f"The weights of run {damaged.id} are damaged or gone: LSTM-128 reads" in words(at)
    lost, _ = keep(scale=float("nan"))
    headless, model = keep()
    with torch.no_grad():
        model.head.weight.fill_(float("nan"))
    save_weights(run_manager.store().folder(headless.id) / "3.safetensors", model)
    for record in (lost, headless):
        at = open_app("states", model=record.id)
        assert component(at, "watch") is None
        assert "This network's numbers were lost while it learnt" in words(at)


def test_of_a_reading_that_is_too_large_the_most_active_units_are_shown(open_app, monkeypatch):
    monkeypatch.setattr(digit_reading, "ROOM", 28 * 23 * 20)
    at = open_app("states", probe="61")
    header, arrays = watched(at)
    assert "of its 128 units the 20 most active on test digit 61, a 8 are shown" in header["note"]
    units = arrays["units"].astype(int)
    assert arrays["panel.c"].shape == (28, 20)
    monkeypatch.undo()
    _, whole = watched(open_app("states", probe="61"))
    np.testing.assert_allclose(arrays["panel.c"], whole["panel.c"][:, units], atol=1e-6)
    activity = np.abs(whole["panel.c"]).mean(0)
    assert set(units) == set(np.argsort(-activity)[:20])
    assert header["first"]["unit"] - 1 in units
    shown = [unit for unit in whole["orders"][1].astype(int) if unit in units]
    assert units[arrays["orders"][1].astype(int)].tolist() == shown


def test_another_page_and_back_keeps_what_was_set(open_app):
    at = open_app("states", probe="61")
    set_in_component(at)
    at.switch_page("../../pages/draw.py").run()
    at.switch_page("../../pages/states.py").run()
    header, _ = watched(at)
    assert (header["start"]["unit"], header["start"]["row"]) == (5, 7)


def test_the_view_of_another_page_does_not_stand_in_the_way(open_app):
    at = open_app("states")
    at.session_state["view"] = "Compare"
    at.run()
    assert watched(at)


def test_an_uploaded_recording_opens_its_view_by_itself(open_app, tmp_path):
    path = tmp_path / "mine.safetensors"
    recording.record(torch.nn.GRU(3, 5), torch.randn(4, 2, 3), path)
    at = open_app("states")
    at.file_uploader(key="own_file").upload(path.name, path.read_bytes(), "").run()
    assert not at.exception
    assert labelled(at.button_group, "View").value == "Recording"
    assert at.query_params["view"] == "Recording"
    assert "In sequence 1, unit" in words(at)
