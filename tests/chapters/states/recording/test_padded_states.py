"""Tests of padded states: what has ended stays, a reverse reading starts after the padding."""

import torch

from rnnviz.chapters.states.recording.padded_states import held_states


def test_a_state_stays_behind_the_end_of_its_sequence():
    states = torch.arange(24.0).view(4, 3, 2)
    lengths = torch.tensor([4, 2, 1])
    held = held_states(states, lengths, "forward")
    for b, length in enumerate(lengths.tolist()):
        assert torch.equal(held[:length, b], states[:length, b])
        assert (held[length:, b] == states[length - 1, b]).all()


def test_without_lengths_and_in_reverse_nothing_changes():
    states = torch.arange(24.0).view(4, 3, 2)
    assert held_states(states, None, "forward") is states
    assert held_states(states, torch.tensor([4, 2, 1]), "reverse") is states
