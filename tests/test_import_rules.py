"""Import rules that import-linter's wildcards do not express, over the syntax tree of each file."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = [path.relative_to(ROOT) for path in sorted((ROOT / "rnnviz").rglob("*.py"))]
# Programs of their own: a bench starts each as a process and never imports it.
PROGRAMS = ("rnnviz/bench/floor.py", "rnnviz/bench/floor_server.py", "rnnviz/bench/load_client/")


def imports(source):
    """Names of all modules that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the layer"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def has_screen(path):
    """Whether a file is one of those that lay out the screen."""
    parts = path.parts
    if parts[1] == "chapters":
        return "ui" in parts[2:-1]
    return parts[1] == "ui" and parts[2] not in ("figures", "html_views")


def faults(path, source):
    """What a file may not import, in words."""
    name, screen = path.as_posix(), has_screen(path)
    drawn = screen or path.name.endswith("charts.py") or name.startswith("rnnviz/ui/figures/")
    for found in imports(source):
        root = found.partition(".")[0]
        if root == "streamlit" and not screen and not name.startswith(PROGRAMS):
            yield f"{name} imports Streamlit"
        if root == "plotly" and not drawn:
            yield f"{name} imports Plotly"
        if root == "pages" or found.startswith("rnnviz.cli"):
            yield f"{name} imports {found}"
        inside = found.split(".")
        if inside[:2] == ["rnnviz", "chapters"] and "ui" in inside[3:]:
            same = path.parts[1:3] == ("chapters", inside[2])
            if not (same and screen):
                yield f"{name} imports {found}, which lays out a screen"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.as_posix())
def test_a_file_imports_what_its_place_allows(path):
    if path.name == "__main__.py" and path.parent.name == "rnnviz":
        return  # starts the command line
    assert not list(faults(path, (ROOT / path).read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("rnnviz/chapters/sine/text.py", "import streamlit"),
        ("rnnviz/core/inspect/trace.py", "def f():\n    from streamlit import cache_data"),
        ("rnnviz/ui/html_views/document.py", "import streamlit as st"),
        ("rnnviz/chapters/sine/oscillation.py", "import plotly.graph_objects as go"),
        ("rnnviz/chapters/sine/text.py", "from rnnviz.chapters.sine.ui import keys"),
        ("rnnviz/ui/widgets/pad.py", "from rnnviz.chapters.draw.ui import view"),
        ("rnnviz/training/jobs/worker.py", "from rnnviz.cli import main"),
    ],
)
def test_each_rule_finds_a_fault(path, source):
    assert len(list(faults(Path(path), source))) == 1


def test_pages_read_from_top_to_bottom():
    for page in sorted((ROOT / "pages").glob("*.py")):
        source = page.read_text(encoding="utf-8")
        assert len(source.splitlines()) <= 60, page.name
        assert "session_state" not in source, page.name
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                decorators = [ast.unparse(found) for found in node.decorator_list]
                assert any("fragment" in found for found in decorators), (page.name, node.name)
