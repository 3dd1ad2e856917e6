"""Tests of the units view for recordings of any width, labels and length."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.chapters.states.recording.ui import units_view
from rnnviz.chapters.states.units.ui import profiles
from rnnviz.core.units import statistics as units_statistics
from rnnviz.training.recording import read_recording, record
from tests import apptest
from tests.apptest import component, until, words


def script(content):
    from rnnviz.chapters.states.recording.ui import view
    from rnnviz.training.recording import read_recording

    view.show(read_recording(content), f"{hash(content)}")


@pytest.fixture
def opened(tmp_path):
    def open_(rnn, x, labels=None):
        record(rnn, x, tmp_path / "a.safetensors", labels)
        content = (tmp_path / "a.safetensors").read_bytes()
        at = apptest.opened(script, content)
        at.session_state["recorded_view"] = "Units"
        return finished(at), read_recording(content)

    return open_


def finished(at):
    return until(at.run(), lambda at: component(at, "unit"))


def summing():
    """Unit 1 sums the first value, unit 2 the same with the other sign, unit 3 is dead."""
    rnn = nn.RNN(5, 3)
    with torch.no_grad():
        for weight in rnn.parameters():
            weight.zero_()
        rnn.weight_ih_l0[0, 0], rnn.weight_ih_l0[1, 0] = 0.05, -0.05
        rnn.weight_hh_l0[0, 0] = rnn.weight_hh_l0[1, 1] = 1.0
    return rnn


def told_apart(T=9, B=60):
    """Class 40 has more in the first value than class 7, at step 5 alone."""
    x = torch.randn(T, B, 5, generator=torch.Generator().manual_seed(0)) * 0.1
    labels = torch.tensor([7, 40]).repeat(B // 2)
    x[4, labels == 40, 0] += 3
    return x, labels


def test_planted_units_of_a_recording_are_told_for_what_they_are(opened):
    x, labels = told_apart()
    at, found = opened(summing(), x, labels)
    header, arrays = component(at, "unit")
    assert (header["kind"], header["names"], header["word"]) == ("class", [7, 40], "step")
    assert arrays["auc"].shape == (3, 2)
    np.testing.assert_allclose(arrays["auc"][0], [0, 1])
    np.testing.assert_allclose(arrays["auc"][1], [1, 0])
    said = words(at)
    assert "Unit 1 tells class 7 from the rest at step 5, where it is lower for class 7" in said
    assert "It rises most at step 5, in class 40 alone." in said
    assert "neither dead nor saturated" in said
    h = found.layers[0][0].h
    mean = h[:, labels == 40, 0].mean(1).numpy()
    np.testing.assert_allclose(arrays["course"][:, 1], mean, atol=1e-6)
    np.testing.assert_allclose(arrays["own"], h[:, 0, 0].numpy())
    np.testing.assert_allclose(at.dataframe[0].value["AUC"], arrays["auc"][0])
    assert at.dataframe[2].value["is"].tolist() == [40] * profiles.TOP
    at.number_input(key="recorded_unit").set_value(3).run()
    assert "Unit 3 tells no class from the rest better than chance" in words(at)
    assert "It is dead: over all sequences it stays between 0.00 and 0.00." in words(at)


def test_the_pictures_are_what_was_read_around_the_step(opened):
    x, labels = told_apart()
    at, found = opened(summing(), x, labels)
    header, arrays = component(at, "unit")
    assert arrays["images"].shape == (2 * profiles.TOP, 13, 5)
    low, high = found.x.min(), found.x.max()
    for n, listed in enumerate(header["most"]):
        b, t = listed["index"], listed["step"]
        grey = (255 * (found.x[t, b] - low) / (high - low)).round().byte().numpy()
        np.testing.assert_array_equal(arrays["images"][n, 6], grey)
        assert listed["label"] == int(labels[b])


def test_without_labels_it_is_said_how_they_are_given_and_the_mean_is_over_all(opened):
    x, _ = told_apart()
    at, found = opened(summing(), x)
    header, arrays = component(at, "unit")
    assert header["names"] == []
    assert arrays["auc"].shape == (3, 0)
    h = found.layers[0][0].h
    np.testing.assert_allclose(arrays["course"][:, 0], h[..., 0].mean(1).numpy(), atol=1e-6)
    assert "holds no labels" in words(at)
    assert "labels=labels" in words(at)
    assert "**Unit 1 rises most at step" in words(at)
    assert not at.selectbox
    assert header["most"][0]["label"] is None


@pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning")  # torch's word
@pytest.mark.parametrize(
    ("rnn", "T", "B"),
    [
        (nn.LSTM(1, 4), 1, 1),
        (nn.LSTM(300, 6, proj_size=2, num_layers=2), 5, 3),
        (nn.GRU(3, 4, bidirectional=True), 40, 2),
        (nn.RNN(2, 1, nonlinearity="relu"), 2100, 2),
    ],
)
def test_any_width_length_and_number_of_sequences_is_shown(rnn, T, B, opened):
    torch.manual_seed(0)
    x = torch.randn(T, B, rnn.input_size)
    at, _ = opened(rnn, x, list(range(B)))
    _, arrays = component(at, "unit")
    assert len(arrays["course"]) == min(T, units_view.LONGEST)
    assert ("the first 2,000 steps" in words(at)) == (T > 2000)
    assert arrays["images"].shape[2] == min(rnn.input_size, units_view.WIDE)


@pytest.mark.parametrize(
    ("rnn", "key", "value", "held"),
    [
        (nn.GRU(3, 4, bidirectional=True), "recorded_layer", "layer 1, reverse", "reverse"),
        (nn.LSTM(3, 4), "recorded_held", "c", "c of layer 1, forward"),
    ],
)
def test_another_direction_and_the_cell_state_can_be_looked_into(rnn, key, value, held, opened):
    x, labels = told_apart()
    at, found = opened(rnn, x[..., :3], labels)
    at.segmented_control(key=key).set_value(value).run()
    header, arrays = component(finished(at), "unit")
    assert held in header["held"]
    part = found.layers[0][-1]
    values = part.c if value == "c" else part.h
    np.testing.assert_allclose(arrays["own"], values[:, 0, 0].numpy())
    assert header["reverse"] == (value != "c")


def test_a_sequence_that_is_clicked_is_watched_and_a_unit_shown(opened):
    x, labels = told_apart()
    at, found = opened(summing(), x, labels)
    at.session_state["recorded_units"] = {"unit": {"unit": 2}, "pick": {"index": 5}}
    at.session_state["recorded_sequence"] = 6
    at.session_state["recorded_unit"] = 2
    at.run()
    header, arrays = component(at, "unit")
    assert (header["unit"], header["watched"], header["probe"]) == (2, 5, "sequence 6")
    np.testing.assert_allclose(arrays["own"], found.layers[0][0].h[:, 5, 1].numpy())


def test_the_order_by_a_class_puts_the_unit_first_that_tells_it_best(opened):
    x, labels = told_apart()
    rnn = summing()
    with torch.no_grad():
        rnn.weight_ih_l0[0] = 0
    at, _ = opened(rnn, x, labels)
    at.selectbox(key="recorded_order").set_value(40).run()
    header, _ = component(at, "unit")
    assert header["order"][0] == 1
    assert header["by"] == "by how well they tell class 40"


def test_of_many_classes_the_most_frequent_are_told_apart():
    labels = torch.cat([torch.arange(30) * 3, torch.tensor([87, 87, 0])])
    names, place = units_view.classes_of(labels)
    assert len(names) == units_view.CLASSES
    assert names == tuple(sorted(names))
    assert {0, 87} < set(names)
    for label, n in zip(labels.tolist(), place.tolist(), strict=True):
        assert (names[n] == label) if n < len(names) else label not in names


def test_the_rarest_classes_stay_among_the_rest(opened, monkeypatch):
    monkeypatch.setattr(units_view, "CLASSES", 2)
    x, _ = told_apart()
    labels = torch.tensor([3, 4, 3, 4, 5, 6]).repeat(10)
    at, found = opened(summing(), x, labels)
    header, arrays = component(at, "unit")
    assert header["names"] == [3, 4]
    whole = units_statistics.selectivity(found.layers[0][0].h, labels, 7)
    np.testing.assert_allclose(
        np.abs(arrays["auc"] - 0.5), whole.strength[:, 3:5].numpy(), atol=1e-6
    )
    assert "Only its 2 most frequent classes are told from the rest." in words(at)
