import pytest
import torch

from rnnviz.chapters.recurrence.untrained_networks import fresh_rnn
from rnnviz.core.inspect.spectral import spectral_radius


@pytest.mark.parametrize(("cell", "gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_a_fresh_network_has_the_radius_in_every_gate_and_follows_from_its_seed(cell, gates):
    before = torch.get_rng_state()
    found = fresh_rnn(cell, 1.4, hidden_size=12, draw="torch", seed=3)
    assert torch.get_rng_state().equal(before)
    blocks = found.weight_hh_l0.detach().split(12)
    assert [spectral_radius(block) for block in blocks] == [pytest.approx(1.4, rel=1e-5)] * gates
    again = fresh_rnn(cell, 1.4, hidden_size=12, draw="torch", seed=3)
    torch.testing.assert_close(found.weight_ih_l0, again.weight_ih_l0, rtol=0, atol=0)
    other = fresh_rnn(cell, 1.4, hidden_size=12, draw="torch", seed=4)
    assert not other.weight_ih_l0.equal(found.weight_ih_l0)


def test_only_an_lstm_has_forget_gates_to_be_set():
    found = fresh_rnn("lstm", 1.0, forget_bias=2.5, hidden_size=4)
    assert (found.bias_ih_l0 + found.bias_hh_l0)[4:8].tolist() == [2.5] * 4
