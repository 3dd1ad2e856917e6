"""Tests of module names and of the first lines of module docstrings, read from the source."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAMED = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("rnnviz", "tests")
    for ending in ("py", "js", "mjs", "css")
    for path in (ROOT / folder).rglob(f"*.{ending}")
    if "node_modules" not in path.parts
)
MODULES = [path for path in NAMED if path.endswith(".py") and path.startswith("rnnviz/")]
DOCUMENTED = [
    *(path for path in NAMED if path.endswith(".py")),
    *(path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").glob("*.py")),
    "app.py",
]

# Words that once named modules here, and do not say what a module holds.
RETIRED = {
    *("after", "ahead", "anew", "apart", "below", "breaking", "changed", "chosen", "counted"),
    *("fading", "foretelling", "fresh", "gathering", "graphed", "hand", "joint", "keeping"),
    *("kept", "learnt", "left", "listed", "looks", "many", "measuring", "moving", "opening"),
    *("painted", "pasted", "pulled", "racing", "remembered", "reporting", "saying", "seen"),
    *("served", "settling", "spelled", "splicing", "stepping", "tidying", "told", "undetached"),
    *("unrolled", "warming", "watching", "whole", "writing", "written"),
}
# A name of one word that ends as a participle or an adverb does has to be one of these nouns.
NOUNS = {
    *("clipping", "drawing", "framing", "monitoring", "packing", "reading", "recording"),
    *("spelling", "switching", "training", "unrolling"),
}
PARTICIPLE = re.compile(r".+(?:ed|ing|ly)")
# Names from before this rule, without their endings; no new ones.
EXCEPTIONS = {"tests/e2e/looks"}

PRIVATE = re.compile(r"\b(?:told|said|whoever|learnt|anew|kept|spelt|begun)\b", re.IGNORECASE)
MOST = 97  # characters; with the opening quotes that is a line of 100


def module(path):
    """Return what a file is called without its ending; of a package that is its folder."""
    return path.rsplit(".", 1)[0].removesuffix("/__init__")


def is_noun(path):
    """Whether a file is named by a noun, as far as its words tell."""
    words = module(path).rsplit("/", 1)[-1].removeprefix("test_").split("_")
    if RETIRED.intersection(words):
        return False
    return len(words) > 1 or words[0] in NOUNS or not PARTICIPLE.fullmatch(words[0])


@cache
def first_line(path):
    """Return the first line of a module's docstring; None if it has none."""
    content = (ROOT / path).read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(content))
    return docstring.splitlines()[0] if docstring else None


@pytest.mark.parametrize(
    "path",
    [
        *("a/kept.py", "a/told/__init__.py", "tests/test_by_hand.py", "a/unit_seen.py"),
        *("a/nested.js", "a/gathered.css", "a/saying.py", "a/slowly.py", "a/many_runs.py"),
    ],
)
def test_a_participle_or_an_adverb_is_no_noun(path):
    assert not is_noun(path)


@pytest.mark.parametrize(
    "path", ["a/clipping.py", "a/training/__init__.py", "a/trained_runs.py", "a/cache.css"]
)
def test_a_noun_is_one_also_after_an_adjective(path):
    assert is_noun(path)


def test_modules_are_named_by_nouns():
    faults = {module(path) for path in NAMED if not is_noun(path)}
    assert faults - EXCEPTIONS == set()


def test_an_exception_that_was_renamed_is_removed_from_the_list():
    assert EXCEPTIONS - {module(path) for path in NAMED} == set()


def test_each_module_has_a_first_line_that_ends_with_a_period_and_fits():
    lines = {path: first_line(path) for path in MODULES}
    assert len(lines) > 300
    assert [path for path, line in lines.items() if not line] == []
    assert [path for path, line in lines.items() if not line.endswith(".")] == []
    assert [path for path, line in lines.items() if len(line) > MOST] == []


def test_no_first_line_has_a_private_word():
    lines = {path: first_line(path) or "" for path in DOCUMENTED}
    assert {path: line for path, line in lines.items() if PRIVATE.search(line)} == {}
