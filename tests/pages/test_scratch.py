import numpy as np
import pytest
import streamlit as st

from rnnviz.chapters.scratch.numpy_training import ByHandConfig
from rnnviz.chapters.scratch.ui import broken_training_view
from rnnviz.chapters.scratch.ui import incremental as scratch_incremental
from rnnviz.chapters.scratch.ui import view as scratch_view
from rnnviz.ui.server import embedded_models
from tests.apptest import component, components, labelled

VIEWS = {"Lines": "lenses", "Graph": "graph", "cat, dropout": "tables", "It learns": "charts"}
VIEWS |= {"The lesson": "charts", "MNIST": "pad"}


@pytest.fixture
def open_view(open_app):
    return lambda view, **link: open_app("scratch", view=view, **link)


@pytest.mark.parametrize("view", scratch_view.VIEWS)
def test_every_view_opens_with_its_picture_and_a_sentence(open_view, view):
    at = open_view(view)
    assert [title.value for title in at.title] == ["What does PyTorch hide?"]
    assert component(at, VIEWS[view]) is not None
    assert any(one.value.startswith("**") for one in at.markdown) or view == "MNIST"


def test_lines_show_a_pass_of_the_sizes_that_are_set(open_view):
    header, _ = component(open_view("Lines"), "lenses")
    assert len(header["moments"]) == 3 * (5 + 9)
    at = open_view("Lines", hand_t="2", hand_i="1", hand_h="4", hand_k="2")
    header, _ = component(at, "lenses")
    assert len(header["moments"]) == 2 * (5 + 9)
    by_name = {m["name"]: np.array(m["value"]).shape for m in header["moments"]}
    assert by_name["dW_hh"] == (4, 4)
    assert by_name["dW_xh"] == (1, 4)
    assert by_name["o"] == (1, 2)
    assert "most comes from step 2" in at.markdown[1].value
    before = header["moments"][0]["value"]
    at.number_input(key="hand_seed").set_value(5).run()
    assert component(at, "lenses")[0]["moments"][0]["value"] != before


def test_one_step_has_no_share_of_the_states_weights(open_view):
    at = open_view("Lines", hand_t="1")
    assert "Nothing reaches W_hh" in at.markdown[1].value


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])
def test_the_graph_of_each_cell_ends_in_the_loss(open_view, cell):
    at = open_view("Graph", hand_cell=cell)
    header, _ = component(at, "graph")
    assert header["nodes"][-1]["op"] == "mean"
    ops = sum(bool(node["op"]) for node in header["nodes"])
    assert f"{ops} operations" in at.markdown[1].value
    assert len(at.dataframe[0].value) == len(header["nodes"])


@pytest.mark.parametrize(
    ("dim", "shape", "first"), [("0", (4, 3), list(range(6))), ("1", (2, 6), [0, 1, 2, 6, 7, 8])]
)
def test_cat_along_either_axis(open_view, dim, shape, first):
    (parts, *_) = component(open_view("cat, dropout", hand_dim=dim), "tables")[0]["rows"]
    (whole,) = (part for part in parts["parts"] if "cat" in part.get("name", ""))
    assert np.array(whole["rows"]).shape == shape
    assert whole["first"] == first


def test_dropout_scales_by_one_over_what_is_kept_and_the_other_way_at_test_time(open_view):
    at = open_view("cat, dropout", hand_p="50", hand_draw="3")
    draw, inverted, other = components(at, "tables")[1][0]["rows"]
    mask = np.array(draw["parts"][2]["rows"])
    values = np.arange(1.0, 11)[None]
    np.testing.assert_array_equal(inverted["parts"][0]["rows"], 2 * values * mask)
    np.testing.assert_array_equal(inverted["parts"][2]["rows"], values)
    np.testing.assert_array_equal(other["parts"][0]["rows"], values * mask)
    np.testing.assert_array_equal(other["parts"][2]["rows"], values / 2)


def press(at, label):
    return labelled(at.button, label).click().run()


def test_the_training_starts_pauses_goes_on_and_ends_with_both_on_each_other(open_view):
    at = open_view("It learns", hand_steps="60")
    header, arrays = component(at, "charts")
    assert header["charts"][0]["series"][1]["name"] == "ours"
    assert arrays["0.1.x"].size == 0
    at = press(at, "Start")
    begun = component(at, "charts")[1]["0.1.x"].size
    assert begun > 0
    if begun < 61:
        at = press(at, "Pause")
        stood = component(at, "charts")[1]["0.1.x"].size
        assert component(at.run(), "charts")[1]["0.1.x"].size == stood
        at = press(at, "Resume")
    for _ in range(100):
        if component(at, "charts")[1]["0.1.x"].size == 61:
            break
        at.run()
    header, arrays = component(at, "charts")
    assert arrays["0.1.x"].tolist() == list(range(61))
    np.testing.assert_allclose(arrays["0.1.y"], arrays["0.2.y"], rtol=1e-6)
    assert max(value for _, value in header["bars"]["values"]) < 1e-9
    assert [name for name, _ in header["bars"]["values"]][:2] == ["layer 1 weight", "layer 1 bias"]
    assert any("After 60 steps our loss is" in one.value for one in at.markdown)
    assert not at.exception
    at = press(at, "Step")  # of a new training, since this one is done
    assert component(at, "charts")[1]["0.1.x"].tolist() == [0]


def test_a_loss_that_is_no_number_any_more_ends_the_training_and_is_said(open_view):
    link = {"hand_optimizer": "SGD, momentum 0.9", "hand_rate": "0.03", "hand_learn": "1"}
    at = press(open_view("It learns", **link), "Start")
    for _ in range(50):
        if any("no number any more" in one.value for one in at.markdown):
            break
        at.run()
    else:
        pytest.fail("the loss stayed a number")
    assert not at.exception


def test_as_taught_nothing_moves_and_ten_epochs_are_too_few(open_view):
    at = open_view("The lesson")
    for _ in range(20):
        told = " ".join(one.value for one in at.markdown)
        if "After 10 steps" in told:
            break
        at.run()
    assert "no weight moved" in told
    assert "still in the hundreds: far too few" in told
    assert [code.value.count("# ←") for code in at.code] == [0, 1, 1]
    assert "Tensor(np.mean(" in at.code[0].value
    assert "optimizer.zero_grad()  # ←" in at.code[2].value


def test_the_lesson_mended_learns_in_a_thousand_epochs():
    st.cache_resource.clear()
    embedded_models.one_thread()
    steps, lr = broken_training_view.LENGTHS["1,000 epochs at 0.01"]
    work = scratch_incremental.Lessons(ByHandConfig(steps=steps // 5, lr=lr, count=20))
    while work.share < 1:
        work.work()
    taught, parents, mended = ([log.loss for log in logs] for logs in work.logs)
    assert taught[0] == taught[-1]
    assert mended[-1] < parents[-1]


def test_numpy_reads_what_lies_on_the_pad_as_torch_does(open_view):
    at = open_view("MNIST", digit="61")
    _, arrays = component(at, "pad")
    assert arrays["belief"].shape == (28, 10)
    told = next(one.value for one in at.markdown if "NumPy alone reads" in one.value)
    assert "reads an 8" in told
    assert "within 1e−5" in told
    table = at.dataframe[0].value
    np.testing.assert_allclose(table["NumPy"], table["PyTorch"], atol=1e-5)


def test_an_empty_pad_asks_for_a_digit(open_view):
    at = open_view("MNIST")
    assert "Draw a digit" in at.info[0].value


@pytest.mark.parametrize(
    ("view", "key", "value"),
    [("Lines", "hand_h", "99"), ("Graph", "hand_cell", "TCN"), ("It learns", "hand_rate", "9")],
)
def test_what_the_link_asks_for_and_is_not_there_is_said(open_view, view, key, value):
    at = open_view(view, **{key: value})
    assert f"{key} = '{value}'" in at.warning[0].value
