"""Tests of the exported scripts on text: torch alone, the same losses and weights."""

import ast

import pytest

from rnnviz.chapters.characters.graphemes import graphemes
from rnnviz.chapters.characters.text_training import border, config_of
from rnnviz.training.export.literals import literal
from tests.exported_notebooks import assert_is_the_script
from tests.exported_scripts import (
    assert_as_the_run,
    assert_short_and_torch_alone,
    run_all,
    script,
)

NASTY = [
    "\"\"\"'''\\",
    "${PAIRS} $$ %s {0} \\n\\",
    "a\tb\r\nc\n\n'\"#",
    "cafe\u0301 👩🏽\u200d🚀 🇩🇪 ष्ट \u202eabc\u2066",
    "\x00\x1b[31m\x85\u2028\ud800",
    "'); import os; os.abort() #",
]
ODD = (("\"a'b\\c$", "$c\\b'a\""), ("cafe\u0301x", "xéfac"), ('"""', "'''"))
WORDS = (('say "no" $x', "yes\\"), ("it's \\so bad", "'"), ("one two", "yes\\"))
NAMES = (('O"Neil', "Irish"), ("Li", "Chinese"), ("e\u0301\\", "x"), ("Wang", "Chinese"))
SENTENCES = tuple(
    (" ".join(f"w{n}{k}" for k in range(n % 40 + 1)), f"$c{n % 3}") for n in range(60)
)
RUNS = {
    "a cell": config_of("cell", ODD, epochs=4, batch_size=2, seed=3),
    "an rnn": config_of("rnn", (("hello", "ohlol"),), epochs=4),
    "an embedding": config_of("embedding", ODD, num_layers=2, epochs=4, batch_size=3, lr=0.05),
    "a text": config_of(
        "language",
        text="".join(NASTY) * 3,
        cell="gru",
        window=16,
        epochs=3,
        batch_size=4,
        lr=0.01,
        clip_norm=1.0,
        seed=7,
    ),
    "many symbols": config_of(
        "language", text="".join(chr(0x4E00 + n) for n in range(300)) * 2, window=16, epochs=1
    ),
    "a table": config_of("classifier", WORDS, cell="lstm", epochs=5, batch_size=2, seed=1),
    "names": config_of("classifier", NAMES, cell="gru", epochs=3, batch_size=4, unit="character"),
    "held out": config_of(
        "classifier", SENTENCES, cell="rnn", epochs=3, batch_size=16, held_out=12, seed=5
    ),
    "a teacher": config_of("writer", ODD, cell="lstm", epochs=5, batch_size=2, clip_norm=1.0),
    "no teacher": config_of(
        "writer", ODD[:2], cell="gru", epochs=5, teacher_forcing=False, clip_norm=0.1
    ),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """The folder of each script after it ran."""
    root = tmp_path_factory.mktemp("scripts")
    run_all(RUNS, root)
    return root


@pytest.mark.parametrize("name", RUNS)
def test_run_by_itself_it_has_the_losses_and_the_weights_of_the_run(name, outcomes):
    assert_as_the_run(RUNS[name], outcomes / name)


@pytest.mark.parametrize("name", RUNS)
def test_it_imports_torch_alone_and_its_lines_are_short(name):
    assert_short_and_torch_alone(script(RUNS[name]))


@pytest.mark.parametrize("name", RUNS)
def test_its_notebook_has_every_statement_and_text_of_it(name):
    assert_is_the_script(script(RUNS[name]))


@pytest.mark.parametrize("text", NASTY)
def test_what_a_person_typed_stands_in_it_as_data_and_as_nothing_else(text):
    cut = graphemes(text)
    values = [text, text * 30, cut, cut * 30, [(cut * 30, text), (text * 30, cut)]]
    assert [ast.literal_eval(literal(value)) for value in values] == values
    assert literal(text).isprintable()
    config = config_of("language", text=text * 60, window=4)
    tree = ast.parse(script(config))
    [found] = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "TEXT"
    ]
    assert list(found) == graphemes(text * 60)


def test_the_end_of_a_text_evaluates_it():
    for text in ("".join(chr(0x4E00 + n) for n in range(4000)) * 10, "abcd" * 50):
        found = script(config_of("language", text=text, window=16))
        assert f"TRAINED = {border(len(text)):_}  # symbols" in found
