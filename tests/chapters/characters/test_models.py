"""Tests of the tutorials' networks: the cell, the module and the equations agree."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.chapters.characters.models import (
    CharCell,
    CharEmbeddingRNN,
    CharRNN,
    EncoderDecoder,
    WordClassifier,
    choose,
)


@pytest.fixture(autouse=True)
def own_chance():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def shared(symbols):
    """A cell with a loop and a module of the same weights, in double."""
    cell, rnn = CharCell(symbols).double(), CharRNN(symbols).double()
    weights = {f"rnn.{name[5:]}_l0": value for name, value in cell.state_dict().items()}
    rnn.load_state_dict(weights)
    return cell, rnn


@settings(max_examples=30)
@given(T=st.integers(1, 12), B=st.integers(1, 4), K=st.integers(2, 9))
def test_the_loop_over_the_cell_is_the_module_in_values_and_gradients(T, B, K):
    cell, rnn = shared(K)
    codes = torch.randint(K, (T, B))
    one, other = cell(codes), rnn(codes)
    torch.testing.assert_close(one.logits, other.logits, rtol=0, atol=1e-12)
    for answer in (one, other):
        F.cross_entropy(answer.logits.flatten(0, 1), codes.flatten(), reduction="sum").backward()
    for mine, its in zip(cell.parameters(), rnn.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, its.grad, rtol=0, atol=1e-12)


def test_h_itself_is_the_answer_of_cell_and_module():
    cell, _ = shared(4)
    codes = torch.tensor([[1], [0], [2]])
    answer = cell(codes)
    h = torch.zeros(4, dtype=torch.float64)
    W_ih, W_hh = cell.cell.weight_ih, cell.cell.weight_hh
    for t, code in enumerate([1, 0, 2]):
        h = torch.tanh(W_ih[:, code] + cell.cell.bias_ih + W_hh @ h + cell.cell.bias_hh)
        torch.testing.assert_close(answer.h[t, 0], h, rtol=0, atol=1e-12)
    assert answer.logits is answer.h


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_text_read_in_parts_is_the_text_read_at_once(cell):
    model = CharEmbeddingRNN(5, 3, 4, 2, cell).double()
    codes = torch.randint(5, (9, 2))
    whole = model(codes)
    first = model(codes[:4])
    second = model(codes[4:], first.state)
    torch.testing.assert_close(
        torch.cat((first.logits, second.logits)), whole.logits, rtol=0, atol=1e-12
    )
    torch.testing.assert_close(model.head(whole.h), whole.logits, rtol=0, atol=1e-12)


def test_a_lookup_is_one_hot_times_the_matrix():
    model = CharEmbeddingRNN(4).double()
    codes = torch.tensor([1, 0, 2, 2, 3])
    product = F.one_hot(codes, 4).double() @ model.embedding.weight
    assert torch.equal(model.embedding(codes), product)


def test_a_classifier_answers_after_each_word_from_what_was_read():
    model = WordClassifier(7, 3).double()
    codes = torch.randint(7, (3, 2))
    assert model(codes).logits.shape == (3, 2, 3)
    torch.testing.assert_close(model(codes[:2]).logits, model(codes).logits[:2], rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_what_stands_behind_a_sources_end_says_nothing(cell):
    model = EncoderDecoder(5, 3, 6, cell).double()
    source, lengths = torch.randint(5, (4, 2)), torch.tensor([2, 4])
    target = torch.randint(5, (3, 2))
    whole = model(source, lengths, target)
    alone = model(source[:2, :1], lengths[:1], target[:, :1])
    torch.testing.assert_close(whole[:, :1], alone, rtol=0, atol=1e-12)
    assert whole.shape == (3, 2, 6)


def test_given_its_own_symbols_back_forcing_and_writing_agree():
    model = EncoderDecoder(5, 3, 6).double()
    source, lengths = torch.randint(5, (4, 3)), torch.tensor([2, 4, 1])
    codes, logits = model.write(source, lengths, 5)
    torch.testing.assert_close(model(source, lengths, codes), logits, rtol=0, atol=1e-12)
    assert torch.equal(codes, logits.argmax(2))


def test_a_target_that_has_ended_goes_in_as_an_end_mark():
    model = EncoderDecoder(5, 3, 6).double()
    source, lengths = torch.randint(5, (2, 1)), torch.tensor([2])
    ended = model(source, lengths, torch.tensor([[1], [5], [-100], [-100]]))
    told = model(source, lengths, torch.tensor([[1], [5], [5], [0]]))
    assert torch.equal(ended, told)


def test_towards_temperature_0_the_choice_is_greedy():
    logits = torch.randn(200, 6)
    chance = torch.Generator().manual_seed(1)
    greedy = logits.argmax(1)
    assert torch.equal(choose(logits), greedy)
    assert torch.equal(choose(logits, 1e-9, chance), greedy)
    assert not torch.equal(choose(logits, 1.0, chance), greedy)


def test_at_temperature_1_symbols_come_as_often_as_their_probabilities():
    logits = torch.tensor([0.5, 0.3, 0.2]).log().expand(20_000, 3)
    codes = choose(logits, 1.0, torch.Generator().manual_seed(2))
    shares = torch.bincount(codes, minlength=3) / 20_000
    torch.testing.assert_close(shares, torch.tensor([0.5, 0.3, 0.2]), rtol=0, atol=0.015)


def test_a_high_temperature_forgets_the_logits():
    logits = torch.tensor([[9.0, 0.0]]).expand(4000, 2)
    share = choose(logits, 1e6, torch.Generator().manual_seed(3)).double().mean()
    assert float(share) == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("temperature", [-1.0, float("inf"), float("nan")])
def test_no_other_temperature_is_taken(temperature):
    with pytest.raises(ValueError, match="temperature must be 0 or more"):
        choose(torch.zeros(1, 2), temperature)
