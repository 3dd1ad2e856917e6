"""Tests of the editable table with invalid cells: trained on or refused, shown as text."""

from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from rnnviz.chapters.characters.ui.word_table_view import COLUMNS, lines_of, text_of
from tests.pages.test_strange_text import LINK, STRANGE


def a_table(rows):
    """Show a table as the lesson does when a person has edited it so."""
    from rnnviz.chapters.characters.ui import keys as characters_keys
    from rnnviz.chapters.characters.ui import word_table_view

    characters_keys.keep_table(tuple(tuple(map(word_table_view.text_of, row)) for row in rows))
    word_table_view.show()


cells = st.none() | st.integers() | st.sampled_from([*STRANGE[:3], "\ud800", "a\udc00"]) | st.text()


@settings(max_examples=100)
@given(st.lists(st.tuples(cells, cells, cells, cells), max_size=6))
def test_any_table_is_learnt_or_refused_in_words(rows):
    table = {name: [text_of(row[n]) for row in rows] for n, name in enumerate(COLUMNS)}
    lines, said = (), ""
    try:
        lines = lines_of(table)
    except ValueError as error:
        said = str(error)
    assert len(said) < 300
    assert len(lines) == (0 if said else len(rows))
    for words, target in lines:
        assert len(words.split()) == 3
        assert (words + target).encode()  # else no table could be drawn of it


def test_a_table_of_strange_words_is_shown_as_text():
    rows = [("a", "b", "\ud800", LINK), (LINK, "$x$", "\x00", "y"), ("a", "b", "c", "d" * 5000)]
    at = AppTest.from_function(a_table, kwargs={"rows": rows}, default_timeout=60)
    at.run()
    assert not at.exception
    assert not at.error
    at = AppTest.from_function(a_table, kwargs={"rows": [(LINK, f"{LINK} c", "", "")] * 2})
    at.run(timeout=60)
    assert not at.exception
    assert LINK not in at.error[0].value
