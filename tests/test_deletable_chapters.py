"""A chapter is deleted by deleting its files and a few lines: everything else goes on."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MOST_LINES = 5  # outside a chapter

# Each chapter's own files outside its package and its tests, as far as they have other names.
FILES = {
    "sine": ("rnnviz/bench/sine.py", "tests/bench/test_sine.py"),
    "characters": ("rnnviz/bench/hello.py", "tests/bench/test_hello.py"),
}
# How each line begins that names it elsewhere.
LINES = {
    "sine": (
        ("pages/home.py", '("sine", '),
        ("rnnviz/bench/menu.py", '"sine": '),
        ("rnnviz/training/tasks/registry.py", '"sine": '),
        ("rnnviz/ui/router.py", 'st.Page(PAGES / "sine.py"'),
    ),
    "characters": (
        ("pages/home.py", '("characters", '),
        ("rnnviz/bench/menu.py", '"hello": '),
        ("rnnviz/training/tasks/registry.py", '"characters": '),
        ("rnnviz/ui/router.py", 'st.Page(PAGES / "characters.py"'),
    ),
}
# Quick tests of two chapters that stay, and what looks at the whole tree.
STAYING = ("tests/chapters/scratch", "tests/chapters/shapes", "tests/test_import_rules.py")
IMPORTS = """
import importlib, pathlib, sys

started = {"__main__.py", "router.py", "floor.py", "floor_server.py"}  # programs, not modules
for path in sorted(pathlib.Path("rnnviz").rglob("*.py")):
    if path.name not in started:
        parts = path.with_suffix("").parts
        importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the repository; the cache of mypy, if there is one, spares its first minute."""
    folder = tmp_path_factory.mktemp("tree") / "rnnviz"
    names = (".git", ".pytest_cache", "__pycache__", ".hypothesis", "node_modules")
    skipped = shutil.ignore_patterns(*names)
    shutil.copytree(ROOT, folder, ignore=skipped)
    return folder


def run(tree, *command):
    done = subprocess.run(
        [sys.executable, *command], cwd=tree, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def delete(tree, chapter):
    shutil.rmtree(tree / "rnnviz" / "chapters" / chapter)
    shutil.rmtree(tree / "tests" / "chapters" / chapter)
    (tree / "pages" / f"{chapter}.py").unlink()
    for folder in ("pages", "e2e"):
        for path in (tree / "tests" / folder).glob(f"test_{chapter}*.py"):
            path.unlink()
    for name in FILES[chapter]:
        (tree / name).unlink()
    for name, beginning in LINES[chapter]:
        path = tree / name
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        others = [line for line in lines if not line.lstrip().startswith(beginning)]
        assert len(others) == len(lines) - 1, (name, beginning)
        path.write_text("".join(others), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("chapter", LINES)
def test_everything_else_goes_on_without_a_chapter(tree, chapter):
    """The second chapter is deleted after the first."""
    assert len(LINES[chapter]) <= MOST_LINES
    delete(tree, chapter)
    run(tree, "-c", IMPORTS)
    run(tree, "-m", "mypy")
    run(tree, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")
    run(tree, "-m", "pytest", "-q", "-m", "not browser and not slow", *STAYING)
    tests = [str(path.relative_to(tree)) for path in sorted((tree / "tests").rglob("test_*.py"))]
    run(tree, "-m", "pytest", "-q", "--collect-only", "-m", "not browser", *tests)
