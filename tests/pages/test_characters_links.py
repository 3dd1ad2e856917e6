"""Tests of the Characters page's link: lines, a text, a table."""

import pytest

from rnnviz.chapters.characters.ui import pairs_view, word_table_view
from tests.apptest import asked, words
from tests.pages.test_characters import NEXT


def test_own_lines_are_in_the_link_unless_they_are_too_long_for_one(open_app):
    at = open_app("characters", view="My text")
    at.text_area(key="own_source").set_value("ab").run()
    assert asked(at, "own_source") == "ab"
    at.text_area(key="own_source").set_value("ab" * 2_500_000).run()
    assert "own_source" not in at.query_params
    assert "The source has 5,000,000 code points; at most 20,000 are read." in words(at)
    at.text_area(key="own_source").set_value(pairs_view.SOURCE).run()
    assert not at.button(key="pairs_start").disabled


def test_a_text_to_learn_is_in_the_link_unless_it_is_too_long_for_one(open_app):
    text = 'She said "hi",\n' * 20
    at = open_app("characters", **NEXT, own_text=text)
    assert at.text_area(key="own_text").value == text
    assert not at.button(key="language_start").disabled
    at.text_area(key="own_text").set_value("ab cd " * 300).run()
    assert "own_text" not in at.query_params
    assert "These 1,800 characters are too many for a link, which carries 1,500" in words(at)
    assert not at.button(key="language_start").disabled
    at.text_area(key="own_text").set_value("ab " * 30).run()
    assert asked(at, "own_text") == "ab " * 30
    assert "too many for a link" not in words(at)


TABLE = "good dog yes fine day\nbad cat no awful"


def rows_shown(at):
    frame = at.dataframe[0].value
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_an_edited_table_is_in_the_link_and_is_kept_on_other_views(open_app):
    at = open_app("characters", view="Table", table=TABLE)
    assert rows_shown(at) == [("good", "dog", "yes", "fine day"), ("bad", "cat", "no", "awful")]
    assert asked(at, "table") == TABLE
    assert not at.button(key="table_start").disabled
    at.button_group(key="view").set_value("hello").run()
    at.button_group(key="view").set_value("Table").run()
    assert rows_shown(at)[0] == ("good", "dog", "yes", "fine day")
    plain = open_app("characters", view="Table")
    assert rows_shown(plain) == list(word_table_view.ROWS)
    assert "table" not in plain.query_params


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("a b c 1\nd e 0", "row 2 has 3 words, it needs x1, x2, x3 and y. The six rows stand in"),
        ("", "row 1 has 0 words"),
        ("a b c 1\n" * 101, "it has 101 rows, at most 100 are learnt"),
    ],
)
def test_a_link_with_a_broken_table_is_said_and_the_six_rows_stand_in(open_app, table, sentence):
    at = open_app("characters", view="Table", table=table)
    assert sentence in words(at)
    assert rows_shown(at) == list(word_table_view.ROWS)
    assert "table" not in at.query_params


def test_a_table_goes_through_a_link_and_back():
    lines = word_table_view.lines_of(
        {
            name: [row[n] for row in word_table_view.ROWS]
            for n, name in enumerate(word_table_view.COLUMNS)
        }
    )
    assert word_table_view.rows_of(word_table_view._written(lines)) == word_table_view.ROWS
    odd = {"x1": [" a ", "d"], "x2": ["b", "e"], "x3": ["c", "f"], "y": ["so\nso", "no"]}
    assert word_table_view.rows_of(word_table_view._written(word_table_view.lines_of(odd))) == (
        ("a", "b", "c", "so so"),
        ("d", "e", "f", "no"),
    )
