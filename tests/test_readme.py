"""Tests of the README's claims."""

import json
import re
from pathlib import Path

import pytest

from rnnviz.training.store import checkpoint

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", checkpoint.EMBEDDED)
def test_the_accuracies_of_the_readme_are_those_measured(name):
    row = next(line for line in README.splitlines() if f"| `{name}` |" in line)
    found = [float(value) for value in re.findall(r"(\d+\.\d+) %", row)]
    meta = json.loads((checkpoint.ASSETS / f"{name}.json").read_text(encoding="utf-8"))
    measured = [meta["measured"]["test"], meta["measured"]["pen"]]
    assert found == [pytest.approx(100 * share, abs=0.005) for share in measured]


def test_every_page_is_named_in_the_readme():
    pages = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"home"}
    named = set(re.findall(r"^\| (\w+) \| [^|]+\? \|$", README, re.MULTILINE))
    assert {name.lower() for name in named} == pages


def test_what_the_readme_points_to_is_there():
    for path in re.findall(r"\]\((\S+)\)", README):
        assert (ROOT / path).is_file(), path


def test_the_readme_has_the_two_commands():
    assert "pip install -r requirements.txt && streamlit run app.py" in README
    assert "pip install -r requirements.txt -r tests/requirements.txt && pytest" in README
