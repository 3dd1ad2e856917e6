"""Tests of text generation against the model's own logits, one character at a time."""

import math

import pytest
import torch

from rnnviz.chapters.characters import language_model
from rnnviz.chapters.characters.models import CharEmbeddingRNN
from rnnviz.chapters.characters.vocabulary import Vocabulary

ABC = Vocabulary.of("abcde")


@pytest.fixture(params=["rnn", "gru", "lstm"])
def model(request):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return CharEmbeddingRNN(5, 4, 12, 1, request.param)


def test_greedily_each_character_is_the_likeliest_after_all_before(model):
    text = "ab"
    with torch.no_grad():
        for _ in range(12):
            logits = model(ABC.encode(text)[:, None]).logits[-1, 0]
            text += ABC.decode([int(logits.argmax())])
    assert language_model.write_on(model, ABC, "ab", 12) == text[2:]
    assert language_model.write_on(model, ABC, "ab", 12, temperature=1e-7, seed=5) == text[2:]


def test_a_seed_writes_the_same_again_and_another_something_else(model):
    once = language_model.write_on(model, ABC, "a", 40, temperature=1.0, seed=1)
    assert once == language_model.write_on(model, ABC, "a", 40, temperature=1.0, seed=1)
    assert once != language_model.write_on(model, ABC, "a", 40, temperature=1.0, seed=2)


def test_an_opening_that_cannot_be_read_is_refused(model):
    with pytest.raises(ValueError, match="the opening is empty"):
        language_model.write_on(model, ABC, "", 3)
    with pytest.raises(ValueError, match="'x' is not in this alphabet"):
        language_model.write_on(model, ABC, "ax", 3)


def test_what_is_painted_is_what_the_model_holds_and_guesses(model):
    painted = language_model.paint(model, ABC, ABC.encode("abcab"))
    with torch.no_grad():
        answer = model(ABC.encode("abcab")[:, None])
    shares = answer.logits[:, 0].softmax(1)
    torch.testing.assert_close(painted.h, answer.h[:, 0])
    for t in range(5):
        order = shares[t].argsort(descending=True)[:3]
        assert painted.guesses[t] == tuple("abcde"[k] for k in order)
        torch.testing.assert_close(painted.shares[t], shares[t][order])
    cost = [-math.log2(float(shares[t, code])) for t, code in enumerate([1, 2, 0, 1])]
    assert painted.bits.tolist() == pytest.approx([0, *cost], abs=1e-5)


def test_a_passage_is_painted_as_it_is_within_its_text(model):
    codes = torch.randint(5, (700,), generator=torch.Generator().manual_seed(1))
    whole = language_model.paint(model, ABC, codes)
    part = language_model.paint(model, ABC, codes[:620], start=560)
    assert part.symbols == whole.symbols[560:620]
    assert part.guesses == whole.guesses[560:620]
    for name in ("h", "shares", "bits"):
        torch.testing.assert_close(getattr(part, name), getattr(whole, name)[560:620])
    alone = language_model.paint(model, ABC, codes[560:620])
    assert (part.h[0] - alone.h[0]).abs().max() > 1e-4  # what came before is still held


def test_by_counting_a_fair_alphabet_costs_its_logarithm():
    learnt = torch.arange(4).repeat(50)
    assert language_model.by_counting(learnt, torch.tensor([0, 3, 3]), 4) == pytest.approx(2)
    rare = torch.tensor([0] * 98)
    assert language_model.by_counting(rare, torch.tensor([1]), 2) == pytest.approx(math.log2(100))
