"""Tests of the text that an encoder-decoder generates."""

import pytest
import torch

from rnnviz.chapters.characters import seq2seq, text_training
from rnnviz.chapters.characters.models import EncoderDecoder
from rnnviz.chapters.characters.objectives import Writing
from rnnviz.chapters.characters.text_training import config_of
from rnnviz.training.tasks import build as task_build

FEW = seq2seq.SPELLING[:3]


@pytest.fixture(scope="module")
def trained():
    config = config_of(
        "writer", FEW, cell="gru", embedding_size=8, hidden_size=16, epochs=50, lr=0.03
    )
    with torch.random.fork_rng(devices=[]):
        model, loop = task_build.prepare(config, None, torch.device("cpu"))
        for _ in loop:
            pass
    return model, text_training.alphabet(config), config


def test_a_trained_writer_spells_what_it_learnt_and_ends(trained):
    model, vocabulary, config = trained
    examples = text_training.examples(config, vocabulary)
    assert Writing().judge(model, examples) == 1
    for source, target in FEW:
        found = seq2seq.write(model, vocabulary, source)
        assert (found.text, found.ended) == (target, True)
        assert len(found.shares) == len(target) + 1
        assert min(found.shares) > 0.5
        assert seq2seq.write(model, vocabulary, source, temperature=1e-6, seed=3) == found


def test_sampled_it_strays_and_the_same_seed_writes_the_same(trained):
    model, vocabulary, _ = trained
    drawn = [
        seq2seq.write(model, vocabulary, "2", temperature=3.0, seed=seed).text for seed in range(8)
    ]
    assert len(set(drawn)) > 2
    assert drawn[3] == seq2seq.write(model, vocabulary, "2", temperature=3.0, seed=3).text


def test_without_an_end_mark_it_stops_by_itself():
    with torch.random.fork_rng(devices=[]):
        model = EncoderDecoder(2, 3, 4)
    with torch.no_grad():
        model.head.bias[model.end] = -1e9
    vocabulary = text_training.Vocabulary.of("ab")
    found = seq2seq.write(model, vocabulary, "ab")
    assert (len(found.text), found.ended) == (seq2seq.LONGEST, False)
    assert len(found.shares) == seq2seq.LONGEST
    for source, words in (("", "the source is empty"), ("ax", "'x' is not in this alphabet")):
        with pytest.raises(ValueError, match=words):
            seq2seq.write(model, vocabulary, source)


def test_the_lines_that_come_with_it_are_spellings_and_reversals():
    assert dict(seq2seq.SPELLING)["7"] == "seven"
    assert len(seq2seq.SPELLING) == 10
    assert all(target == source[::-1] for source, target in seq2seq.REVERSAL)
    assert len({source for source, _ in seq2seq.REVERSAL}) == len(seq2seq.REVERSAL) == 40


def test_words_that_no_network_learnt_are_of_letters_that_it_knows():
    unseen = seq2seq.unseen(seq2seq.REVERSAL)
    assert len(unseen) == len(set(unseen)) == len(seq2seq.UNSEEN) == 20
    assert all(target == source[::-1] for source, target in unseen)
    assert not {source for source, _ in unseen} & set(seq2seq.WORDS)
    assert set("".join(seq2seq.UNSEEN)) <= set("".join(seq2seq.WORDS))
    assert seq2seq.unseen(seq2seq.SPELLING) == ()
    assert seq2seq.unseen((("lamp", "pmal"), ("sand", "dnas"))) == ()
    assert seq2seq.unseen((("palm", "mlap"), ("sand", "dnas"))) == (("lamp", "pmal"),)


def test_characters_count_in_their_place_and_texts_as_a_whole():
    found = seq2seq.right(["abc", "abcd", "", "xab"], ["abc", "abce", "ab", "ab"])
    assert (found.whole, found.count) == (1, 4)
    assert found.characters == 6 / 11


def test_many_written_at_once_are_each_as_alone(trained):
    model, vocabulary, _ = trained
    sources = ["2", "0", "01", "1"]
    together = seq2seq.write_all(model, vocabulary, sources)
    for source, found in zip(sources, together, strict=True):
        alone = seq2seq.write(model, vocabulary, source)
        assert (found.text, found.ended) == (alone.text, alone.ended)
        assert found.shares == pytest.approx(alone.shares, abs=1e-5)
