"""Tests of the Characters page with files and lists that people bring."""

import pytest

from rnnviz.chapters.characters.ui import keys as characters_keys
from rnnviz.ui.server import run_manager
from rnnviz.ui.widgets import open_run
from tests.apptest import component, components, group_of, press, until, words
from tests.pages.test_characters import NEXT, done, table_with

pytestmark = pytest.mark.usefixtures("one_job_manager", "nothing_goes_on")

POEM = "白日依山尽，黄河入海流。\r\n" * 20


def upload(at, name, content):
    return at.file_uploader[0].upload(name, content, "text/plain").run()


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8-sig", "UTF-8 (with a byte order mark)"),
        ("utf-16", "UTF-16 (with a byte order mark)"),
        ("utf-16-le", "UTF-16"),
        ("gb18030", "GB18030"),
    ],
)
def test_an_uploaded_text_is_planned_with_its_encoding_and_first_line_shown(
    open_app, codec, encoding
):
    at = upload(open_app("characters", **NEXT), "poem.txt", POEM.encode(codec))
    assert not at.exception
    assert f"{encoding}, 260 characters. It begins with “白日依山尽，黄河入海流。”" in words(at)
    assert "who knows nothing of the 13 symbols" in words(at)
    assert not at.button(key="language_start").disabled


def test_an_uploaded_text_is_learnt_and_its_beginning_continued(open_app):
    at = upload(open_app("characters", **NEXT), "poem.txt", POEM.encode("utf-16"))
    press(at, "language_step")
    until(at, lambda at: len(components(at, "painted")) == 2)
    header, _ = component(at, "painted")
    assert "".join(header["symbols"][: header["read"]]) == "白日依山尽"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "poem.txt is empty"),
        ("Füße über Straßen älter\n".encode("latin-1"), "save it as UTF-8"),
        (b"ab" * 5, "The text has 10 characters; it needs 32"),
    ],
)
def test_a_file_that_cannot_be_learnt_is_refused_in_words(open_app, content, sentence):
    at = upload(open_app("characters", **NEXT), "poem.txt", content)
    assert not at.exception
    assert sentence in words(at)


def test_a_pasted_text_is_learnt_without_its_byte_order_mark(open_app):
    at = open_app("characters", **NEXT)
    at.text_area(key=characters_keys.OWN_TEXT).set_value("\ufeff" + "abcd " * 60).run()
    assert "who knows nothing of the 5 symbols" in words(at)


def test_the_limit_of_a_text_is_told_once(open_app):
    at = open_app("characters", **NEXT)
    assert words(at).count("1,048,576 characters") == 1


LIST = {"view": "Table", "table_rows": "List of any lengths", "rows_epochs": "5"}


def test_surnames_are_trained_on_and_judged_by_those_held_out(open_app):
    at = open_app("characters", **LIST)
    assert "160 rows separated by tabs, 4 classes; a symbol is a character." in words(at)
    assert "Row 1, “surname” and “nationality”, is a header." in words(at)
    assert "32 rows, drawn at random, are held out and not trained on." in words(at)
    press(at, "rows_start")
    until(at, done)
    table = table_with(at, "predicted")
    assert list(table["trained on"]) == ["no"] * 32 + ["yes"] * 128
    right = (table["predicted"] == table["class"])[:32].mean()
    assert f"Accuracy on 32 held-out rows: {right:.1%} (always the most frequent class" in words(at)
    run_id = group_of(at, "rows").runs[0]
    assert run_manager.find_any(run_id)[0].held_out.accuracy[-1] == pytest.approx(right)
    group = group_of(at, "rows").id
    link = {"view": "Table", "table_rows": "List of any lengths", "rows_runs": group}
    assert open_run.lesson(run_id, run_manager.find_any(run_id)[1]) == ("characters", link)


def test_an_uploaded_list_of_sentences_of_any_lengths_is_trained_on(open_app):
    rows = '"I love you, dear",good\nawful,bad\nhe loves me so much,good\nno no,bad\n'
    at = open_app("characters", **LIST)
    at.file_uploader[0].upload("rows.csv", rows.encode("utf-16"), "text/csv").run()
    assert "UTF-16 (with a byte order mark)" in words(at)
    assert "4 rows separated by commas, 2 classes; a symbol is a word." in words(at)
    assert "All rows are trained on; from 50 rows on, some are held out." in words(at)
    press(at, "rows_start")
    until(at, done)
    table = table_with(at, "predicted")
    assert table["text"][0] == "I love you, dear"
    assert "No rows are held out." in words(at)


def test_a_list_that_cannot_be_learned_is_refused_by_row_and_line(open_app):
    at = open_app("characters", **LIST)
    at.text_area(key="rows_text").set_value("a\tx\n\nb [l](//b.co)\n").run()
    assert not at.exception
    assert "Row 2 (line 3) has one column" in words(at)
    assert "[l](//b.co)" not in at.error[0].value
    assert at.button(key="rows_start").disabled


def test_a_list_is_in_the_link_unless_it_is_too_long_for_one(open_app):
    at = open_app("characters", **LIST, rows_text="a\tx\nb\ty")
    assert "2 rows separated by tabs" in words(at)
    at.text_area(key="rows_text").set_value("a b\tx\nc d\ty\n" * 200).run()
    assert "rows_text" not in at.query_params
    assert "too many for a link" in words(at)
