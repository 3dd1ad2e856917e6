import re

import pytest

from rnnviz.ui.server import embedded_models, run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import model_choice, pad_reading
from tests.apptest import component, words
from tests.stored_runs import keep, run_config

pytestmark = pytest.mark.usefixtures("no_run_stays")

SHAPES = {
    "two layers": run_config(num_layers=2, hidden_size=12),
    "two directions": run_config(bidirectional=True),
    "56 pixels a step": run_config(time_step="pixels", chunk=56),
    "all pixels at once": run_config(time_step="pixels", chunk=784),
    "by columns": run_config(time_step="columns", bidirectional=True),
    "rows shuffled": run_config(time_step="permuted", cell="gru", pooling="mean"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_link_opens_a_trained_network_of_any_shape_and_it_reads(name, open_app):
    config = SHAPES[name]
    record, model = keep(config)
    at = open_app("draw", model=record.id, digit="61")
    assert not at.warning
    assert at.selectbox(key="model").value == record.id
    word = {"pixels": "step", "columns": "column"}.get(config.time_step, "row")
    units = model.head.in_features
    pad, arrays = component(at, "pad")
    assert (pad["units"], pad["word"], pad["length"]) == (units, word, config.length)
    assert arrays["belief"].shape == (config.length, 10)
    assert arrays["h"].shape == (config.length, units)
    header, played = component(at, "player")
    assert header["word"] == word
    assert ("entering" in played) == (config.time_step != "rows")
    assert played["h"].shape == (config.length, units)
    assert f"The same, {word} by {word}" in words(at)
    assert f"After each {word} you see" in words(at)


def test_its_sentence_and_the_halves_of_its_state_are_told_in_its_own_words(open_app):
    record, _ = keep(SHAPES["by columns"])
    pad, _ = component(open_app("draw", model=record.id, digit="61"), "pad")
    assert "column" in pad["sentence"]
    assert "row" not in pad["sentence"]
    assert pad["label"] == (
        "hidden state h: 7 units read from the left, below them 7 from the right"
    )


def test_before_there_is_ink_the_page_says_how_many_steps_there_will_be(open_app):
    record, _ = keep(SHAPES["56 pixels a step"])
    at = open_app("draw", model=record.id)
    assert "its 14 steps will be here" in words(at)
    assert "in the order of a page, 56 pixels at a time" in words(at)


def test_choosing_a_run_puts_it_into_the_link_and_the_default_takes_it_out(open_app):
    record, _ = keep()
    at = open_app("draw")
    assert "model" not in at.query_params
    at.selectbox(key="model").set_value(record.id).run()
    assert not at.exception
    assert record.id in at.query_params["model"]
    assert component(at, "pad")[0]["units"] == 7
    at.selectbox(key="model").set_value("LSTM-128").run()
    assert "model" not in at.query_params
    assert component(at, "pad")[0]["units"] == 128


def test_the_choice_is_still_there_after_another_page(open_app):
    record, _ = keep()
    at = open_app("draw", model=record.id)
    at.switch_page("../../pages/home.py").run()
    at.query_params.clear()
    at.switch_page("../../pages/draw.py").run()
    assert not at.exception
    assert at.selectbox(key="model").value == record.id
    assert component(at, "pad")[0]["units"] == 7


def test_a_run_that_cannot_read_leaves_the_default_and_one_sentence(open_app):
    run_id = keep()[0].id
    (run_manager.store().folder(run_id) / "3.safetensors").write_bytes(b"cut short")
    at = open_app("draw", model=run_id, digit="61")
    (warning,) = at.warning
    assert run_id in warning.value
    assert warning.value.endswith(": LSTM-128 reads instead.")
    assert at.selectbox(key="model").value == "LSTM-128"
    assert component(at, "pad")[0]["units"] == 128
    assert "model" not in at.query_params
    at.run()
    assert not at.warning  # said once


def test_a_run_that_is_deleted_while_it_is_shown_gives_way_to_the_default(open_app):
    record, _ = keep()
    at = open_app("draw", model=record.id, digit="61")
    run_manager.store().delete(record.id)
    at.run()
    assert not at.exception
    assert [w.value for w in at.warning] == [
        f"Run {record.id} was deleted: LSTM-128 reads instead."
    ]
    assert component(at, "pad")[0]["units"] == 128


def test_a_network_whose_numbers_were_lost_says_so_everywhere(open_app):
    record, _ = keep(scale=float("nan"))
    at = open_app("draw", model=record.id, digit="61")
    pad, arrays = component(at, "pad")
    assert pad["sentence"].startswith("This network's numbers were lost while it learnt")
    assert "belief" not in arrays
    assert "digit" not in pad
    assert component(at, "player") is None
    assert "its answer is no number" in words(at)


def test_runs_that_the_session_opened_are_offered_on_a_shared_server(open_app, monkeypatch):
    monkeypatch.setenv("RNNVIZ_SHARED", "1")
    mine, others = keep()[0].id, keep()[0].id
    at = open_app("draw", model=mine)
    at.selectbox(key="model").set_value("GRU-128").run()
    (first, *_), last = at.selectbox(key="model").options, at.selectbox(key="model").options[-1]
    assert first == "LSTM-128"
    assert re.fullmatch(r"LSTM 7, 98\.1 %, today \d\d:\d\d", last)
    assert len(at.selectbox(key="model").options) == 5
    assert others not in at.session_state[session_keys.OPENED_RUN_IDS]


def test_a_network_that_is_shown_reads_on_without_the_disk(home):
    record, _ = keep()
    shown = model_choice.chosen(record.id)
    folder = run_manager.store().folder(record.id)
    folder.rename(folder.with_name(".away"))
    try:
        pad_reading.see(shown, embedded_models.test_digits().images[0].numpy())
    finally:
        folder.with_name(".away").rename(folder)
