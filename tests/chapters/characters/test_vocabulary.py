"""Tests of vocabularies: encoding, decoding, invalid text."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.chapters.characters.graphemes import PLAIN, _cut, graphemes
from rnnviz.chapters.characters.vocabulary import Vocabulary, passage, raven

PIECES = st.lists(
    st.one_of(
        st.characters(),
        st.sampled_from(
            ["e\u0301", "👩🏽\u200d🚀", "🇩🇪", "\r\n", "한", "\u1112\u1161\u11ab", "ที่", "שׁ"]
        ),
    ),
    max_size=30,
).map("".join)


@settings(max_examples=150)
@given(PIECES)
def test_the_graphemes_of_any_text_joined_are_the_text(text):
    cut = graphemes(text)
    assert "".join(cut) == text
    assert all(cut)


@settings(max_examples=150)
@given(PIECES)
def test_runs_of_plain_characters_are_cut_as_each_of_them_is(text):
    one_by_one = []
    _cut(one_by_one, text)
    assert graphemes(text) == one_by_one


def test_a_plain_character_joins_no_other():
    plain = [chr(code) for code in range(0x10000) if PLAIN.fullmatch(chr(code))]
    assert len(plain) > 40_000
    for other in ("a", "中", "한", "가", "\n", "é"):
        for char in plain:
            assert graphemes(char + other) == [char, other]
            assert graphemes(other + char) == [other, char]


@settings(max_examples=100)
@given(PIECES.filter(bool))
def test_an_alphabet_gives_any_text_back(text):
    vocabulary = Vocabulary.of(text)
    codes = vocabulary.encode(text)
    assert codes.dtype == torch.int64
    assert vocabulary.decode(codes) == text
    assert codes.unique().tolist() == list(range(len(vocabulary)))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("hello", 5),
        ("中文", 2),
        ("cafe\u0301", 4),
        ("👩🏽\u200d🚀🧑\u200d🤝\u200d🧑", 2),
        ("❤️\u200d🔥", 1),
        ("🇩🇪🇫🇷🇯", 3),
        ("\r\n\n\r", 3),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", 2),
        ("한\u11ab", 1),  # a syllable takes one more end
        ("가\u11ab", 1),
        ("שָׁלוֹם", 4),
        ("नि", 1),
        ("क्षत्रिय", 3),  # conjuncts of two and of two letters more
        ("क़्त", 1),  # a dot below stands before the virama
        ("क्\u200dष", 1),
        ("क्\u200cष", 2),  # who writes a non-joiner wants them apart
        ("കൃഷ്ണ", 2),
        ("క్ట్స", 1),
        ("த்த", 2),  # Tamil keeps them apart
        ("क्a", 2),
        ("\u0600١٢", 2),  # an Arabic number sign is put before the next
        ("\u0600🇩🇪🇫🇷", 2),
        ("\u0600\n", 2),
        ("a\u0600", 2),
        ("a\u200db", 2),
        ("\n\u0301", 2),
        ("", 0),
    ],
)
def test_a_character_is_what_a_reader_takes_for_one(text, count):
    assert len(graphemes(text)) == count


def test_codes_are_places_in_the_order_of_the_alphabet():
    vocabulary = Vocabulary.of("hello", "ohlol")
    assert vocabulary.symbols == ("e", "h", "l", "o")
    assert vocabulary.encode("hello").tolist() == [1, 0, 2, 2, 3]
    assert vocabulary.decode(torch.tensor([3, 1, 2, 3, 2])) == "ohlol"
    words = Vocabulary.of_symbols(["i", "love", "you", "i"])
    assert words.codes(["you", "love"]).tolist() == [2, 1]


@pytest.mark.parametrize("of", [lambda v: v.encode("help"), lambda v: v.codes(["p"])])
def test_a_symbol_that_is_not_in_the_alphabet_is_named(of):
    with pytest.raises(ValueError, match="'p' is not in this alphabet of 4 symbols"):
        of(Vocabulary.of("hello"))


@pytest.mark.parametrize("code", [-1, 4])
def test_a_code_beyond_the_alphabet_is_refused(code):
    with pytest.raises(ValueError, match=rf"codes must lie in \[0, K\) = \[0, 4\), got {code}"):
        Vocabulary.of("hello").decode([0, code])


def test_thousands_of_symbols_are_refused():
    text = "".join(chr(0x4E00 + n) for n in range(4001))
    assert len(passage(text[:-1])) == 4000
    with pytest.raises(ValueError, match=r"there are 4,001 different symbols; .* at most 4,000"):
        passage(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n ", "the text is empty"),
        ("ab", "has 2 characters; it needs 100"),
        ("a" * 200, "one symbol only, 'a'"),
        ("ab" * 2_500_000, "has 5,000,000 characters; at most 1,048,576"),
    ],
)
def test_a_text_that_cannot_be_learnt_is_refused_in_words(text, words):
    with pytest.raises(ValueError, match=words):
        passage(text)


def test_the_text_that_comes_with_rnnviz_can_be_learnt():
    text = raven()
    assert 40 < len(passage(text)) < 70
    stanzas = [stanza.splitlines() for stanza in text.rstrip("\n").split("\n\n")]
    assert [len(stanza) for stanza in stanzas] == [6] * 18
    assert all(
        line.endswith(("ore", "or")) for line in (last[-1].strip(".\"!'") for last in stanzas)
    )
    assert sum(stanza[-1] == 'Quoth the Raven "Nevermore."' for stanza in stanzas) == 5
