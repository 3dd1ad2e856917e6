"""Tests of the delay task's random sequences and their input encoding."""

from __future__ import annotations

import pytest
import torch

from rnnviz.chapters.recurrence.recall_sequences import one_hot, recalls


def drawn(seed=0, count=4000, delay=9, symbols=4):
    return recalls(count, delay, symbols, torch.Generator().manual_seed(seed))


def test_the_first_code_is_the_label_and_all_others_are_distractors():
    found = drawn()
    assert found.codes.shape == (4000, 10)
    assert torch.equal(found.codes[:, 0].long(), found.labels)
    assert found.codes[:, 0].max() == 3
    assert (found.codes[:, 1:].min(), found.codes[:, 1:].max()) == (4, 7)


def test_symbols_and_distractors_are_equally_frequent():
    found = drawn(count=40_000)
    shares = torch.bincount(found.labels, minlength=4) / 40_000
    assert (shares - 0.25).abs().max() < 0.02  # more than nine standard deviations
    others = torch.bincount(found.codes[:, 1:].flatten().long(), minlength=8)[4:] / 360_000
    assert (others - 0.25).abs().max() < 0.01


def test_distractors_tell_nothing_of_the_symbol():
    found = drawn(count=40_000, delay=3)
    pairs = torch.zeros(4, 4)
    pairs.index_put_(
        (found.labels, found.codes[:, 1].long() - 4), torch.ones(40_000), accumulate=True
    )
    assert (pairs / 40_000 - 1 / 16).abs().max() < 0.01


def test_the_same_seed_draws_the_same_and_leaves_the_global_chance_alone():
    before = torch.get_rng_state()
    assert torch.equal(drawn(1).codes, drawn(1).codes)
    assert not torch.equal(drawn(1).codes, drawn(2).codes)
    assert torch.equal(torch.get_rng_state(), before)


def test_each_step_of_the_input_has_a_single_one_at_its_code():
    found = drawn(count=5)
    x = one_hot(found.codes, 4)
    assert x.shape == (10, 5, 8)
    assert x.dtype == torch.float32
    assert torch.equal(x.argmax(2).t(), found.codes.long())
    assert torch.equal(x.sum(2), torch.ones(10, 5))


def test_a_part_of_them_is_what_those_places_hold():
    found = drawn(count=6)
    part = found[torch.tensor([4, 1])]
    assert len(part) == 2
    assert torch.equal(part.codes[1], found.codes[1])
    assert part.labels[0] == found.labels[4]


@pytest.mark.parametrize("values", [{"count": 0}, {"delay": 0}, {"symbols": 1}, {"symbols": 129}])
def test_what_cannot_be_drawn_is_refused(values):
    with pytest.raises(ValueError, match="count and delay must be at least 1 and symbols lie in"):
        drawn(**values)
