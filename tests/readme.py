"""Comparison of the README's tables with a command's output."""

import re
from pathlib import Path

from rnnviz.bench import overview
from rnnviz.bench.paired_timing import machine

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def labels(table):
    """Return what each row of a table is about, whatever its numbers."""
    cells = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| ")]
    return {re.sub(r"\d[\d,.]*", "#", cell) for cell in cells}


def assert_is_in_the_readme(name, figures):
    """Assert that the README has each row that a bench's figures make."""
    found = {"machine": machine(), "benches": {name: figures}, "left_out": {}}
    rows = labels(overview.table(found)) - {f"| {overview.HEAD[0]}", "| ---"}
    assert len(rows) >= 1
    assert rows <= labels(README)
