"""Run records for tests, and separate processes that save and claim them."""

import contextlib
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.jobs.protocol import Curve, HeldOut
from rnnviz.training.store.run_record import Record
from rnnviz.training.tasks.digits import RunConfig

ROOT = Path(__file__).resolve().parents[1]
CONFIG = RunConfig(
    ModelConfig(cell="gru", hidden_size=8, num_layers=2, dropout=0.2),
    TrainConfig(epochs=2, batch_size=50, lr=0.01, seed=3),
    augmentation="shifted",
    device="cpu",
)
ID = "abcdefghijklmnopqrstu_"
OTHER = "-_3456789ABCDEFGHIJKLM"
# What programs of tests begin with: the store, and what is here.
BEGIN = """
import secrets, sys
from pathlib import Path
import pytest
from rnnviz.training.store.run_record import *; from rnnviz.training.store.run_store import *
from tests.records import *
"""


def a_record(run_id=ID, *, step=40, **changes):
    """What a run of so many steps looks like; all of its curve follows from the step."""
    steps = np.arange(1, step + 1, dtype=np.float32)
    tested = steps[::10].copy()
    values = {
        "id": run_id,
        "config": CONFIG,
        "created": 1_700_000_000.25,
        "state": "running",
        "step": step,
        "epoch": int(step > 0),
        "wall_s": step / 7,
        "device": "CPU, 1 thread",
        "checkpoints": tuple(range(0, step + 1, 8)),
        "history": Curve(steps, 1 / steps, np.sqrt(steps) / 100, 3 * steps),
        "held_out": HeldOut(tested, tested / 100, np.full_like(tested, 10_000)),
    }
    return Record(**values | changes)


def plain(value):
    """All of a record or snapshot in values that compare; NaN is NaN, and types count."""
    told = {}
    for f in fields(value):
        part = getattr(value, f.name)
        if isinstance(part, Curve | HeldOut):
            part = {k: (a.dtype.str, a.shape, a.tobytes()) for k, a in vars(part).items()}
        told[f.name] = (type(part).__name__, part)
    return told


def same(a, b):
    return plain(a) == plain(b)


def files(folder):
    return sorted(path.name for path in folder.iterdir())


@contextlib.contextmanager
def running(program, *arguments):
    """A process that has imported the store, and says a word before it does what it is told to."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", BEGIN + program, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def run(program, *arguments):
    with running(program, *arguments) as process:
        told, _ = process.communicate(timeout=180)
        assert process.returncode == 0
        return told
