import shutil

import numpy as np
import pytest
import torch

from rnnviz.chapters.states.memory.ui import jobs
from rnnviz.chapters.states.memory.ui.components import memory as view
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.inspect.attributions import integrated_gradients
from rnnviz.core.inspect.gradients import reach
from rnnviz.data.sequences import entering
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.server import embedded_models, run_manager
from rnnviz.ui.widgets import model_choice
from tests.apptest import component, opened
from tests.trained_runs import keep_run

COLUMNS, LAYERS = "A" * 22, "B" * 22


@pytest.fixture(scope="module", autouse=True)
def kept(home):
    store = RunStore()
    run_manager.store.cache_clear()
    training = TrainConfig(epochs=1, batch_size=50)
    columns = RunConfig(ModelConfig(hidden_size=6), training, digits=100, time_step="columns")
    layers = ModelConfig("gru", hidden_size=5, num_layers=2, bidirectional=True, pooling="mean")
    keep_run(store, COLUMNS, columns)
    keep_run(store, LAYERS, RunConfig(layers, training, digits=100))
    yield
    run_manager.store.cache_clear()
    shutil.rmtree(store.root)


def script(name, index, label):
    from rnnviz.chapters.states.memory.ui import view as memory_view
    from rnnviz.chapters.states.ui.studied_network import Subject
    from rnnviz.ui.server import embedded_models
    from rnnviz.ui.widgets import controls, model_choice

    picture = embedded_models.test_digits().images[index].numpy()
    memory_view.show(Subject(model_choice.chosen(name), picture, f"test digit {index}", label))
    controls.notes()


def open_(name, index=61, label=8, **link):
    return opened(script, name, index, label, link=link)


@pytest.mark.parametrize(
    ("name", "other", "has_c"),
    [
        ("LSTM-128", "RNN-128", True),
        ("GRU-128", "RNN-128", False),
        ("RNN-128", "LSTM-128", False),
        (COLUMNS, "RNN-128", True),
        (LAYERS, "RNN-128", False),
    ],
)
def test_the_norms_are_those_of_the_core_for_network_and_plain_rnn(name, other, has_c):
    header, arrays = component(open_(name), "memory")
    digit = embedded_models.test_digits()[61:62]
    for n, network in enumerate([model_choice.chosen(name), model_choice.chosen(other)]):
        found = reach(network.model, network.sequences(digit.images), digit.labels)
        np.testing.assert_allclose(arrays[f"{n}.h"], found.h[:, 0], rtol=1e-4)
        assert arrays[f"{n}.belief"].shape == (28, 10)
    assert ("0.c" in arrays) == has_c
    assert header["networks"][1] == {"name": other, "word": "row"}
    assert header["networks"][0]["word"] == ("column" if name == COLUMNS else "row")


def test_pixels_lie_where_they_were_read_and_add_up_to_what_is_said():
    header, arrays = component(open_(COLUMNS), "memory")
    network = model_choice.chosen(COLUMNS)
    digit = embedded_models.test_digits()[61:62]
    x, asked = network.sequences(digit.images), torch.tensor([header["asked"]])
    found = integrated_gradients(network.model, x, asked, "logit")
    np.testing.assert_allclose(arrays["spoken"], found.values[:, 0].T, atol=1e-5)
    change = float(found.score[0] - found.score_before[0])
    assert f"of the {change:+.2f}".replace("-", "−") in header["told"]["complete"]


def test_another_class_another_method_and_the_scale_come_from_the_link():
    link = {"asked": "3", "pixels": "Gradient × input", "relative": "true"}
    header, arrays = component(open_("LSTM-128", **link), "memory")
    assert header["asked"] == 3
    assert "Integrated gradients do" in header["told"]["complete"]
    assert arrays["0.h"].max() == arrays["1.h"].max() == 1


def test_what_the_link_asks_for_and_is_not_there_is_said():
    at = open_("LSTM-128", asked="12")
    assert "asked = '12'" in at.warning[0].value
    assert component(at, "memory")[0]["asked"] == 8


def test_of_a_drawing_the_loss_is_that_of_the_answer():
    _, known = component(open_("LSTM-128", label=8), "memory")
    _, drawn = component(open_("LSTM-128", label=None), "memory")
    np.testing.assert_array_equal(known["0.h"], drawn["0.h"])
    _, wrong = component(open_("LSTM-128", label=3), "memory")
    assert wrong["0.h"].max() > 100 * known["0.h"].max()


def test_the_accuracy_fills_in_piece_by_piece_and_ends_with_the_networks_own():
    at = open_("GRU-128")
    seen = [component(at, "memory")[0]["told"]["stopping"]]
    while "Half of the test digits" not in seen[-1] and len(seen) < 200:
        at.run()
        seen.append(component(at, "memory")[0]["told"]["stopping"])
    assert "stopped after each row" in seen[0]
    _, arrays = component(at, "memory")
    network, test = model_choice.chosen("GRU-128"), embedded_models.test_digits()
    with torch.inference_mode():
        right = network.model(network.sequences(test.images)).argmax(1) == test.labels
    assert arrays["0.right"][-1] == pytest.approx(right.double().mean().item(), abs=2e-4)
    columns = [*at.dataframe[0].value.columns]
    assert columns[0] == "row"
    assert "test digits read right" in columns


def test_values_of_pixels_are_added_up_by_the_step_in_which_they_enter():
    network = model_choice.chosen(COLUMNS)
    values = np.random.default_rng(0).normal(size=(28, 28)).astype(np.float32)
    sums = jobs.by_step(network, values)
    np.testing.assert_allclose(sums, values.sum(0), atol=1e-5)


@pytest.mark.parametrize("changed", [{"h": (27,)}, {"right": (1,)}])
def test_a_shape_that_does_not_fit_is_refused(changed):
    fields = {"h": (28,), "x": (28,), "right": (28,)} | changed
    arrays = {name: np.ones(shape, np.float32) for name, shape in fields.items()}
    belief = np.ones((28, 10), np.float32)
    one = view.Remembered("a", "row", entering("rows").numpy(), belief, c=None, **arrays)
    with pytest.raises(ValueError, match=r"must be \(T,\) = \(28,\)"):
        one.arrays()


def test_the_row_of_the_cursor_is_in_the_link():
    at = open_("RNN-128", row="9")
    assert component(at, "memory")[0]["start"] == 9
    at.session_state["_memory_row"] = 12
    at.run()
    assert at.query_params["row"] in ("12", ["12"])
    at.session_state["_memory_row"] = 28
    at.run()
    assert "row" not in at.query_params
    at = open_("RNN-128", row="40")
    assert component(at, "memory")[0]["start"] == 0
    assert "row = '40'" in at.warning[0].value
