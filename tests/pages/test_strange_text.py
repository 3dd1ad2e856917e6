"""Boxes that a person writes into: whatever stands in them, the page works and shows it as text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from rnnviz.ui.table_lesson import COLUMNS, lines_of, text_of

LINK, ADDRESS = "[a](//b.co)", "www.b.co"
STRANGE = [
    f"{LINK} {ADDRESS} ![](//b.co/x) $x^2$ :material/delete: :red[r] <b>b</b> `c` **d**",
    f"a\x00b\x1b[31m\x07\x7f\u2028\u200b\ufeff\ufffe\n{LINK}",
    "\u202eabc\u2066\u05d0\u0627" + "e" + "\u0301" * 200,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3fd" * 40,
    "\u0663\u00b2 1e999 nan -0 0x1F 1_0 ../../etc/passwd %s {0} __import__('os')",
    f"nn.LSTM(1, hidden_size='{LINK}')",
    "x" * 200_000,
    "\n".join([f"{LINK} {k}" for k in range(5000)]),
]
NUMBERS = [-(10**15), 10**15]
TEXTS = [
    ("shapes", None, 2),
    ("characters", "My text", 2),
    ("characters", "Next character", 2),
    ("characters", "Spelling and reversal", 1),
]
COUNTS = [
    ("train", None, 2),
    ("runs", "Race", 1),
    ("runs", "Search", 2),
    ("states", "Break", 3),
    ("shapes", None, 6),
    ("scratch", None, 5),
]


def works(at):
    assert not at.exception
    assert len(at.title) == 1
    for element in [*at.warning, *at.error, *at.info]:
        assert len(element.value) < 600
    for element in [*at.warning, *at.error, *at.info, *at.success, *at.markdown, *at.caption]:
        assert "Traceback" not in element.value
        assert LINK not in element.value, "what a person wrote must not become a link"
        assert ADDRESS not in element.value
        assert "![](" not in element.value


def opened(open_app, page, view):
    link = {} if view is None else {"view": view}
    if page == "shapes":  # with all of its boxes
        link = {"packed": "true", "source": "embedding", "linear": "each step"}
    return open_app(page, **link)


def boxes_of(*lists):
    """Return those that a person can write into."""
    return [box for boxes in lists for box in boxes if not box.proto.disabled]


@pytest.mark.parametrize(("page", "view", "boxes"), TEXTS)
def test_whatever_is_written_into_the_boxes_is_text_and_the_page_works(open_app, page, view, boxes):
    at = opened(open_app, page, view)
    for turn in range(len(STRANGE)):
        found = boxes_of(at.text_input, at.text_area)
        assert len(found) >= boxes
        for k, box in enumerate(found):
            text = STRANGE[(turn + k) % len(STRANGE)]
            box.set_value(text[: box.proto.max_chars or None])
        works(at.run())


@pytest.mark.parametrize(("page", "view", "boxes"), COUNTS)
def test_whatever_number_comes_is_kept_within_its_range(open_app, page, view, boxes):
    at = opened(open_app, page, view)
    for number in NUMBERS:
        found = boxes_of(at.number_input)
        assert len(found) >= boxes
        for box in found:
            box.set_value(number)
        works(at.run())


def a_table(rows):
    """Show a table as the lesson does when a person has edited it so."""
    from rnnviz.ui import table_lesson, text_state

    text_state.keep_table(tuple(tuple(map(table_lesson.text_of, row)) for row in rows))
    table_lesson.show()


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
