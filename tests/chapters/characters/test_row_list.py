"""Tests of lists of two columns: notations, headers, the side of the classes, errors."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.chapters.characters import row_list
from rnnviz.chapters.characters.row_list import parse

ROWS = (("i love you", "good"), ("this is awful, really", "bad"), ("he loves me", "good"))
NAMES = (("Wang", "Chinese"), ("Sato", "Japanese"), ("Rossi", "Italian"), ("Li", "Chinese"))


def written(rows, separator):
    if separator in "\t→":
        return "\n".join(separator.join(row) for row in rows)
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("separator", row_list.SEPARATORS)
def test_rows_come_back_from_every_notation(separator):
    found = parse(written(ROWS, separator))
    assert found.lines == ROWS
    assert (found.unit, found.header, found.classes_first) == ("word", None, False)
    assert found.separator == row_list.SEPARATORS[separator]


cells = st.text("abc ,;\"'é中", min_size=1).filter(lambda s: s == " ".join(s.split()) and s)


@settings(max_examples=200)
@given(st.lists(cells, min_size=2, max_size=9), st.lists(st.sampled_from("pqr"), min_size=9))
def test_what_csv_writes_is_read_as_it_was(sources, targets):
    rows = [(f"{n} {source}", targets[n]) for n, source in enumerate(sources)]
    rows += [("last one", "p"), ("last two", "q")]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    found = parse(out.getvalue())
    assert found.lines == tuple(rows)


def test_names_are_read_by_character_and_sentences_by_word():
    assert parse(written(NAMES, "\t")).unit == "character"
    assert parse(written(ROWS, "\t")).unit == "word"
    assert parse("春眠不觉晓\t唐\n大江东去\t宋\n").unit == "character"
    many = [(f"w{n} v{n}", "ab"[n % 2]) for n in range(2001)]
    assert parse(written(many[:2000], "\t")).unit == "word"
    assert parse(written(many, "\t")).unit == "character"  # 4,002 words


def test_rows_of_different_lengths_stay_as_they_are():
    found = parse("a\tx\na b c d\ty\na b\tx")
    assert [len(source.split()) for source, _ in found.lines] == [1, 4, 2]


@pytest.mark.parametrize("header", ["name,nationality", "text,label", "Review,Sentiment", "x,y"])
def test_a_header_row_is_no_example(header):
    found = parse(f"{header}\n{written(NAMES, ',')}")
    assert found.header == tuple(header.split(","))
    assert found.lines == NAMES


def test_an_unusual_header_is_found_above_numbers():
    rows = [(f"a name {n}", "01"[n % 2]) for n in range(4)]
    assert parse(written([("foo", "bar"), *rows], ",")).header == ("foo", "bar")
    assert parse(written(rows, ",")).header is None
    assert parse(written([("foo", "bar"), *NAMES], ",")).header is None


def test_a_list_with_its_classes_first_is_turned():
    found = parse("ham\tgo until jurong\nspam\tfree entry in 2\nham\tok lar\nham\tu dun say so\n")
    assert found.classes_first
    assert found.lines[1] == ("free entry in 2", "spam")


def test_blank_lines_and_spaces_do_not_count():
    found = parse("\n  a  b \t x \n\n\r\nc\ty\n\n")
    assert found.lines == (("a b", "x"), ("c", "y"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" \n", "the list is empty"),
        ("hello\nworld", r"row 1 \(line 1\) has one column"),
        ("\n\nhello", r"row 1 \(line 3\) has one column"),
        ("a\tx\n\nb\n", r"row 2 \(line 3\) has one column, “b”: its class is missing"),
        ("a\tx\nb\t\n", r"row 2 \(line 2\) has no class after “b”"),
        ("a\tx\n\ty\n", r"row 2 \(line 2\) has no text before “y”"),
        ("a,x\nb,y\ni love you, dear,x", r"row 3 \(line 3\) has 3 columns between commas: put"),
        ('"a\nb",x\nc,y\nd', r"row 3 \(line 4\) has one column"),
        ('a,x\n"b" c,y\n', r"row 2 \(line 2\) is no row of CSV"),
        ("a\tx", r"2 to 25,000 rows, got 1"),
        ("a\tx\nb\tx", "all rows have the class “x”"),
        ("\n".join(f"a {n}\tc{n}" for n in range(101)), "101 different classes in 101 rows"),
        (f"a b\tx\n{'w ' * 501}\ty\nc d\tx\n", r"row 2 \(line 2\) has 501 words; at most 500"),
    ],
)
def test_what_cannot_be_learned_is_refused_by_row_and_line(text, words):
    with pytest.raises(ValueError, match=words):
        parse(text)


@settings(max_examples=200)
@given(st.text())
def test_any_text_is_read_or_refused_in_a_sentence(text):
    lines, said = (), ""
    try:
        lines = parse(text).lines
    except ValueError as error:
        said = str(error)
    assert len(said) < 300
    assert bool(said) != bool(lines)
    assert all(source and target for source, target in lines)
