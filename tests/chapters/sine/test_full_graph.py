"""Tests of the state passed with its graph: torch's error message, and the cost."""

from __future__ import annotations

import pytest

from rnnviz.chapters.sine import full_graph
from rnnviz.chapters.sine.config import SineConfig
from rnnviz.core.config import ModelConfig


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("length", [1, 10])
def test_torch_refuses_the_second_segment_in_its_own_words(cell, length):
    config = SineConfig(ModelConfig(cell, 1, 8), segment_length=length)
    freed = full_graph.refusal(config, retain_graph=False)
    assert freed.segment == 2
    assert "Trying to backward through the graph a second time" in freed.text
    assert "freed it" in freed.cause
    assert "h_state.detach()" in freed.cure
    kept = full_graph.refusal(config, retain_graph=True)
    # A first segment of one step from zeros needs no W_hh on its way back: it takes one more.
    assert kept.segment == (3 if length == 1 and cell != "lstm" else 2)
    assert "has been modified by an inplace operation" in kept.text
    assert "in place" in kept.cause


def test_what_torch_does_not_refuse_is_told_so(monkeypatch):
    """As if its state were cut: then there is nothing to refuse."""
    monkeypatch.setattr(full_graph, "MOST", 1)
    found = full_graph.refusal(SineConfig(), retain_graph=False)
    assert (found.segment, found.text) == (0, "")


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_graph_and_memory_grow_by_the_same_with_each_segment(cell):
    config = SineConfig(ModelConfig(cell, 1, 8), segment_length=4)
    found = list(full_graph.growth(config, (1, 2, 3, 6)))
    assert [one.time_steps for one in found] == [4, 8, 12, 24]
    for name in ("nodes", "kept_bytes"):
        one, two, three, six = (getattr(each, name) for each in found)
        assert two > one > 0
        assert two - one == three - two
        assert six - three == 3 * (three - two)
    assert all(one.step_s > 0 for one in found)


def test_the_kept_bytes_of_a_plain_rnn_hold_its_states():
    """Each h_t is kept once: no fewer than T · H floats, and not the weights."""
    config = SineConfig(ModelConfig("rnn", 1, 64), segment_length=20)
    (one,) = full_graph.growth(config, (1,))
    assert 20 * 64 * 4 <= one.kept_bytes < 20 * 64 * 4 * 3


def test_a_graph_beyond_the_limit_is_refused_before_any_is_built():
    with pytest.raises(ValueError, match="one graph would reach through 6,000 time steps"):
        next(full_graph.growth(SineConfig(), (1, 600)))
