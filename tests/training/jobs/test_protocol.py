"""Tests of the checkpoint steps, and of the curves in a snapshot."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data.mnist_sizes import FOLD_DIGITS, TEST_DIGITS
from rnnviz.training.jobs.protocol import (
    CHECKPOINT_BYTES,
    CHECKPOINTS,
    POINTS,
    Curve,
    HeldOut,
    Snapshot,
    Thinned,
    ThinnedState,
    checkpoint_steps,
)
from rnnviz.training.loop.loop import GLANCE
from rnnviz.training.tasks.digits import RunConfig

runs = st.builds(
    lambda hidden, layers, batch, epochs, digits: RunConfig(
        ModelConfig(hidden_size=hidden, num_layers=layers),
        TrainConfig(batch_size=batch, epochs=epochs),
        digits,
    ),
    hidden=st.sampled_from([1, 64, 128, 256, 512]),
    layers=st.integers(1, 2),
    batch=st.integers(1, 1024),
    epochs=st.integers(1, 100),
    digits=st.integers(1, 10_000),
)
# Of a few steps, where weights are kept after almost each.
few = st.builds(
    lambda steps: RunConfig(training=TrainConfig(batch_size=1, epochs=1), digits=steps),
    st.integers(1, 3 * CHECKPOINTS),
)


@settings(max_examples=300)
@given(st.one_of(runs, few))
def test_weights_are_kept_first_and_last_and_between_ever_more_rarely(config):
    steps = checkpoint_steps(config)
    assert steps[0] == 0
    assert steps[-1] == config.steps
    gaps = np.diff(steps)
    assert gaps.min() >= 1
    assert gaps[0] == gaps.min()
    assert np.diff(gaps).min(initial=0) >= -1, "a gap shrinks by no more than the rounding"
    assert len(steps) <= min(CHECKPOINTS, config.steps + 1)
    most = max(CHECKPOINT_BYTES, 8 * 4 * config.parameters)
    assert 4 * config.parameters * len(steps) <= most


@pytest.mark.parametrize("steps", [1, 2, 7, CHECKPOINTS - 1])
def test_of_a_short_run_all_weights_are_kept(steps):
    config = RunConfig(training=TrainConfig(batch_size=1, epochs=1), digits=steps)
    assert checkpoint_steps(config) == tuple(range(steps + 1))


def test_of_the_notebooks_938_steps_half_of_the_weights_are_from_the_first_fifth():
    config = RunConfig(ModelConfig(hidden_size=64), TrainConfig(batch_size=64, epochs=1))
    steps = checkpoint_steps(config)
    assert len(steps) == CHECKPOINTS == 60
    assert steps[:10] == tuple(range(10))
    assert steps[29] < 938 / 5 < steps[32]


@pytest.mark.parametrize(
    ("model", "megabytes", "kept"),
    [
        (ModelConfig(hidden_size=64), 0.1, 60),
        (ModelConfig(hidden_size=512), 4.5, 14),
        (ModelConfig(hidden_size=384, num_layers=4), 16.8, 8),
    ],
)
def test_of_a_large_network_fewer_weights_are_kept_but_at_least_eight(model, megabytes, kept):
    config = RunConfig(model)
    assert 4 * config.parameters / 1e6 == pytest.approx(megabytes, abs=0.05)
    assert len(checkpoint_steps(config)) == kept


@pytest.mark.parametrize("every", [TEST_DIGITS, FOLD_DIGITS])
def test_thorough_are_the_readings_of_all_digits_in_order_and_no_glance(every):
    read = np.array([GLANCE, every, GLANCE, GLANCE, every], np.float32)
    accuracy = np.array([0.2, 0.5, 0.9, 0.7, 0.8], np.float32)
    tests = HeldOut(np.arange(5, dtype=np.float32), accuracy, read)
    assert tests.thorough().tolist() == accuracy[[1, 4]].tolist()
    assert HeldOut().thorough().shape == (0,)


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_a_loss_and_a_norm_that_are_lost_stay_so_in_one_point_of_a_curve(lost):
    curve = Thinned()
    for step in range(1, 3 * POINTS + 1):
        bad = step == 1001
        curve.add(step, lost if bad else 1.0, 0.5, lost if bad else 2.0)
    told = curve.curve()
    stride = int(told.step[0])
    assert stride == 4, "neighbours must have been joined for this test to test it"
    here = np.arange(len(told.step)) == 1000 // stride
    np.testing.assert_array_equal(told.loss, np.where(here, np.float32(lost), 1.0))
    np.testing.assert_array_equal(told.grad_norm, np.where(here, np.float32(lost), 2.0))
    assert set(told.accuracy.tolist()) == {0.5}


def test_infinities_of_both_signs_are_joined_without_a_warning():
    curve = Thinned()
    for step in range(1, POINTS + 1):
        curve.add(step, np.inf if step % 2 else -np.inf, 0.0, 0.0)
    told = curve.curve()
    assert len(told.step) == POINTS // 2
    assert np.isnan(told.loss).all()


def test_a_snapshot_takes_curves_with_nan_and_nobody_can_write_into_them():
    lost = np.array([np.nan], np.float32)
    curve = Curve(np.ones(1, np.float32), lost, lost.copy(), lost.copy())
    tests = HeldOut(np.ones(1, np.float32), lost.copy(), np.ones(1, np.float32))
    weights = {"head.bias": np.zeros(10, np.float32)}
    snapshot = Snapshot("a", "running", 10, 1, history=curve, held_out=tests, weights=weights)
    assert np.isnan(snapshot.history.loss).all()
    arrays = (*vars(curve).values(), *vars(tests).values(), *weights.values())
    assert len(arrays) == 4 + 3 + 1
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


def added(curve, steps):
    for step in steps:
        lost = step % 701 == 700
        curve.add(step, np.nan if lost else 1 / step, step % 7 / 7, np.inf if lost else step % 11)
    return curve


@settings(max_examples=60)
@given(st.integers(0, 4 * POINTS), st.integers(0, 3 * POINTS))
def test_a_curve_gone_on_with_is_the_one_never_interrupted(count, more):
    whole = added(Thinned(), range(1, count + more + 1))
    state = added(interrupted := Thinned(), range(1, count + 1)).state()
    added(interrupted, range(count + 1, count + 400))  # what is done after is not in the state
    resumed = added(Thinned(state), range(count + 1, count + more + 1))
    for name, values in vars(whole.curve()).items():
        np.testing.assert_array_equal(getattr(resumed.curve(), name), values, strict=True)
    ours, theirs = resumed.state(), whole.state()
    np.testing.assert_array_equal(ours.points, theirs.points, strict=True)
    np.testing.assert_array_equal(ours.open, theirs.open, strict=True)
    assert ours.stride == theirs.stride


@pytest.mark.parametrize(
    ("points", "open_", "stride"),
    [
        ((POINTS, 4), np.zeros(5), 1),
        ((3, 5), np.zeros(5), 1),
        ((3, 4), np.zeros(4), 1),
        ((3, 4), np.ones(5), 1),
        ((3, 4), -np.ones(5), 1),
        ((3, 4), np.full(5, np.nan), 1),
    ],
)
def test_what_is_no_state_of_a_curve_is_refused(points, open_, stride):
    with pytest.raises(ValueError, match="no curve has points"):
        Thinned(ThinnedState(np.zeros(points), open_, stride))
