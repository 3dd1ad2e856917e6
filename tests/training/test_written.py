"""What an encoder-decoder writes by itself."""

import pytest
import torch

from rnnviz.core.char_models import EncoderDecoder
from rnnviz.training import tasks, text_tasks, written
from rnnviz.training.text_objectives import Writing
from rnnviz.training.text_tasks import config_of

FEW = written.SPELLING[:3]


@pytest.fixture(scope="module")
def trained():
    config = config_of(
        "writer", FEW, cell="gru", embedding_size=8, hidden_size=16, epochs=50, lr=0.03
    )
    with torch.random.fork_rng(devices=[]):
        model, loop = tasks.prepare(config, None, torch.device("cpu"))
        for _ in loop:
            pass
    return model, text_tasks.alphabet(config), config


def test_a_trained_writer_spells_what_it_learnt_and_ends(trained):
    model, vocabulary, config = trained
    examples = text_tasks.examples(config, vocabulary)
    assert Writing().judge(model, examples) == 1
    for source, target in FEW:
        found = written.write(model, vocabulary, source)
        assert (found.text, found.ended) == (target, True)
        assert len(found.shares) == len(target) + 1
        assert min(found.shares) > 0.5
        assert written.write(model, vocabulary, source, temperature=1e-6, seed=3) == found


def test_sampled_it_strays_and_the_same_seed_writes_the_same(trained):
    model, vocabulary, _ = trained
    drawn = [
        written.write(model, vocabulary, "2", temperature=3.0, seed=seed).text for seed in range(8)
    ]
    assert len(set(drawn)) > 2
    assert drawn[3] == written.write(model, vocabulary, "2", temperature=3.0, seed=3).text


def test_without_an_end_mark_it_stops_by_itself():
    with torch.random.fork_rng(devices=[]):
        model = EncoderDecoder(2, 3, 4)
    with torch.no_grad():
        model.head.bias[model.end] = -1e9
    vocabulary = text_tasks.Vocabulary.of("ab")
    found = written.write(model, vocabulary, "ab")
    assert (len(found.text), found.ended) == (written.LONGEST, False)
    assert len(found.shares) == written.LONGEST
    for source, words in (("", "the source is empty"), ("ax", "'x' is not in this alphabet")):
        with pytest.raises(ValueError, match=words):
            written.write(model, vocabulary, source)


def test_the_lines_that_come_with_it_are_spellings_and_reversals():
    assert dict(written.SPELLING)["7"] == "seven"
    assert len(written.SPELLING) == 10
    assert all(target == source[::-1] for source, target in written.REVERSAL)
    assert len({source for source, _ in written.REVERSAL}) == len(written.REVERSAL) == 40


def test_words_that_no_network_learnt_are_of_letters_that_it_knows():
    unseen = written.unseen(written.REVERSAL)
    assert len(unseen) == len(set(unseen)) == len(written.UNSEEN) == 20
    assert all(target == source[::-1] for source, target in unseen)
    assert not {source for source, _ in unseen} & set(written.WORDS)
    assert set("".join(written.UNSEEN)) <= set("".join(written.WORDS))
    assert written.unseen(written.SPELLING) == ()
    assert written.unseen((("lamp", "pmal"), ("sand", "dnas"))) == ()
    assert written.unseen((("palm", "mlap"), ("sand", "dnas"))) == (("lamp", "pmal"),)


def test_characters_count_in_their_place_and_texts_as_a_whole():
    found = written.right(["abc", "abcd", "", "xab"], ["abc", "abce", "ab", "ab"])
    assert (found.whole, found.count) == (1, 4)
    assert found.characters == 6 / 11


def test_many_written_at_once_are_each_as_alone(trained):
    model, vocabulary, _ = trained
    sources = ["2", "0", "01", "1"]
    together = written.write_all(model, vocabulary, sources)
    for source, found in zip(sources, together, strict=True):
        alone = written.write(model, vocabulary, source)
        assert (found.text, found.ended) == (alone.text, alone.ended)
        assert found.shares == pytest.approx(alone.shares, abs=1e-5)
