"""Tests of the characters task's titles of a run."""

import pytest

from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.task import SPEC


@pytest.mark.parametrize(
    ("config", "title", "trained_on"),
    [
        (TextConfig("rnn"), "on text", "1 line of text × 15"),
        (TextConfig("cell"), "a cell on text", "1 line of text × 15"),
        (
            TextConfig("language", pairs=(), text="ehlo" * 50),
            "the next character",
            "a text, 5 windows of 32 × 15",
        ),
    ],
)
def test_a_run_on_text_is_called_by_what_it_learns(config, title, trained_on):
    assert SPEC.title(config) == title
    assert SPEC.trained_on(config) == trained_on
