import io
import re

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.chapters.states.recording.ui import own_network
from rnnviz.core.config import ModelConfig
from rnnviz.core.model_variants import fold_input_scaling
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.mnist import rows
from rnnviz.training.recording import record
from rnnviz.training.store import checkpoint
from rnnviz.ui.server import embedded_models
from tests.apptest import component, opened, until, words
from tests.pages.test_strange_text import ADDRESS, LINK, STRANGE


def script():
    import streamlit as st

    from rnnviz.chapters.states.recording.ui import upload as recording_upload
    from rnnviz.chapters.states.recording.ui import view
    from rnnviz.ui.server import embedded_models
    from rnnviz.ui.widgets import controls

    recording_upload.settle()
    found = controls.model()
    recording_upload.upload()
    st.write(f"reads: {found.title}")
    answers = found.model(found.sequences(embedded_models.test_digits().images[:3]))
    st.write("answers " + " ".join(f"{value:.4f}" for value in answers.flatten().tolist()))
    found = recording_upload.recording()
    if found is not None:
        view.show(found[1], found[0])
    controls.notes()


@pytest.fixture
def at():
    return opened(script)


def saved(model):
    content = io.BytesIO()
    torch.save(model.state_dict(), content)
    return content.getvalue()


def network(**config):
    torch.manual_seed(0)
    return SequenceClassifier(ModelConfig(**({"hidden_size": 9} | config)))


def upload(at, content, name="mine.pt"):
    at.file_uploader(key="own_file").upload(name, content, "application/octet-stream").run()
    assert not at.exception
    return settled(at)


def settled(at):
    """Run the page, as its fragment does, until nothing is measured any more."""
    return until(at, lambda at: not any(button.key == "own_cancel" for button in at.button))


def answers(at):
    told = next(part.value for part in at.markdown if part.value.startswith("answers "))
    return torch.tensor([float(value) for value in told.split()[1:]]).view(3, 10)


def test_an_uploaded_network_becomes_the_choice_and_it_is_said_what_was_inferred(at):
    upload(at, saved(network(cell="gru", num_layers=2)))
    assert at.selectbox(key="model").value.startswith("own-")
    assert "reads: Yours: GRU 28 → 9, mine.pt" in words(at)
    told = at.warning[0].value
    assert "mine.pt is a GRU that reads 28 values at each step, 9 units, 2 layers" in told
    assert "in no link" in told


def test_what_is_uploaded_is_not_in_the_link(at):
    upload(at, saved(network()))
    assert "model" not in at.query_params


def test_safetensors_are_read_as_well(at):
    model = network(bidirectional=True)
    content = checkpoint.weights_to_bytes(dict(model.named_parameters()), model.config)
    upload(at, content, "mine.safetensors")
    assert "two directions" in at.warning[0].value


def test_a_network_that_reads_no_digits_gets_a_warning_and_no_tick(at):
    upload(at, saved(network()))
    told = at.warning[0].value
    assert not at.success
    assert "No way of reading exceeds 50 %" in told
    assert "may not be a classifier of digits" in told
    assert at.selectbox(key="own_reading").value == "unit-rows-last-0"


@pytest.fixture(scope="module")
def normalized():
    """The embedded GRU as if it had been trained with Normalize((0.1307,), (0.3081,))."""
    model = embedded_models.embedded("gru-128")
    return model, saved(fold_input_scaling(model, 0.3081, 0.1307))


def test_a_network_trained_on_normalized_pixels_reads_and_answers_as_at_home(at, normalized):
    home, content = normalized
    upload(at, content, "mine.ckpt")
    told = at.success[0].value
    (right, plain) = re.findall(r"([0-9.]+) %", told)
    assert "when pixels are normalized with mean 0.1307 and std 0.3081" in told
    assert "1,000 held-out training digits" in told
    assert "folded into the input weights of layer 1" in told
    assert float(right) > 95 > 60 > float(plain)
    assert at.selectbox(key="own_reading").value == "normalized-rows-last-0"
    x = rows(embedded_models.test_digits().images[:3])
    torch.testing.assert_close(answers(at), home(x).detach(), atol=2e-3, rtol=0)


def test_another_reading_is_chosen_and_its_accuracy_is_that_of_the_list(at, normalized):
    upload(at, normalized[1])
    first = at.selectbox(key="model").value
    shown = at.selectbox(key="own_reading")
    assert shown.options[0].endswith(" of 1,000: mean 0.1307, std 0.3081 · rows · last state")
    shown.set_value("unit-columns-mean-0").run()
    assert not at.exception
    assert at.selectbox(key="model").value != first
    assert sum(name.startswith("Yours") for name in at.selectbox(key="model").options) == 1
    options = at.selectbox(key="own_reading").options
    listed = next(option for option in options if ": 0 … 1 · columns · mean" in option)
    assert f"{listed.split(' of ')[0]} when" in at.warning[0].value
    assert "each step is a column" in at.warning[0].value
    assert "Another way of reading reaches" in at.warning[0].value


def test_a_measurement_can_be_canceled_and_started_again(at, normalized):
    turn = own_network._turn()
    with turn:  # another session measures
        at.file_uploader(key="own_file").upload("a.pt", normalized[1], "a/b").run()
        assert at.selectbox(key="model").value == "LSTM-128"
        at.button(key="own_cancel").click().run()
        settled(at)
    assert not at.exception
    assert at.selectbox(key="model").value.startswith("own-")
    assert "Its accuracy was not measured" in at.warning[0].value
    at.button(key="own_measure").click().run()
    settled(at)
    assert "normalized with mean 0.1307" in at.success[0].value


def test_the_nonlinearity_of_a_plain_rnn_is_measured(at):
    upload(at, saved(embedded_models.embedded("rnn-128")))
    assert at.selectbox(key="own_reading").value == "unit-rows-last-0"
    assert "tanh in the RNN" in at.success[0].value
    assert any("relu in the RNN" in option for option in at.selectbox(key="own_reading").options)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no weights at all", "neither a whole safetensors file"),
        (saved(nn.Linear(28, 10)), "no recurrent weights were found"),
        (saved(network(input_size=14)), "reads 14 values at each step"),
    ],
)
def test_a_refusal_is_one_sentence_and_what_read_before_reads_on(at, content, why):
    upload(at, content)
    assert why in at.error[0].value
    assert at.error[0].value.endswith(".")
    assert at.selectbox(key="model").value == "LSTM-128"
    assert not at.success


def test_the_name_of_a_file_is_shown_as_text(at):
    for content in (saved(network()), b"no weights"):
        upload(at, content, f"{STRANGE[0]}.pt")
        for told in [*at.success, *at.warning, *at.error]:
            assert LINK not in told.value
            assert ADDRESS not in told.value
    assert at.warning
    assert at.error


def test_of_many_uploads_the_newest_three_are_kept(at):
    for size in range(4, 9):
        upload(at, saved(network(hidden_size=size)))
    own = [title for title in at.selectbox(key="model").options if title.startswith("Yours")]
    assert [title.split(",")[0] for title in own] == [f"Yours: LSTM 28 → {n}" for n in (6, 7, 8)]


def test_a_network_of_another_session_is_said_to_be_gone():
    at = opened(script, link={"model": "own-0123456789ab-last-tanh"})
    assert "not here any more; upload it again: LSTM-128 reads instead." in at.warning[0].value


@pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning")  # torch's word
def test_an_uploaded_network_answers_as_it_did_at_home(at):
    model = network(num_layers=2, bidirectional=True).eval()
    upload(at, saved(model))
    x = rows(embedded_models.test_digits().images[:3])
    torch.testing.assert_close(answers(at), model(x).detach(), atol=1e-4, rtol=0)


@pytest.fixture
def recording(tmp_path):
    torch.manual_seed(0)
    rnn = nn.LSTM(3, 7, num_layers=2)
    x = torch.randn(40, 5, 3)
    record(rnn, x, tmp_path / "a.safetensors", labels=[4, 3, 2, 1, 0])
    return rnn, x, (tmp_path / "a.safetensors").read_bytes()


def test_a_recording_is_shown_with_its_states_and_gates(at, recording):
    rnn, x, content = recording
    upload(at, content, "a.safetensors")
    assert "a recording of LSTM 3 → 7, 2 layers" in at.success[0].value
    assert "5 sequences of 40 steps, 3 values at each" in at.success[0].value
    at.number_input(key="recorded_sequence").set_value(2).run()
    at.segmented_control(key="recorded_layer").set_value("layer 2, forward").run()
    assert not at.exception
    header, arrays = component(at, "player")
    assert [panel["name"] for panel in header["panels"]] == ["h", "c", "i", "f", "g", "o"]
    np.testing.assert_allclose(arrays["h"], rnn(x)[0][:, 1].detach().numpy(), atol=1e-6)
    assert arrays["frame"].shape == (40, 3)
    assert arrays["belief"].shape == (40, 0)
    assert "In sequence 2, class 3, unit" in words(at)


def test_a_shorter_sequence_is_shown_to_its_own_end(at, tmp_path):
    torch.manual_seed(0)
    rnn, xs = nn.GRU(3, 7), [torch.randn(steps, 3) for steps in (4, 9)]
    record(rnn, nn.utils.rnn.pack_sequence(xs, enforce_sorted=False), tmp_path / "a.safetensors")
    upload(at, (tmp_path / "a.safetensors").read_bytes(), "a.safetensors")
    _, arrays = component(at, "player")
    np.testing.assert_allclose(arrays["h"], rnn(xs[0])[0].detach().numpy(), atol=1e-6)
    assert "2 sequences of up to 9 steps, 3 wide; this one has 4" in words(at)
    at.segmented_control(key="recorded_view").set_value("Units").run()
    assert not at.exception


def test_the_sentence_of_a_recording_names_the_unit_that_moves_most(at, recording):
    *_, content = recording
    upload(at, content, "a.safetensors")
    h = component(at, "player")[1]["h"]
    unit = int((h.max(0) - h.min(0)).argmax())
    assert f"unit {unit + 1} moves most" in words(at)


def test_a_damaged_recording_is_refused_in_a_sentence(at, recording):
    _, _, content = recording
    upload(at, content[:-8], "a.safetensors")
    assert "not a whole safetensors file" in at.error[0].value
    assert component(at, "player") is None
