import time
from datetime import UTC, datetime

import pytest
import streamlit as st
import torch

from rnnviz.core.inspect.reading import read
from rnnviz.data.sequences import sequences
from rnnviz.ui.server import embedded_models, run_manager
from rnnviz.ui.widgets import model_choice, pad_reading
from tests.stored_runs import keep, run_config

SHAPES = {
    "seven units": run_config(),
    "two layers, two directions": run_config(num_layers=2, bidirectional=True),
    "56 pixels a step": run_config(time_step="pixels", chunk=56),
    "by columns": run_config(time_step="columns", cell="rnn", nonlinearity="relu"),
    "rows shuffled": run_config(time_step="permuted", num_layers=2),
    "the mean of a GRU": run_config(cell="gru", pooling="mean"),
    "the maximum in two directions": run_config(cell="rnn", pooling="max", bidirectional=True),
}


@pytest.fixture(autouse=True)
def fresh(no_run_stays):
    """No test sees what another one has cached, or its runs."""
    st.cache_data.clear()
    model_choice._trained.cache_clear()


@pytest.mark.parametrize("name", SHAPES)
def test_a_trained_network_reads_a_digit_as_its_last_checkpoint_does(name, test_digits):
    record, model = keep(SHAPES[name], scale=1.5)
    found = model_choice.chosen(record.id)
    assert found.step == 3
    assert not found.model.training
    image = test_digits.images[61]
    seen = pad_reading.see(found, image.numpy())
    x = sequences(image[None], record.config.time_step, record.config.chunk)
    expected = read(model, x)
    assert torch.allclose(torch.from_numpy(seen.belief), expected.belief[:, 0], atol=1e-6)
    assert torch.allclose(torch.from_numpy(seen.h), expected.h[:, 0], atol=1e-6)
    assert len(seen.belief) == found.length == record.config.length


def test_rows_enter_in_order_and_everything_else_says_where_its_pixels_go():
    words = {}
    for name, config in SHAPES.items():
        found = model_choice.chosen(keep(config)[0].id)
        words[name] = found.word
        entering = found.entering()
        if config.time_step == "rows":
            assert entering is None
        else:
            assert entering.max() + 1 == found.length
    assert words["56 pixels a step"] == "step"
    assert words["by columns"] == "column"
    assert words["rows shuffled"] == "row"
    columns = model_choice.chosen(keep(SHAPES["by columns"])[0].id).entering()
    assert columns[0].tolist() == columns[27].tolist() == list(range(28))


def test_a_trained_network_is_read_from_the_disk_once_for_each_of_its_checkpoints():
    record, _ = keep()
    first = model_choice.chosen(record.id)
    (run_manager.store().folder(record.id) / "3.safetensors").unlink()
    assert model_choice.chosen(record.id).model is first.model
    again, _ = keep(checkpoints=(0, 2), id=record.id, scale=2.0)
    other = model_choice.chosen(again.id)
    assert other.model is not first.model
    assert other.identity != first.identity


def test_what_cannot_be_shown_is_said_in_one_sentence():
    deleted, _ = keep()
    run_manager.store().delete(deleted.id)
    damaged, _ = keep()
    (run_manager.store().folder(damaged.id) / "3.safetensors").write_bytes(b"no weights")
    other, _ = keep(run_config(hidden_size=9))
    file = "3.safetensors"
    strange = keep()[0].id
    content = (run_manager.store().folder(other.id) / file).read_bytes()
    (run_manager.store().folder(strange) / file).write_bytes(content)
    broken, _ = keep()
    (run_manager.store().folder(broken.id) / "run.json").write_text("{")
    empty, _ = keep(checkpoints=())
    said = {
        "A" * 22: f"there is no run '{'A' * 22}', or none any more",
        "../../etc": "there is no run '??????etc', or none any more",
        deleted.id: f"run {deleted.id} was deleted",
        damaged.id: f"the weights of run {damaged.id} are damaged or gone",
        strange: f"the weights of run {strange} are damaged or gone",
        empty.id: f"run {empty.id} has no weights yet",
    }
    for name, sentence in said.items():
        with pytest.raises(model_choice.ModelError) as told:
            model_choice.chosen(name)
        assert str(told.value) == sentence
    with pytest.raises(model_choice.ModelError, match=f"run {broken.id} is damaged, its run.json"):
        model_choice.chosen(broken.id)


def test_the_four_embedded_networks_come_first_then_the_newest_runs_with_weights():
    now = time.time() + 1000  # newer than what other tests may have left
    old, _ = keep(created=now - 300, name="my first")
    new, _ = keep(created=now - 200)
    bare, _ = keep(created=now - 100, checkpoints=())
    offered = model_choice.offered(())
    names = list(offered)
    assert names[:4] == ["LSTM-128", "GRU-128", "RNN-128", "BiLSTM-64"]
    assert names[4:6] == [new.id, old.id]
    assert offered[old.id] == "my first"
    assert offered[new.id].startswith("LSTM 7, 98.1 %, ")
    assert bare.id not in names


def test_two_runs_that_would_be_called_the_same_are_told_apart():
    created = time.time()
    ids = [keep(created=created)[0].id for _ in range(2)]
    offered = model_choice.offered(())
    assert sorted(offered[i][-7:] for i in ids) == sorted(f" ({i[:4]})" for i in ids)


def test_on_a_shared_server_only_what_the_session_opened_is_offered(monkeypatch):
    monkeypatch.setenv("RNNVIZ_SHARED", "1")
    mine, _ = keep()
    others, _ = keep()
    assert set(model_choice.offered((mine.id, "gone"))) == {*model_choice.EMBEDDED, mine.id}
    assert model_choice.chosen(others.id).name == others.id, "who has the link has the network"


def test_of_many_runs_the_newest_twenty_are_offered():
    now = time.time()
    kept = [keep(created=now + k)[0].id for k in range(22)]
    offered = set(model_choice.offered(()))
    assert offered == {*model_choice.EMBEDDED, *kept[2:]}
    assert set(model_choice.offered((kept[0],))) == offered | {kept[0]}


def test_the_list_is_not_read_from_the_disk_again_and_again():
    first, _ = keep()
    assert first.id in model_choice.offered(())
    second, _ = keep()
    assert second.id not in model_choice.offered(()), "for some seconds"
    st.cache_data.clear()
    assert second.id in model_choice.offered(())


def test_an_unbounded_state_widens_the_scale_and_lost_numbers_are_no_answer(test_digits):
    image = test_digits.images[0].numpy()
    relu = run_config(cell="rnn", nonlinearity="relu")
    wide = pad_reading.see(model_choice.chosen(keep(relu, scale=4.0)[0].id), image)
    assert wide.reach == pytest.approx(float(abs(wide.h).max()))
    assert wide.reach > 1
    assert pad_reading.see(model_choice.chosen("LSTM-128"), image).reach == 1.0
    lost = pad_reading.see(model_choice.chosen(keep(scale=float("nan"))[0].id), image)
    assert lost.lost
    assert not wide.lost


def test_the_embedded_networks_are_those_of_the_assets():
    for name, file in model_choice.EMBEDDED.items():
        assert model_choice.chosen(name).model is embedded_models.embedded(file)


def test_the_time_is_that_of_the_server_where_no_browser_says_another():
    assert abs((model_choice.now() - datetime.now(UTC)).total_seconds()) < 5
