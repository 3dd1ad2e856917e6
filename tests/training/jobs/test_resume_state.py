"""Tests that an interrupted training ends as an uninterrupted one, bit for bit."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.interrupted_training import CONFIGS, PER_EPOCH, RUN, STEPS, same_tensors


def assert_same_life(life, other):
    (logs, saved), (expected, at_end) = life, other
    assert logs == expected
    assert [log.step for log in logs] == list(range(1, STEPS + 1))
    assert sum(log.held_out is not None for log in logs) == 3 + 4
    assert same_tensors(saved.weights, at_end.weights)
    state, ended = saved.state, at_end.state
    assert state.step == ended.step == STEPS
    assert same_tensors(state.optimizer, ended.optimizer)
    assert torch.equal(state.renewing, ended.renewing)
    assert torch.equal(state.drawing, ended.drawing)


@pytest.mark.parametrize("step", [0, 1, 3, PER_EPOCH, 8, 2 * PER_EPOCH, STEPS - 1, STEPS])
@pytest.mark.parametrize("name", CONFIGS)
def test_a_training_gone_on_with_is_the_one_never_interrupted(
    name, step, lives, straight, tmp_path
):
    assert_same_life(lives(CONFIGS[name], tmp_path, [step]), straight(name))


@settings(max_examples=12)
@given(
    st.lists(st.integers(0, STEPS), min_size=2, max_size=6).map(sorted),
    st.sampled_from(["adam", "rmsprop"]),
)
def test_however_often_it_is_interrupted(lives, straight, tmp_path_factory, ends, name):
    folder = tmp_path_factory.mktemp("often")
    assert_same_life(lives(CONFIGS[name], folder, ends), straight(name))


def test_the_runs_that_are_compared_use_all_their_chance_and_state(straight):
    _, plain = straight("sgd, no momentum")
    _, shifted = straight("sgd")
    assert plain.state.optimizer == {}
    kinds = {key.partition(".")[0] for key in shifted.state.optimizer}
    assert kinds == {"momentum_buffer"}
    kinds = {key.partition(".")[0] for key in straight("adam")[1].state.optimizer}
    assert kinds == {"step", "exp_avg", "exp_avg_sq"}
    assert not torch.equal(plain.state.renewing, shifted.state.renewing)
    fresh = torch.Generator().manual_seed(RUN.training.seed).get_state()
    assert not torch.equal(plain.state.drawing, fresh), "dropout must have drawn"
