"""Tests of readings: each way to feed and read a network is found by its accuracy.

The networks are embedded ones, as if they had been trained otherwise: a scaling is undone in their
weights, or their head is fitted to other features by least squares.
"""

from dataclasses import replace

import pytest
import torch
from torch import nn

from rnnviz.core.config import ModelConfig
from rnnviz.core.model_variants import exchange_directions, fold_input_scaling, with_pooling
from rnnviz.core.models import SequenceClassifier
from rnnviz.data import mnist
from rnnviz.data.mnist import Digits
from rnnviz.data.sequences import sequences
from rnnviz.training import reading_measurement
from rnnviz.training.reading_measurement import held_out, measure, stage_sizes
from rnnviz.training.store import checkpoint
from rnnviz.training.uploaded_readings import (
    INPUTS,
    Reading,
    best_reading,
    default_reading,
    network,
    offered,
)


@pytest.fixture(scope="module")
def training():
    return mnist.load(train=True)


@pytest.fixture(scope="module")
def digits(training):
    return held_out(lambda train: training)


@pytest.fixture(scope="module")
def gru():
    return checkpoint.embedded("gru-128")[0].eval()


@pytest.fixture(scope="module")
def poolings(training):
    """The embedded network of two directions with a head fitted to each kind of features."""
    model = checkpoint.embedded("bilstm-64")[0].eval()
    learned = training[:4000]
    targets = nn.functional.one_hot(learned.labels, 10).double()
    with torch.no_grad():
        output, state = model.rnn(sequences(learned.images))
        found = {}
        for pooling in ("last", "output", "mean", "max"):
            other = with_pooling(model, pooling)
            features = nn.functional.pad(other.pool(output, state), (0, 1), value=1.0).double()
            ridge = features.T @ features + torch.eye(129, dtype=torch.float64)
            solution = torch.linalg.solve(ridge, features.T @ targets).float()  # (D·P + 1, 10)
            other.head = nn.Linear(128, 10)
            other.head.weight.copy_(solution[:-1].T)
            other.head.bias.copy_(solution[-1])
            found[pooling] = other.eval()
    return found


def readings(candidates, digits):
    *_, last = measure(candidates, digits)
    return last.readings


def accuracy(model, x, labels):
    with torch.no_grad():
        return float((model(x).argmax(-1) == labels).float().mean())


@pytest.mark.parametrize("inputs", INPUTS)
def test_the_inputs_a_network_was_trained_with_are_found(gru, digits, inputs):
    scale, shift = INPUTS[inputs]
    theirs = fold_input_scaling(gru, 1 / scale, -shift / scale)
    x = sequences(digits.images)
    at_home = accuracy(theirs, scale * x + shift, digits.labels)
    assert at_home == pytest.approx(accuracy(gru, x, digits.labels), abs=0.002)
    found = readings([("", theirs)], digits)
    best = best_reading(found)
    assert (best.inputs, best.time_step, best.pooling) == (inputs, "rows", "last")
    assert best.digits == 1000
    assert best.accuracy == pytest.approx(at_home, abs=0.002)
    default = default_reading(found)
    assert default.digits == 1000
    assert default.accuracy == pytest.approx(accuracy(theirs, x, digits.labels), abs=0.002)
    ours = network([("", theirs)], best)
    torch.testing.assert_close(ours(x[:, :50]), gru(x[:, :50]), atol=5e-3, rtol=0)


def test_columns_are_found(gru, digits):
    turned = Digits(digits.images.transpose(1, 2).contiguous(), digits.labels)
    best = best_reading(readings([("", gru)], turned))
    assert (best.inputs, best.time_step, best.pooling) == ("unit", "columns", "last")


@pytest.mark.parametrize("pooling", ["last", "output", "mean", "max"])
@pytest.mark.parametrize("exchanged", [False, True])
def test_what_the_head_reads_and_the_order_of_the_directions_are_found(
    poolings, digits, pooling, exchanged
):
    at_home = poolings[pooling]
    theirs = exchange_directions(at_home) if exchanged else at_home
    theirs = with_pooling(theirs, "last")  # the weights do not tell
    found = readings([("", theirs)], digits)
    best = found[0]  # whether it is taken depends on how far the default is behind
    assert (best.inputs, best.time_step) == ("unit", "rows")
    assert (best.pooling, best.exchanged) == (pooling, exchanged)
    if exchanged:
        assert best_reading(found) == best
    x = sequences(digits.images)
    assert best.accuracy == pytest.approx(accuracy(at_home, x, digits.labels), abs=0.002)
    torch.testing.assert_close(network([("", theirs)], best)(x), at_home(x), atol=1e-4, rtol=0)


def test_scaling_columns_pooling_and_order_are_found_together(poolings, digits):
    scale, shift = INPUTS["inverted centered"]
    theirs = exchange_directions(with_pooling(poolings["max"], "last"))
    theirs = fold_input_scaling(theirs, 1 / scale, -shift / scale)
    turned = Digits(digits.images.transpose(1, 2).contiguous(), digits.labels)
    best = best_reading(readings([("", theirs)], turned))
    assert best.key == "inverted-centered-columns-max-exchanged-0"


def test_one_direction_has_no_output_of_its_own_and_no_order(gru, digits):
    found = readings([("", gru)], digits[:20])
    assert {one.digits for one in found} == {20}
    assert {one.pooling for one in found} == {"last", "mean", "max"}
    assert not any(one.exchanged for one in found)
    assert len({one.key for one in found}) == len(found) == 8 * 2 * 3


def test_of_several_candidates_the_accurate_one_is_found_and_equal_networks_run_once(
    digits, monkeypatch
):
    tanh = checkpoint.embedded("rnn-128")[0].eval()
    relu = SequenceClassifier(replace(tanh.config, nonlinearity="relu")).eval()
    relu.load_state_dict(tanh.state_dict())
    other_head = SequenceClassifier(tanh.config).eval()
    other_head.rnn.load_state_dict(tanh.rnn.state_dict())
    calls = []
    tanh.rnn.register_forward_hook(lambda *_: calls.append("tanh"))
    other_head.rnn.register_forward_hook(lambda *_: calls.append("other head"))
    found = readings([("relu", relu), ("tanh", tanh), ("other", other_head)], digits)
    best = best_reading(found)
    assert (best.candidate, best.label) == (1, "tanh")
    assert best.accuracy > 0.9
    assert "other head" not in calls
    assert "tanh" in calls
    assert default_reading(found).candidate == 0


def made(correct, **options):
    values = {"inputs": "unit", "time_step": "rows", "pooling": "last", "digits": 1000} | options
    return Reading(**values, correct=correct)


@pytest.mark.parametrize(
    ("default", "other", "taken"),
    [
        (865, 947, "mean"),
        (900, 950, "mean"),  # 5 points are enough
        (900, 949, "last"),
        (100, 500, "last"),  # no reading reads digits
        (100, 501, "mean"),
        (950, 100, "last"),
    ],
)
def test_another_way_is_taken_from_five_points_and_half_of_the_digits_on(default, other, taken):
    found = [made(other, pooling="mean"), made(default)]
    assert best_reading(found).pooling == taken


def test_a_way_that_only_few_digits_ranked_is_not_taken():
    assert best_reading([made(600), made(20, digits=20, inputs="bytes")]).inputs == "unit"


def test_all_ways_are_offered_and_of_dozens_of_candidates_the_best():
    few = [made(900 - n, candidate=n) for n in range(3)] + [made(9, digits=20, inputs="bytes")]
    assert offered(few, few[0]) == few
    many = [made(900 - n, candidate=n) for n in range(99, -1, -1)]
    many = sorted(many, key=lambda one: -one.correct)
    rest = [made(9 - n // 50, digits=20, inputs="bytes", candidate=n) for n in range(100)]
    found = offered(many + rest, many[70])
    assert found == [*many[:40], many[70], rest[0]]
    worst_default = [made(100), *(made(900, inputs="bytes", candidate=n) for n in range(60))]
    worst_default.sort(key=lambda one: -one.correct)
    assert offered(worst_default, worst_default[0])[-1] == made(100)


def test_an_untrained_network_keeps_the_default_and_exceeds_half_nowhere(digits):
    torch.manual_seed(0)
    model = SequenceClassifier(ModelConfig(hidden_size=8, bidirectional=True)).eval()
    found = readings([("", model)], digits)
    assert best_reading(found) == default_reading(found)
    assert max(one.accuracy for one in found if one.digits == 1000) < 0.5


def test_progress_rises_to_the_end_in_pieces_and_can_be_left(gru, digits):
    steps = list(measure([("", gru)], digits))
    done = [step.done for step in steps]
    assert done == sorted(done)
    assert done[-1] == 1.0
    assert len(steps) > 16
    assert not any(step.readings for step in steps[:-1])
    assert steps[0].ways == 16
    assert next(measure([("", gru)], digits)).done < 0.1


def test_a_model_is_left_as_found(poolings, digits):
    model = poolings["mean"]
    before = {name: value.clone() for name, value in model.state_dict().items()}
    readings([("", model)], digits[:100])
    assert model.config.pooling == "mean"
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])
        assert not value.is_inference()


def test_large_networks_are_measured_on_fewer_digits():
    def sizes(**options):
        with torch.device("meta"):
            return stage_sizes(SequenceClassifier(ModelConfig(**options)))

    assert sizes(hidden_size=128) == (100, 100, 1000)
    assert sizes(hidden_size=512) == (20, 100, 1000)
    first, second, third = sizes(hidden_size=512, num_layers=2, bidirectional=True)
    assert 10 <= first < second < third < 200
    assert sizes(hidden_size=2048) == (10, 20, 100)


def test_the_digits_are_held_out_training_digits_with_the_classes_in_turn(training, digits):
    assert digits.labels.tolist() == [*range(10)] * 100
    fold = reading_measurement.folds.members(reading_measurement.FOLD, training.labels)
    images = {bytes(image.numpy().tobytes()) for image in training.images[fold]}
    assert all(image.numpy().tobytes() in images for image in digits.images[:50])
