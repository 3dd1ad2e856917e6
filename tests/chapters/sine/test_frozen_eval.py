"""Tests of evaluation with frozen weights: error by position, wrong states, free running."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.chapters.sine import frozen_eval, segment_loop
from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.frozen_eval import NEAR, WRONG
from rnnviz.chapters.sine.signals import Source
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.models import SequenceTagger

CONFIG = SineConfig()
LINEAR = replace(CONFIG, model=ModelConfig("rnn", 1, 2, nonlinearity="relu"), target="next")


@pytest.fixture(scope="module")
def trained():
    """The notebook's network, state carried, seed 9."""
    config = replace(CONFIG, training=replace(CONFIG.training, seed=9))
    model = segment_loop.seeded_tagger(config)
    for _ in segment_loop.run(config, model):
        pass
    return model


def echo(decay=0.0):
    """A network that answers what it reads plus a share of what it answered; by hand."""
    with torch.random.fork_rng(devices=[]):
        model = SequenceTagger(LINEAR.model, 1)
    with torch.no_grad():
        for p in model.parameters():
            p.zero_()
        model.rnn.weight_ih_l0[:] = torch.tensor([[1.0], [-1.0]])
        model.rnn.weight_hh_l0[:] = decay * torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
        model.head.weight[:] = torch.tensor([[1.0, -1.0]])
    return model


def test_errors_stand_by_segment_and_place():
    found = frozen_eval.frozen(echo(), LINEAR, 3, 4)
    wave = Source.of(LINEAR).take(30, 40, torch.float64)
    expected = (wave.x - wave.y).square().reshape(4, 10)
    np.testing.assert_allclose(found.errors, expected, atol=1e-6)
    assert found.steps.tolist() == list(range(30, 70))
    assert found.h.shape == (40, 2)
    np.testing.assert_array_equal(found.borders, found.h[9::10])


def test_the_model_is_left_as_found_and_no_graph_is_kept(trained):
    trained.train()
    found = frozen_eval.frozen(trained, CONFIG, 0, 2)
    assert trained.training
    assert not found.state.requires_grad
    trained.eval()


def test_reset_begins_each_segment_alike_so_it_errs_by_one_at_the_seam(trained):
    """At a seam sin is 0 and cos is 1 or −1 by turns: who knows nothing errs by 1 on average."""
    errors = frozen_eval.frozen(trained, CONFIG, 100, 20, carry="reset").errors
    seam = errors[:, 0].reshape(10, 2)
    outputs = frozen_eval.frozen(trained, CONFIG, 100, 20, carry="reset").outputs[::10]
    assert np.ptp(outputs) < 1e-5
    assert float(seam.mean()) == pytest.approx(1 + outputs[0] ** 2, abs=1e-4)


def test_a_state_that_is_settled_is_the_one_that_reading_on_would_have(trained):
    state = frozen_eval.settled(trained, CONFIG, 30)
    whole = frozen_eval.frozen(trained, CONFIG, 10, 20).state
    torch.testing.assert_close(state, whole, rtol=0, atol=0)
    assert frozen_eval.settled(trained, CONFIG, 0) is None
    assert frozen_eval.settled(trained, CONFIG, 30, carry="reset") is None


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_state_is_forgotten_after_as_many_steps_as_are_told(trained, wrong):
    found = frozen_eval.hand_over(trained, CONFIG, 100, 8, wrong)
    apart = np.abs(found.right.outputs - found.wrong.outputs)
    assert apart[0] > NEAR
    assert found.recovered is not None
    assert (apart[found.recovered :] <= NEAR).all()
    assert apart[found.recovered - 1] > NEAR


def test_noise_is_the_same_each_time_zeros_are_zeros_and_another_phase_is_half_a_period_on(trained):
    one, again = (frozen_eval.wrong_state(trained, CONFIG, 100, "noise") for _ in range(2))
    assert torch.equal(one, again)
    assert one.abs().max() <= 1
    assert not frozen_eval.wrong_state(trained, CONFIG, 100, "zeros").any()
    late = frozen_eval.wrong_state(trained, CONFIG, 100, "another phase")
    torch.testing.assert_close(late, frozen_eval.settled(trained, CONFIG, 101), rtol=0, atol=1e-3)


def test_an_lstm_is_handed_both_its_states():
    config = replace(CONFIG, model=ModelConfig("lstm", 1, 4))
    model = segment_loop.seeded_tagger(config)
    for wrong in WRONG:
        h, c = frozen_eval.wrong_state(model, config, 0, wrong)
        assert h.shape == c.shape == (1, 1, 4)
        found = frozen_eval.hand_over(model, config, 0, 5, wrong)
        assert found.right.outputs.shape == (50,)


@pytest.mark.parametrize(
    ("right", "wrong", "steps"),
    [
        ([0, 0, 0], [0, 0, 0], 0),
        ([0, 0, 0], [1, 0, 0], 1),
        ([0, 0, 0], [0, 1, 0], 2),
        ([0, 0, 0], [0, 0, 1], None),
        ([0, 0, 0], [math.nan] * 3, None),
    ],
)
def test_recovered_is_when_both_stay_together(right, wrong, steps):
    assert frozen_eval.recovered(np.array(right, float), np.array(wrong, float)) == steps


@pytest.mark.parametrize(("target", "phase", "ahead"), [("next", 0, 1), ("shift", 90, 5)])
def test_a_network_left_to_itself_reads_its_own_answers_in_time(target, phase, ahead):
    """One that echoes what it reads repeats its last answers for ever."""
    config = replace(LINEAR, target=target, phase=phase)
    read, own = frozen_eval.run_freely(echo(), config, 10, 23)
    assert len(read.x) == 100
    last = read.outputs[-ahead:]
    np.testing.assert_allclose(own, np.tile(last, 30)[:23], atol=1e-6)


def test_a_network_that_learnt_it_swings_on_by_itself(trained):
    _, own = frozen_eval.run_freely(trained, CONFIG, 100, 200)
    assert np.isfinite(own).all()
    assert np.ptp(own[-40:]) > 0.5


def test_what_cannot_be_read_as_input_cannot_run_freely(trained):
    with pytest.raises(ValueError, match="is never what will be read"):
        frozen_eval.run_freely(trained, replace(CONFIG, signal="chirp"), 100, 10)


def test_carried_the_length_of_segments_does_not_matter_and_reset_a_shorter_one_is_worse(trained):
    lengths = (2, 5, 10, 50, 600)
    found = {
        length: errors
        for length, *errors in frozen_eval.by_reading_length(trained, CONFIG, 100, lengths)
    }
    carried = [errors[0] for errors in found.values()]
    np.testing.assert_allclose(carried, carried[0], atol=1e-6)
    assert found[2][1] > found[10][1] > found[50][1] > found[600][1]
    read = frozen_eval.frozen(
        trained, CONFIG, 100, 60, frozen_eval.settled(trained, CONFIG, 100), carry="detach"
    )
    assert carried[0] == pytest.approx(float(read.errors.mean()), abs=1e-6)


def test_lost_weights_give_lost_numbers_not_errors():
    model = segment_loop.seeded_tagger(CONFIG)
    with torch.no_grad():
        nn.init.constant_(model.head.weight, math.nan)
    found = frozen_eval.hand_over(model, CONFIG, 3, 4, "noise")
    assert found.recovered is None
    _, own = frozen_eval.run_freely(model, CONFIG, 3, 5)
    assert np.isnan(own).all()


def test_segments_of_one_step_run_freely_from_enough_of_them():
    config = replace(CONFIG, segment_length=1, training=TrainConfig(batch_size=1))
    read, own = frozen_eval.run_freely(segment_loop.seeded_tagger(config), config, 0, 3)
    assert len(read.x) == 5
    assert len(own) == 3
