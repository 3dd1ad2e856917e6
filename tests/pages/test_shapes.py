"""Tests of the Shapes page: every control has its effect."""

import re

import numpy as np
import pytest
from streamlit.elements.lib import policies

from rnnviz.chapters.shapes import slice_cost_results
from rnnviz.chapters.shapes.ui import settings as shapes_settings
from rnnviz.chapters.shapes.ui.tabs import VIEWS
from rnnviz.core.shapes.call import MOST, MOST_NUMBERS
from rnnviz.ui.widgets import training_settings
from rnnviz.ui.widgets.setting_kinds import OWN
from tests.apptest import component, labelled, words

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")

# The field's worked examples, with the shapes that they give.
EXPECTED = {
    "LSTM(28, 64), 2 layers, two directions": {"output": (32, 28, 128), "h_n": (4, 32, 64)},
    "RNN(12, 64), 2 layers, on (128, 28, 12)": {
        "x": (128, 28, 12),
        "output": (128, 28, 64),
        "h_n": (2, 128, 64),
    },
    "the same, time first, on (28, 128, 12)": {
        "x": (28, 128, 12),
        "output": (28, 128, 64),
        "h_n": (2, 128, 64),
    },
    "LSTM(12, 64) on (128, 28, 12)": {"output": (128, 28, 64), "c_n": (1, 128, 64)},
    "LSTM(12, 64), time first, on (28, 128, 12)": {"output": (28, 128, 64), "h_n": (1, 128, 64)},
    "RNNCell(4, 2) in a loop, 3 steps": {"x": (1, 3, 4), "output": (1, 3, 2), "h": (1, 2)},
    "RNN(4, 2) beside it, 3 steps": {"x": (1, 3, 4), "output": (1, 3, 2), "h_n": (1, 1, 2)},
    "RNN(4, 3) on (1, 2, 4)": {"x": (1, 2, 4), "output": (1, 2, 3), "h_n": (1, 1, 3)},
    "RNN(4, 8) on (2, 3, 4), h_prev.unsqueeze(0)": {"output": (2, 3, 8), "h_n": (1, 2, 8)},
    "two directions, RNN(4, 3) on (1, 2, 4)": {"output": (1, 2, 6), "h_n": (2, 1, 3)},
    "two directions, RNN(4, 6) on (5, 3, 4)": {"output": (5, 3, 12), "h_n": (2, 5, 6)},
    "text classifier, (32, 50, 100), H 128": {
        "x": (32, 50, 100),
        "output": (32, 50, 128),
        "logits": (32, 2),
    },
    "text classifier, (32, 50, 100), H 256": {"output": (32, 50, 256), "logits": (32, 2)},
    "Embedding(4, 3), view(-1, num_class)": {
        "ids": (2, 5),
        "x": (2, 5, 3),
        "logits": (2, 5, 4),
    },
    "digits, (64, 1, 28, 28), LSTM(28, 64)": {
        "images": (64, 1, 28, 28),
        "x": (64, 28, 28),
        "output": (64, 28, 64),
        "logits": (64, 10),
    },
}


def drawn(at):
    assert not at.exception
    header, arrays = component(at, "blocks")
    return {block["name"]: tuple(block["shape"]) for block in header["blocks"]}, header, arrays


def test_the_page_opens_on_a_network_in_two_directions(open_app):
    at = open_app("shapes")
    assert [title.value for title in at.title] == ["Which slice do I want?"]
    shapes, header, arrays = drawn(at)
    assert list(shapes) == ["x", "output", "h_n", "c_n"]
    assert "output[:, -1]` is not the last state of both directions" in words(at)
    assert header["facts"]["output|27|0|"].startswith("✓ output[:, -1, :64] == h_n[-2]")
    assert header["facts"]["output|27|1|"].startswith("✗ output[:, -1, 64:] == h_n[-1]")
    assert header["gates"] == ["i", "f", "g", "o"]
    assert arrays["product"].shape == (4, 28, 8, 12)
    assert not at.warning


@pytest.mark.parametrize("name", shapes_settings.EXAMPLES)
def test_an_example_sets_everything_and_shows_its_shapes(name, open_app):
    at = open_app("shapes")
    at.selectbox(key="example").set_value(name).run()
    shapes, _, _ = drawn(at)
    assert {key: shapes[key] for key in EXPECTED[name]} == EXPECTED[name]
    assert at.selectbox(key="example").value == name
    assert "```" not in words(at)
    linked = open_app("shapes", example=name)
    assert drawn(linked)[0] == shapes
    assert not linked.warning


def test_the_examples_code_says_what_the_course_says(open_app):
    for name, line in (
        ("RNN(4, 8) on (2, 3, 4), h_prev.unsqueeze(0)", "h_0 = h_prev.unsqueeze(0)"),
        ("Embedding(4, 3), view(-1, num_class)", "flat = logits.view(-1, 4)"),
        ("digits, (64, 1, 28, 28), LSTM(28, 64)", "x = images.view(-1, 28, 28)"),
        ("RNNCell(4, 2) in a loop, 3 steps", "for x_t in x.unbind(1)"),
        ("RNNCell(4, 2) in a loop, 3 steps", "whole = nn.RNN(4, 2, batch_first=True)"),
    ):
        at = open_app("shapes", example=name)
        assert line in at.code[0].value


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", shapes_settings.EXAMPLES)
def test_every_view_shows_for_every_example(view, name, open_app):
    at = open_app("shapes", view=view, example=name)
    drawn(at)
    assert len(words(at)) > 200


def test_the_slice_of_the_link_is_cut_if_it_is_there(open_app):
    at = open_app("shapes", cut="output,3,,reverse")
    assert component(at, "blocks")[0]["start"]["step"] == 2
    assert component(at, "blocks")[0]["start"]["half"] == 1
    assert "output,3,,reverse" in at.query_params["cut"]
    for asked in ("output,29", "weights", "output,x", "output,1,,up", "output,1,1,,1,7", "logits"):
        at = open_app("shapes", cut=asked)
        assert component(at, "blocks")[0]["start"]["step"] == 27, "the last stands in"
        assert "The link asks for cut = " in at.warning[0].value
        assert "cut" not in at.query_params


def test_each_setting_that_is_moved_changes_the_shapes(open_app):
    at = open_app("shapes")
    seen = [drawn(at)[0]]
    for key, value in (
        ("input_size", 5),
        ("hidden_size", 7),
        ("num_layers", 3),
        ("B", 4),
        ("T", 6),
        ("proj_size", 2),
    ):
        at.number_input(key=key).set_value(value).run()
        seen.append(drawn(at)[0])
    for key in ("bidir", "batch_first", "unbatched"):
        toggle = at.toggle(key=key)
        toggle.set_value(not toggle.value).run()
        seen.append(drawn(at)[0])
    assert len({str(one) for one in seen}) == len(seen)
    assert seen[-1] == {"x": (6, 5), "output": (6, 2), "h_n": (3, 2), "c_n": (3, 7)}
    assert at.selectbox(key="example").value == OWN
    at.selectbox(key="module").set_value("GRU").run()
    assert drawn(at)[0] == {"x": (6, 5), "output": (6, 7), "h_n": (3, 7)}
    at.selectbox(key="module").set_value("GRUCell").run()
    assert drawn(at)[0] == {"x": (6, 5), "output": (6, 7), "h": (7,)}


def test_padded_sequences_take_the_last_valid_step(open_app):
    at = open_app("shapes", B="3", T="6", packed="true")
    assert "output[torch.arange(3), lengths - 1, :64]" in words(at)
    at.text_input(key="lengths").set_value("6, 2, 2").run()
    assert "torch.tensor([6, 2, 2])" in at.code[0].value
    for lengths, why in (
        ("6, 2", r"Lengths must be (B,) = (3,), one for each sequence, got 2."),
        ("5, 2, 2", "T = 6, yet the longest length is 5"),
        ("6, x, 2", "Lengths are whole numbers with commas between"),
    ):
        at.text_input(key="lengths").set_value(lengths).run()
        assert not at.exception
        assert why in at.error[0].value
        assert component(at, "blocks") is None


def test_a_pasted_line_sets_what_it_says(open_app):
    at = open_app("shapes")
    at.text_input(key="pasted").set_value("nn.GRU(12, 24, 3, batch_first=False)").run()
    shapes, _, _ = drawn(at)
    assert shapes == {"x": (28, 32, 12), "output": (28, 32, 24), "h_n": (3, 32, 24)}
    assert at.selectbox(key="module").value == "GRU"
    assert "nothing of it was run" in words(at)
    at.text_input(key="pasted").set_value("nn.LSTM(12, 64, dropout=0.5)").run()
    assert "With one layer it does nothing" in words(at)


@pytest.mark.parametrize(
    "line", ["nn.Linear(3, 4)", "nn.LSTM(12, print(64))", "1 +", "nn.LSTM(12, 99999999999)"]
)
def test_what_is_no_module_is_refused_in_words_and_changes_nothing(line, open_app):
    at = open_app("shapes")
    before = drawn(at)[0]
    at.text_input(key="pasted").set_value(line).run()
    assert drawn(at)[0] == before
    assert at.warning[0].value.startswith("This line was not read: ")


def test_what_torch_would_not_take_or_is_too_large_is_said_in_words(open_app):
    at = open_app("shapes", proj_size="64")
    assert "Proj_size must lie in [0, hidden_size) = [0, 64)" in at.error[0].value.replace("\\", "")
    assert component(at, "blocks") is None
    at = open_app("shapes", B="4096", T="4096", input_size="4096")
    assert "numbers in all, and the bound here is" in at.error[0].value
    at = open_app("shapes", B="0", T="many", module="CNN", example="none")
    drawn(at)
    assert len(at.warning) == 4


def test_what_would_take_too_long_is_run_on_fewer_sequences_and_says_so(open_app):
    at = open_app("shapes", hidden_size="512", input_size="256", B="64", T="56", num_layers="1")
    shapes, header, arrays = drawn(at)
    assert shapes["output"] == (64, 56, 1024)
    assert "What is run here, below and in the product, is B = " in words(at)
    assert header["facts"] == {}
    assert arrays["x"].shape[0] == 56


def test_wants_are_answered_one_by_one(open_app):
    at = open_app("shapes", view="What do you want?")
    seen = []
    for want in ("last", "both", "steps", "pool", "carry"):
        labelled(at.button_group, "What do you want?").set_value(want).run()
        assert not at.exception
        seen.append(at.code[0].value)
    assert len(set(seen)) == 5
    assert "torch.cat((h_n[-2], h_n[-1]), dim=-1)" in seen[1]
    assert "✗" in words(at)
    assert open_app("shapes", view="What do you want?", want="pool").code[0].value == seen[3]


def test_the_table_adds_up_and_a_row_names_its_gate(open_app):
    at = open_app("shapes", view="Tensors and weights", weight_row="70")
    tensors, weights = (frame.value for frame in at.dataframe)
    assert list(tensors["name"]) == ["x", "output", "h_n", "c_n"]
    assert weights["count"].sum() == 147456
    assert "**147,456 weights**" in words(at)
    assert "Row 70 belongs to **f**, the forget gate" in words(at)
    at.number_input(key="weight_row").set_value(130).run()
    assert "Row 130 belongs to **g**" in words(at)


def test_mistakes_come_in_three_kinds_with_torchs_own_words(open_app):
    at = open_app("shapes", view="Mistakes")
    titles = [header.value for header in at.subheader]
    assert titles == ["Torch refuses it", "Torch only warns of it", "It runs, and is wrong"]
    code = [block.value for block in at.code]
    assert "Expected hidden[0] size (4, 32, 64), got [5, 32, 64]" in code
    assert "proj_size has to be smaller than hidden_size" in code
    assert any(one.startswith("dropout option adds dropout") for one in code)
    moved = re.search(r"output moves by up to (\S+),", words(at))
    assert float(moved[1]) > 0.01
    single = open_app("shapes", view="Mistakes", module="RNNCell")
    assert "needs a batch" in words(single)


def test_each_way_of_mapping_is_drawn_with_its_shapes(open_app):
    at = open_app("shapes", view="Mappings", example="RNN(4, 2) beside it, 3 steps")
    seen = {}
    for name in ("one_to_many", "many_to_one", "aligned", "encoder_decoder"):
        labelled(at.button_group, "How sequences are mapped").set_value(name).run()
        assert not at.exception
        seen[name] = component(at, "unrolled")[0]["cells"]
    given = {name: [bool(cell["given"]) for cell in cells] for name, cells in seen.items()}
    made = {name: [bool(cell["made"]) for cell in cells] for name, cells in seen.items()}
    assert given["one_to_many"] == [True, False, False]
    assert made["many_to_one"] == [False, False, True]
    assert given["aligned"] == made["aligned"] == [True] * 3
    assert made["encoder_decoder"] == [False] * 3 + [True] * 4
    assert seen["aligned"][0]["made"]["shape"] == "(1, 10)"


def test_the_cost_that_is_shown_is_the_one_that_was_measured(open_app):
    at = open_app("shapes", view="What it costs")
    found = slice_cost_results.load()
    frame = at.dataframe[0].value
    means = [100 * found["mean"][way] for way in slice_cost_results.WAYS]
    np.testing.assert_allclose(frame["mean, %"], means)
    for k, seed in enumerate(found["seeds"]):
        shares = [100 * found["accuracy"][way][k] for way in slice_cost_results.WAYS]
        np.testing.assert_allclose(frame[f"seed {seed}"], shares)
    for mean in means:
        assert f"{mean:.1f} %" in words(at)


def test_the_bounds_that_the_page_states_are_those_that_hold(open_app):
    said = words(open_app("shapes"))
    assert f"above {MOST:,}" in said
    assert f"at most {MOST_NUMBERS:,} numbers" in said


def test_the_view_of_another_page_does_not_stand_in_the_way(open_app):
    at = open_app("shapes")
    at.session_state["view"] = "Compare"
    at.run()
    drawn(at)


def test_no_setting_shares_its_name_in_the_link_with_the_train_page():
    own = {*shapes_settings.DEFAULTS, "example", "want", "mapping", "weight_row"}
    assert not own & set(training_settings.DEFAULTS)


def test_pasting_and_examples_log_no_stack(open_app, caplog, monkeypatch):
    monkeypatch.setattr(policies, "_shown_default_value_warning", False)  # it is logged once
    at = open_app("shapes")
    at.text_input(key="pasted").set_value("nn.GRU(12, 24, 3)").run()
    at.selectbox(key="example").set_value("RNN(4, 3) on (1, 2, 4)").run()
    assert not at.exception
    assert at.number_input(key="hidden_size").value == 3
    assert [record for record in caplog.records if record.stack_info] == []


def test_what_was_assumed_of_a_pasted_line_and_a_keras_layer_is_told(open_app):
    at = open_app("shapes")
    line = "self.lstm = nn.LSTM(input_size, hidden_dim, n_layers, batch_first=True).to(device)"
    at.text_input(key="pasted").set_value(line).run()
    said = " ".join(caption.value for caption in at.caption)
    assert "Assumed: input" in said
    assert at.number_input(key="num_layers").value == 2
    at.text_input(key="pasted").set_value("model.add(LSTM(16, input_shape=(9, 3)))").run()
    said = " ".join(caption.value for caption in at.caption)
    assert ": in torch this is nn.LSTM(3, 16, batch" in said
    assert at.number_input(key="T").value == 9
    assert at.number_input(key="input_size").value == 3
