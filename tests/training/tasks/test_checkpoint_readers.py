"""Tests of the measurements of a network at one checkpoint."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.core.config import TrainConfig
from rnnviz.core.inspect.gradients import reach
from rnnviz.core.inspect.reading import read
from rnnviz.data.sequences import sequences
from rnnviz.training.jobs.worker_training import copies
from rnnviz.training.loop.loop import seeded_model
from rnnviz.training.tasks import checkpoint_readers
from tests.configs import run_config

CPU = torch.device("cpu")
H = 6


def run(time_step="rows", chunk=28, **model):
    return run_config(**{"hidden_size": H, "time_step": time_step, "chunk": chunk} | model)


def moment(config, seed=0):
    """A run's first model, in eval mode, with weights so large that it has opinions."""
    model = seeded_model(config.model, seed).eval()
    with torch.no_grad():
        for weights in model.parameters():
            weights *= 3
    return model


RUNS = [
    run(),
    run("columns", cell="rnn"),
    run("permuted", cell="gru", num_layers=2, dropout=0.5),
    run("pixels", 56, bidirectional=True),
    run("pixels", 7, cell="gru", pooling="mean"),
    run(bidirectional=True, pooling="max"),
    run(num_layers=2, bidirectional=True, dropout=0.5),
]
runs = pytest.mark.parametrize("config", RUNS, ids=lambda c: f"{c.time_step}-{c.model.cell}")


def of(config, digits):
    return sequences(digits.images, config.time_step, config.chunk)


@runs
@pytest.mark.parametrize("as_arrays", [False, True])
def test_a_model_of_weights_answers_as_the_one_they_are_from(config, as_arrays, test_digits):
    model = moment(config)
    weights = copies(model) if as_arrays else dict(model.named_parameters())
    chance = torch.get_rng_state()
    again = checkpoint_readers.model_of(config, weights, CPU)
    assert torch.equal(torch.get_rng_state(), chance), "torch's own chance is left alone"
    assert not again.training
    x = of(config, test_digits[:20])
    with torch.no_grad():
        assert torch.equal(again(x), model(x))


@pytest.mark.parametrize("as_arrays", [False, True])
def test_a_model_of_weights_shares_no_memory_with_them(as_arrays):
    model = moment(RUNS[0])
    weights = {n: v.detach() for n, v in model.named_parameters()}
    if as_arrays:
        weights = copies(model)
        for array in weights.values():
            array.flags.writeable = False  # as those of a snapshot
    before = {name: value.tolist() for name, value in weights.items()}
    again = checkpoint_readers.model_of(RUNS[0], weights, CPU)
    with torch.no_grad():
        for p in again.parameters():
            p.fill_(7.0)
    for name, value in weights.items():
        assert value.tolist() == before[name]


def test_weights_that_do_not_fit_or_are_not_all_there_are_refused():
    weights = copies(moment(RUNS[0]))
    with pytest.raises(RuntimeError, match=r"size mismatch for rnn\.weight_ih_l0"):
        checkpoint_readers.model_of(run(hidden_size=H + 1), weights, CPU)
    weights.pop("head.bias")
    with pytest.raises(RuntimeError, match=r"Missing key.*head\.bias"):
        checkpoint_readers.model_of(RUNS[0], weights, CPU)


@runs
def test_a_story_is_the_reading_of_one_picture_with_states_in_256_levels(config, test_digits):
    model, one = moment(config), test_digits[4:5]
    h, belief = checkpoint_readers.story(config, model, one.images[0].numpy())
    seen = read(model, of(config, one))
    width = config.model.num_directions * config.model.output_size
    assert h.shape == (config.length, width)
    assert h.dtype == np.uint8
    assert belief.shape == (config.length, 10)
    assert belief.dtype == np.float32
    np.testing.assert_allclose(2 * (h / 255) - 1, seen.h[:, 0], rtol=0, atol=1 / 255 + 1e-6)
    np.testing.assert_array_equal(belief, seen.belief[:, 0])
    assert len(np.unique(h)) > 10, "states that are all the same would test nothing"


def test_a_story_leaves_the_picture_alone_and_takes_one_that_is_read_only(test_digits):
    picture = test_digits.images[3].numpy().copy()
    picture.flags.writeable = False
    h, belief = checkpoint_readers.story(RUNS[0], moment(RUNS[0]), picture)
    again, same = checkpoint_readers.story(RUNS[0], moment(RUNS[0]), picture.copy())
    np.testing.assert_array_equal(h, again)
    np.testing.assert_array_equal(belief, same)


@pytest.mark.parametrize(
    ("h", "level"),
    [
        (-1.0, 0),
        (1.0, 255),
        (0.0, 128),
        (-2.0, 0),
        (3.0, 255),
        (np.nan, 128),
        (np.inf, 255),
        (-np.inf, 0),
        (0.5, 191),
        (-0.5, 64),
    ],
)
def test_levels_at_the_ends_in_the_middle_and_of_what_is_no_number(h, level):
    assert checkpoint_readers.quantized(np.array([h], np.float32)).tolist() == [level]


@given(st.lists(st.floats(-1, 1, width=32), min_size=1))
def test_levels_are_the_nearest_and_keep_the_order(values):
    h = np.array(sorted(values), np.float32)
    levels = checkpoint_readers.quantized(h)
    assert levels.dtype == np.uint8
    assert (np.diff(levels.astype(int)) >= 0).all()
    np.testing.assert_allclose(2 * (levels / 255) - 1, h, rtol=0, atol=1 / 255 + 1e-6)


@runs
def test_felt_is_the_mean_reach_of_the_first_test_digits(config, test_digits):
    model = moment(config)
    found = checkpoint_readers.felt(config, model, test_digits)
    first = test_digits[: checkpoint_readers.FELT]
    x = of(config, first)
    expected = reach(model, x, first.labels)
    np.testing.assert_allclose(found.h, expected.h.mean(1), rtol=1e-6)
    if config.model.cell == "lstm":
        np.testing.assert_allclose(found.c, expected.c.mean(1), rtol=1e-6)
    else:
        assert found.c is None
    with torch.no_grad():
        states = model.rnn(x)[0].numpy()
    np.testing.assert_array_equal(found.states, states)
    width = config.model.num_directions * config.model.output_size
    assert found.states.shape == (config.length, checkpoint_readers.FELT, width)
    assert {found.h.dtype, found.states.dtype} == {np.dtype(np.float32)}
    assert {p.grad for p in model.parameters()} == {None}


def test_at_the_last_step_of_one_layer_the_loss_is_felt_as_the_head_passes_it_on(test_digits):
    """∂L/∂h_T = (softmax - one-hot) · W, in closed form."""
    config = RUNS[0]
    model = moment(config)
    first = test_digits[: checkpoint_readers.FELT]
    with torch.no_grad():
        error = model(of(config, first)).softmax(1) - F.one_hot(first.labels, 10)
        expected = (error @ model.head.weight).norm(dim=1).mean().item()
    assert checkpoint_readers.felt(config, model, test_digits).h[-1] == pytest.approx(
        expected, rel=1e-5
    )


@runs
def test_guesses_are_the_largest_of_the_models_answers(config, test_digits):
    model, x = moment(config), of(config, test_digits[:1200])  # more than one batch
    with torch.no_grad():
        model.head.bias -= model(x).mean(0)  # so that not one digit is the answer to all
        expected = model(x).argmax(1)
    guessed = checkpoint_readers.guesses(config, model, test_digits, 1200)
    assert guessed.dtype == np.uint8
    np.testing.assert_array_equal(guessed, expected)
    assert len(np.unique(guessed)) > 1, "a model that always says the same would test nothing"


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=60))
def test_rows_of_a_confusion_add_up_to_the_digits_and_columns_to_the_guesses(pairs):
    labels = np.array([label for label, _ in pairs], np.int64)
    guessed = np.array([guess for _, guess in pairs], np.uint8)
    counts = checkpoint_readers.confusion(labels, guessed)
    assert counts.shape == (10, 10)
    assert counts.sum() == len(pairs)
    np.testing.assert_array_equal(counts.sum(1), np.bincount(labels, minlength=10))
    np.testing.assert_array_equal(counts.sum(0), np.bincount(guessed, minlength=10))
    assert np.trace(counts) == (labels == guessed).sum()


def test_a_seven_taken_for_a_one_stands_in_row_seven():
    counts = checkpoint_readers.confusion(np.array([7, 7, 1]), np.array([1, 1, 1], np.uint8))
    assert counts[7, 1] == 2
    assert counts[1, 1] == 1


def test_the_diagonal_of_a_confusion_is_the_accuracy(test_digits):
    config = replace(RUNS[0], training=TrainConfig())
    guessed = checkpoint_readers.guesses(config, moment(config), test_digits, 500)
    labels = test_digits.labels[:500].numpy()
    counts = checkpoint_readers.confusion(labels, guessed)
    assert np.trace(counts) / 500 == pytest.approx((labels == guessed).mean())
