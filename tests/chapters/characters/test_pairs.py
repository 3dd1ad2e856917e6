"""Tests of pairs of lines: their builders, and invalid lines."""

import pytest

from rnnviz.chapters.characters.pairs import delayed, pairs, reversed_line, shifted


def test_several_pairs_stand_line_by_line():
    found = pairs("hello\nשלום\n", "ohlol\nםולש")
    assert found.lines == (("hello", "ohlol"), ("שלום", "םולש"))
    assert len(found.vocabulary) == 8
    assert pairs("cafe\u0301", "éfac").lines == (("cafe\u0301", "éfac"),)


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("", "abc", "the source is empty"),
        ("abc", " \n ", "the target is empty"),
        ("abc", "ab", "line 1 has 3 characters in the source and 2 in the target"),
        ("ab\ncd", "ab", "as many lines, got 2 and 1"),
        ("ab\n\ncd", "ab\n\ncd", "line 2 is empty"),
        ("aaa", "aaa", "one symbol only, 'a'"),
        ("ab" * 51, "ab" * 51, "line 1 has 102 characters; at most 100"),
        ("ab\n" * 51, "ab\n" * 51, "at most 50 lines are learnt, got 51"),
        ("x" * 5_000_000, "y", "the source has 5,000,000 code points; at most 20,000"),
    ],
)
def test_what_cannot_be_learnt_is_said(source, target, words):
    with pytest.raises(ValueError, match=words):
        pairs(source, target)


def test_the_builders_give_pairs_of_equal_length():
    assert shifted("hello") == ("hell", "ello")
    assert reversed_line("cafe\u0301s") == ("cafe\u0301s", "se\u0301fac")
    assert delayed("abc", 2) == ("abc__", "__abc")
    assert delayed("a_c", 1) == ("a_c·", "·a_c")
    with pytest.raises(ValueError, match="delay must be at least 1, got 0"):
        delayed("abc", 0)
