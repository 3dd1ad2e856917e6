"""Tests of the Recurrence page: views show core's numbers, controls change them."""

import re

import numpy as np
import pytest
import torch

from rnnviz.chapters.recurrence import row_order_experiment
from rnnviz.chapters.recurrence.clipping import course
from rnnviz.chapters.recurrence.influence_decay import bound_by_distance
from rnnviz.chapters.recurrence.row_permutations import ROW_ORDERS, in_row_order
from rnnviz.chapters.recurrence.unrolling import free_run
from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect.jacobians import jacobians
from rnnviz.core.models import SequenceClassifier
from rnnviz.core.parameter_count import whole_sequence_parameters
from rnnviz.data.mnist import rows
from rnnviz.training.store import checkpoint
from tests.apptest import component, labelled, words

LEFT = {"view": "What is left"}


def test_the_page_opens_on_one_cell_with_one_title_and_the_table_of_sequences(open_app):
    at = open_app("recurrence")
    assert [title.value for title in at.title] == [
        "What does recurrence buy, and what does it forget?"
    ]
    header, arrays = component(at, "cell")
    assert arrays["x"].shape == (5, 1)
    assert [name["part"] for name in header["names"]] == ["U", "W", "b", "V", "c"]
    met, why = at.expander[-2:]
    assert (met.label, why.label) == ("Where sequences are met", "Why? What the numbers mean")
    lines = met.markdown[0].value.splitlines()
    assert "| where | x_t | T | B | I |" in lines
    for where in ("weather", "prices", "words", "speech", "an image", "the context"):
        (row,) = (line for line in lines if line.startswith(f"| {where}"))
        assert row.count("|") == 6, "x_t, T, B and I of each"
    assert not at.warning


def test_the_brackets_equal_the_states_and_the_counts_are_the_formulas(open_app):
    _, arrays = component(open_app("recurrence"), "cell")
    np.testing.assert_allclose(arrays["brackets"], arrays["h"], atol=1e-7)
    assert arrays["apart"].max() < 1e-15
    U, W, b = (arrays[f"weight.{name}"].astype(float) for name in ("U", "W", "b"))
    h = np.zeros(2)
    for t, x in enumerate(arrays["x"].astype(float)):
        h = np.tanh(U @ x + W @ h + b)
        np.testing.assert_allclose(arrays["h"][t], h, atol=1e-6)
    expected = [sum(whole_sequence_parameters(T, 28, 128, 10).values()) for T in range(1, 29)]
    assert arrays["whole"].tolist() == expected
    assert set(arrays["recurrent"].tolist()) == {21_514}


def test_the_names_are_torchs_own_and_their_shapes_those_of_a_network_that_reads_digits(open_app):
    header, _ = component(open_app("recurrence"), "cell")
    model = SequenceClassifier(ModelConfig(cell="rnn"))
    shapes = {name.removeprefix("rnn."): tuple(p.shape) for name, p in model.named_parameters()}
    for name in header["names"]:
        for one in name["torch"].split(" + "):
            assert f"= {shapes.pop(one)}" in name["shape"]
    assert not shapes, "every parameter has its name"


def test_the_length_and_the_radius_change_what_is_shown_and_said(open_app):
    at = open_app("recurrence", length="8", rho="0.5")
    assert component(at, "cell")[1]["h"].shape == (8, 2)
    assert "has 30,090, 1.4 times as many" in words(at)
    assert "After 50 steps at a spectral radius of 0.5: tanh: h is gone" in words(at)
    _, before = component(at, "activations")
    labelled(at.slider, "Spectral radius of W").set_value(2.0).run()
    header, after = component(at, "activations")
    assert header["names"] == ["tanh", "relu", "sigmoid", "none"]
    expected = free_run("none", 2.0).size.numpy()
    np.testing.assert_allclose(after["3.size"], expected, rtol=1e-5)
    assert after["3.size"][-1] > 1e12 * before["3.size"][0]
    labelled(at.slider, "Length of the sequence, T").set_value(2).run()
    assert component(at, "cell")[1]["h"].shape == (2, 2)


def test_a_digit_is_read_in_the_order_that_is_chosen_by_the_networks_chosen(open_app, test_digits):
    at = open_app("recurrence", view="Order", probe="61")
    for order, learnt in (("shuffled", "in order"), ("backwards", "shuffled")):
        labelled(at.button_group, "The digit is read").set_value(order).run()
        labelled(at.button_group, "The networks learnt rows").set_value(learnt).run()
        header, arrays = component(at, "order")
        picture = test_digits.images[61]
        np.testing.assert_array_equal(arrays["plain"], picture.numpy())
        np.testing.assert_array_equal(arrays["read"], picture[list(ROW_ORDERS[order])].numpy())
        assert header["read_as"] == order
        nets = row_order_experiment.load()
        with torch.no_grad():
            for n, kind in enumerate(row_order_experiment.KINDS):
                logits = nets.networks[kind, learnt](in_row_order(picture[None], order))
                np.testing.assert_allclose(
                    arrays[f"{n}.final"], logits.softmax(-1)[0].numpy(), atol=1e-5
                )
                assert (f"{n}.belief" in arrays) == (kind != "feed-forward")
        shown = [row["learnt"] for row in header["table"] if row["shown"]]
        assert shown == [learnt] * 3
        row = header["table"][0]
        expected = [nets.accuracies["lstm", "in order", each] for each in header["orders"]]
        assert row["right"] == expected
    assert "python -m rnnviz train --recipe order" in words(at)
    assert "the feed-forward net is as good (95.8 %, in order 95.3 %)" in words(at)


def test_ones_own_drawing_is_read_in_every_order_and_nobody_knows_who_is_right(open_app):
    at = open_app("recurrence", view="Order")
    at.session_state["_drawing"] = {"seq": 1, "down": False, "strokes": [[140, 60, 140, 220]]}
    at.run()
    at.toggle(key="probe_drawing").set_value(True).run()
    assert not at.exception
    header, arrays = component(at, "order")
    assert header["words"] == "your drawing"
    assert arrays["plain"].any()
    told = next(m.value for m in at.markdown if m.value.startswith("**Of your drawing"))
    assert "right" not in told
    before = component(at, "order")[1]["0.final"]
    labelled(at.button_group, "The digit is read").set_value("in order").run()
    assert not np.allclose(component(at, "order")[1]["0.final"], before)
    labelled(at.button_group, "View").set_value("What is left").run()
    assert "on your drawing" in words(at)


def test_what_is_left_is_the_cores_and_stays_below_the_bound(open_app, test_digits):
    at = open_app("recurrence", networks="trained", probe="61", **LEFT)
    header, arrays = component(at, "fading")
    assert header["names"] == ["RNN", "GRU", "LSTM"]
    x = rows(test_digits.images[61:62])
    for n, name in enumerate(("rnn-128", "gru-128", "lstm-128")):
        rnn = checkpoint.embedded(name)[0].rnn
        expected = jacobians(rnn, x).x.numpy()
        np.testing.assert_allclose(arrays[f"{n}.grid"], expected, rtol=1e-3)
        if n == 0:
            np.testing.assert_allclose(arrays["0.bound"], bound_by_distance(rnn, 28), rtol=1e-3)
    assert (arrays["0.far"] <= arrays["0.bound"]).all()
    assert "1.bound" not in arrays
    assert not [one for one in at.slider if one.label == "Spectral radius of W_hh"]


def test_the_spectral_radius_makes_memory_vanish_stay_and_explode(open_app):
    at = open_app("recurrence", **LEFT)
    told = {}
    for radius in (0.5, 1.0, 2.0):
        labelled(at.slider, "Spectral radius of W_hh").set_value(radius).run()
        told[radius] = next(m.value for m in at.markdown if m.value.startswith("**In h after"))
    assert "RNN reacts 10⁻⁸ as much (vanishing)" in told[0.5]
    assert "RNN reacts 30 % as much (kept)" in told[1.0]
    assert "times as much (exploding)" in told[2.0]
    before = component(at, "fading")[1]["2.grid"]
    labelled(at.slider, "Forget-gate bias of the LSTM").set_value(4.0).run()
    after = component(at, "fading")[1]["2.grid"]
    assert after[-1, 0] > before[-1, 0]
    labelled(at.button_group, "W_hh is drawn").set_value("as torch").run()
    sigma = float(re.search(r"σ = (\d\.\d\d)", words(at))[1])
    assert sigma > 1.5 * 2.0, "drawn as torch draws it, a step can stretch more than the radius"


def test_clipping_is_shown_on_a_training_that_explodes(open_app, training_digits):
    at = open_app("recurrence", **LEFT)
    header, arrays = component(at, "clipping")
    assert header["names"] == ["as it comes", "clipped to 1"]
    expected = course(training_digits[:1280], 2.0, limit=1.0, steps=20)
    np.testing.assert_allclose(arrays["1.loss"], expected.loss, rtol=1e-2)
    assert np.isnan(arrays["0.loss"]).any()
    assert np.isfinite(arrays["1.loss"]).all()
    assert "it is no number from step" in words(at)
    labelled(at.button_group, "f").set_value("tanh").run()
    assert np.isfinite(component(at, "clipping")[1]["0.loss"]).all()
    labelled(at.slider, "Spectral radius at the start").set_value(0.5).run()
    assert "clipping leaves it as it is" in words(at)


def test_everything_that_is_set_comes_back_from_its_link(open_app):
    at = open_app("recurrence", radius="0.3", draw="as torch", forget="3.0", step_f="tanh", **LEFT)
    assert not at.warning
    assert labelled(at.slider, "Spectral radius of W_hh").value == 0.3
    assert labelled(at.slider, "Forget-gate bias of the LSTM").value == 3.0
    assert labelled(at.button_group, "W_hh is drawn").value == "as torch"
    assert labelled(at.button_group, "f").value == "tanh"
    assert component(at, "fading")[1]["0.grid"][-1, 0] < 1e-12


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"length": "99"}, "length = '99', which is not within 1 to 8: 5 stands in."),
        ({"rho": "7"}, "rho = '7', which is not within 0.1 to 2: 1 stands in."),
        ({"rho": "nan"}, "rho = 'nan', which is not within 0.1 to 2: 1 stands in."),
        ({**LEFT, "radius": "much"}, "radius = 'much', which is not within 0.1 to 3: 1 stands"),
        ({**LEFT, "draw": "xavier"}, "'xavier', which is not there: orthogonal stands in."),
        ({"view": "Order", "read_as": "up"}, "'up', which is not there: shuffled stands in."),
        ({"view": "Watch"}, "'Watch', which is not there: One cell stands in."),
    ],
)
def test_what_a_link_asks_for_and_is_not_there_is_said(link, sentence, open_app):
    assert sentence in words(open_app("recurrence", **link))
