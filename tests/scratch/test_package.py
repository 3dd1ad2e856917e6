"""Tests of the package `rnnviz.scratch`: its length and its imports."""

import subprocess
import sys
from pathlib import Path

import rnnviz.scratch

FILES = sorted(Path(rnnviz.scratch.__file__).parent.glob("*.py"))
IMPORT = """
import sys
from rnnviz.scratch import nn, optim, rnn, tensor
ours = [n for n in sys.modules if n.startswith("rnnviz.") and not n.startswith("rnnviz.scratch")]
print(ours, "torch" in sys.modules, "streamlit" in sys.modules)
"""


def test_all_of_it_is_under_eight_hundred_lines():
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert set(lines) == {"__init__.py", "tensor.py", "nn.py", "optim.py", "rnn.py"}
    assert sum(lines.values()) < 800
    assert max(lines.values()) <= 300


def test_it_loads_without_torch_and_without_the_rest_of_rnnviz():
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[] False False"
