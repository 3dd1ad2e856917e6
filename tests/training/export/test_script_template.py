"""Tests of templates: conditions that the config decides, and constants without a value."""

import pytest

from rnnviz.training.export.decided_branches import decided
from rnnviz.training.export.script_template import filled

SOURCE = """
def f(x):
    if KIND == "a":
        # the first
        x += 1
    elif KIND in ("b", "c") and SIZE:
        x += 2
    else:
        x += 3
    if SIZE is not None:
        return x
    if x:
        return 0
    return -1
"""


@pytest.mark.parametrize(
    ("kind", "size", "lines"),
    [
        ("a", 1, ["# the first", "x += 1", "return x"]),
        ("b", 1, ["x += 2", "return x"]),
        ("b", 0, ["x += 3", "return x"]),
        ("d", None, ["x += 3", "if x:", "    return 0", "return -1"]),
    ],
)
def test_only_the_branch_of_the_config_remains(kind, size, lines):
    expected = "".join(f"    {line}\n" for line in lines)
    assert decided(SOURCE, {"KIND": kind, "SIZE": size}) == f"\ndef f(x):\n{expected}"


def test_a_constant_without_a_value_is_refused():
    with pytest.raises(ValueError, match=r"no values of .*'DELAY'"):
        filled("rnnviz.chapters.recurrence.script_template", {"SYMBOLS": 3}, {})
