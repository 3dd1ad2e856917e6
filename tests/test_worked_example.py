"""Worked example of rnnviz/README.md: its files, written into a copy, make a page that opens."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "rnnviz" / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^`([\w/]+\.py)`\n\n```python\n(.*?)```", re.DOTALL | re.MULTILINE)
FILES = dict(BLOCK.findall(README))
[LINE] = re.findall(r"in `rnnviz/ui/router.py`\n\n```\n(.*?)```", README, re.DOTALL)
OPEN = """
from streamlit.testing.v1 import AppTest

at = AppTest.from_file("rnnviz/ui/router.py", default_timeout=180).run()
at.switch_page("../../pages/half_life.py")
at.query_params["weight"] = "0.5"
at.run()
assert not at.exception, at.exception
print(at.title[0].value)
print(at.markdown[0].value)
"""


def run(tree, *command):
    done = subprocess.run([sys.executable, *command], cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.mark.slow
def test_a_page_is_added_by_adding_its_files_and_a_line(tmp_path):
    tree = tmp_path / "tree"
    skipped = shutil.ignore_patterns(".git", "tests", ".*_cache", "__pycache__", ".hypothesis")
    shutil.copytree(ROOT, tree, ignore=skipped)
    assert len(FILES) == 7
    for name, content in FILES.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(content, encoding="utf-8")
    router = tree / "rnnviz" / "ui" / "router.py"
    before = router.read_text(encoding="utf-8")
    last = '        st.Page(PAGES / "sine.py"'
    router.write_text(before.replace(last, LINE + last, 1), encoding="utf-8")
    assert router.read_text(encoding="utf-8") != before
    title, sentence = run(tree, "-c", OPEN).splitlines()[-2:]
    assert title == "After how many steps has the state halved?"
    assert sentence == "With a weight of 0.5, half of the state remains after 1.0 steps."
    run(tree, "-m", "ruff", "check", "--no-cache", *FILES)
    run(tree, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")


def test_the_map_names_what_is_there():
    drawn = README.split("```")[1]
    for name in re.findall(r"^  (\w+)/", drawn, re.MULTILINE):
        assert (ROOT / "rnnviz" / name).is_dir(), name
    packages = {path.parent.name for path in (ROOT / "rnnviz").glob("*/__init__.py")}
    assert packages <= set(re.findall(r"(\w+)/", drawn))
    chapters = {path.parent.name for path in (ROOT / "rnnviz" / "chapters").glob("*/__init__.py")}
    assert chapters <= set(re.findall(r"\w+", drawn))
