"""Execution of exported scripts, and comparison with the runs that they reproduce."""

import subprocess
import sys
from dataclasses import replace

import torch

from rnnviz.training.tasks import build as task_build
from rnnviz.training.tasks.registry import task_of
from rnnviz.training.tasks.spec import ScriptOrigin

HERE = ScriptOrigin("", on_cpu=True, torch_version=str(torch.__version__))
EACH = """
import runpy, sys

for folder in sys.argv[1:]:
    sys.argv = ["train.py", "--weights", f"{folder}/net.pt", "--losses", f"{folder}/losses"]
    runpy.run_path(f"{folder}/train.py", run_name="__main__")
"""


def script(config, **origin):
    """Return the script of a config, as its task makes it."""
    return task_of(config).script(config, replace(HERE, **origin))


def run_all(runs, root):
    """Run the script of each config in its folder, all in one process without rnnviz."""
    for name, config in runs.items():
        (root / name).mkdir()
        source = script(config, link='http://x/"""\nimport os')
        (root / name / "train.py").write_text(source, encoding="utf-8", newline="")
    command = [sys.executable, "-I", "-X", "utf8", "-c", EACH, *(str(root / name) for name in runs)]
    done = subprocess.run(command, capture_output=True, cwd=root)
    assert done.stderr == b"", done.stderr.decode()


def assert_as_the_run(config, folder):
    """Assert that a script gave the losses and the weights of the run, bit for bit."""
    with torch.random.fork_rng(devices=[]):
        model, loop = task_build.prepare(config, None, torch.device("cpu"))
        logs = list(loop)
    losses = (folder / "losses").read_text().split()
    assert [float(loss) for loss in losses] == [log.loss for log in logs]
    found = torch.load(folder / "net.pt")
    assert sorted(found) == sorted(model.state_dict())
    for key, value in model.state_dict().items():
        assert torch.equal(found[key], value), key


def assert_short_and_torch_alone(source):
    """Assert that a script imports torch and the standard library alone and has no long line."""
    lines = [line for line in source.splitlines() if line.startswith(("import", "from"))]
    modules = {line.split()[1].split(".")[0] for line in lines}
    assert modules - sys.stdlib_module_names == {"torch"}
    assert max(map(len, source.splitlines())) <= 100
