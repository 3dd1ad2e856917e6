import shutil
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rnnviz.chapters.runs.compare.run_differences import disagreement
from rnnviz.training.store.run_store import RunStore
from rnnviz.ui.server import embedded_models, run_manager
from tests.apptest import component, words
from tests.trained_runs import config, keep_run

A, B, C, DAMAGED, DELETED = (letter * 22 for letter in "ABCDE")


@pytest.fixture(scope="module", autouse=True)
def kept(home):
    store = RunStore()
    run_manager.store.cache_clear()
    records = {
        A: keep_run(store, A, config(lr=0.03)),
        B: keep_run(store, B, config("gru", hidden_size=6, chunk=14, count=200)),
        C: keep_run(store, C, config(lr=0.01), name="*mine*"),
        DAMAGED: keep_run(store, DAMAGED, config(count=100, epochs=1)),
        DELETED: keep_run(store, DELETED, config(count=100, epochs=1)),
    }
    (store.folder(DAMAGED) / "run.json").write_text("{")
    store.delete(DELETED)
    yield records
    run_manager.store.cache_clear()
    shutil.rmtree(store.root)


def script(ids):
    from rnnviz.chapters.runs.compare.ui import view

    view.show(ids)


def open_(*ids):
    st.cache_resource.clear()
    at = AppTest.from_function(script, args=(ids,), default_timeout=180).run()
    assert not at.exception
    return at


def finished(*ids):
    """Open the view and look again, as its fragment does, until all is there."""
    at = open_(*ids)
    for _ in range(200):
        if component(at, "differing"):
            return at
        at.run()
        assert not at.exception
    raise AssertionError("the answers never came")


def test_two_runs_of_different_length_and_steps_stand_over_one_another(kept):
    header, arrays = component(finished(A, B), "compare")
    assert [run["name"] for run in header["runs"]] == ["LSTM 8", "GRU 6"]
    assert [run["steps"] for run in header["runs"]] == [18, 12]
    assert [run["word"] for run in header["runs"]] == ["row", "step"]
    assert header["runs"][0]["frame_steps"] == list(range(19))
    assert header["runs"][1]["frame_steps"] == list(range(13))
    assert arrays["0.h"].shape == (19, 28, 8)
    assert arrays["1.h"].shape == (13, 56, 6)
    np.testing.assert_array_equal(arrays["1.test_accuracy"], kept[B].held_out.accuracy)
    assert header["probe"] == "test digit 0, a 7"


def test_what_differs_is_in_the_table_and_who_is_ahead_in_the_sentence():
    at = finished(A, B)
    table = at.table[0].value
    assert list(table.columns[1:]) == ["LSTM 8", "GRU 6"]
    rows = {row[0]: tuple(row[1:]) for row in table.itertuples(index=False)}
    assert rows["Cell"] == ("LSTM", "GRU")
    assert rows["Steps"] == ("18", "12")
    assert "Learning rate" not in rows
    assert " at the end" in words(at)


def test_where_their_answers_differ_is_counted_on_all_test_digits():
    at = finished(A, C)
    header, _ = component(at, "differing")
    answers = [_answers(at, run_id) for run_id in (A, C)]
    labels = embedded_models.test_digits().labels.numpy()
    found = disagreement(labels, *answers)
    counts = [f"{n:,}" for n in (found.both, found.first, found.second, found.neither)]
    assert [metric.value for metric in at.metric] == counts
    assert header["index"] == found.differ[:24].tolist()
    assert header["first"] == answers[0][found.differ[:24]].tolist()
    assert header["names"] == ["LSTM 8", "*mine*"]
    assert r"Only \*mine\* right" in [metric.label for metric in at.metric]
    at.segmented_control(key="kind").set_value("Neither right").run()
    assert not at.exception
    index = component(at, "differing")[0]["index"]
    assert all(labels[n] not in (answers[0][n], answers[1][n]) for n in index)


def _answers(at, run_id):
    from rnnviz.training.tasks import checkpoint_readers

    found, config = run_manager.find(run_id)
    model = checkpoint_readers.model_of(
        config, run_manager.weights_at(run_id, found.steps), embedded_models.device()
    )
    return checkpoint_readers.guesses(config, model, embedded_models.test_digits(), 10_000)


def test_of_three_runs_any_two_are_compared_and_the_pair_can_be_changed():
    at = finished(A, B, C)
    assert component(at, "differing")[0]["places"] == [0, 1]
    pair = at.segmented_control(key="pair")
    assert pair.options == [r"LSTM 8 – GRU 6", r"LSTM 8 – \*mine\*", r"GRU 6 – \*mine\*"]
    pair.set_value(pair.options[2]).run()
    for _ in range(200):
        if component(at, "differing"):
            break
        at.run()
    assert not at.exception
    assert component(at, "differing")[0]["places"] == [1, 2]
    assert component(at, "differing")[0]["names"] == ["GRU 6", "*mine*"]


def test_another_watched_digit_is_read_by_all_of_them():
    at = finished(A, B)
    before = component(at, "compare")[1]
    at.number_input(key="probe").set_value(4).run()
    assert not at.exception
    header, arrays = component(at, "compare")
    assert header["probe"] == "test digit 4, a 4"
    assert (arrays["picture"] != before["picture"]).any()
    assert (arrays["0.belief"][-1] != before["0.belief"][-1]).any()
    assert component(at, "differing")[0]["watched"] == 4


def test_a_run_that_is_damaged_deleted_or_imagined_is_told_and_the_others_are_shown():
    at = finished(A, DAMAGED, DELETED, "../../etc/passwd", "x" * 22, B)
    assert len(component(at, "compare")[0]["runs"]) == 2
    told = [warning.value for warning in at.warning]
    assert len(told) == 4
    assert "is damaged, its run.json cannot be read" in told[0]
    assert told[1] == f"Run {DELETED} was deleted. It is left out."
    assert all(sentence.startswith("There is no run") for sentence in told[2:])


@pytest.mark.parametrize("ids", [(), (A,), (A, A), (A, DELETED)])
def test_with_fewer_than_two_runs_the_way_out_is_said(ids):
    at = open_(*ids)
    assert component(at, "compare") is None
    assert "Two runs at least are needed to compare them" in words(at)


def test_a_run_whose_newest_checkpoint_is_damaged_answers_with_the_one_before(kept):
    path = RunStore().folder(A) / "18.safetensors"
    content = path.read_bytes()
    path.write_bytes(content[:100])
    try:
        at = finished(A, B)
    finally:
        path.write_bytes(content)
    assert "18.safetensors is not a safetensors file" in words(at).replace("\\", "")
    assert component(at, "compare")[0]["runs"][0]["frame_steps"] == list(range(18))
    assert any("LSTM 8 after step 17" in part.help for part in at.markdown if part.help)


def test_five_runs_are_too_many_and_said():
    ids = [A, B, C, "F" * 22, "G" * 22]
    for run_id in ids[3:]:
        keep_run(RunStore(), run_id, config(count=100, epochs=1, seed=1))
    at = open_(*ids)
    assert len(component(at, "compare")[0]["runs"]) == 4
    assert "Only the first 4 of these 5 runs are shown." in words(at)


def test_a_run_that_goes_on_is_shown_further_at_the_next_look(kept):
    store, whole = RunStore(), kept[C]
    store.save(replace(whole, state="running", step=6, checkpoints=whole.checkpoints[:7]))
    with store.claim(C):  # as by another server that trains it
        at = finished(A, C)
        assert component(at, "compare")[0]["runs"][1]["words"] == "running: step 6 of 18"
        assert component(at, "compare")[0]["runs"][1]["frame_steps"] == list(range(7))
        assert "so far" in words(at)
    store.save(whole)
    at.run()
    at.run()
    assert component(at, "compare")[0]["runs"][1]["words"] == "done"
    assert component(at, "compare")[0]["runs"][1]["frame_steps"] == list(range(19))
    assert "at the end" in words(at)


def test_runs_alike_in_every_setting_are_said_to_be():
    assert "No setting does" in words(open_("F" * 22, "G" * 22))
