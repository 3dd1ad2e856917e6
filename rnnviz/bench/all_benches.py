"""Benchmark "all": every benchmark of speed, one after another, each in its own process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from rnnviz.bench.memory import ROOT
from rnnviz.bench.paired_timing import machine

NAMES = ("train", "trace", "evaluate", "scale", "draw", "live", "app")


def measure(
    device: str = "cpu",
    repeats: int | None = None,
    names: Sequence[str] = NAMES,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Run each bench in a process of its own, so that none leaves the next a setting.

    Args:
        device: For those that run on one.
        repeats: Of each, as each understands it; None for its own.
        names: Which.
        tell: Is told of each when it is done.

    Returns: `machine` before the first, and of each in `benches` its figures, with wall_s; in
        `left_out` of each that could not be run why.
    """
    benches: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    where = machine()
    for name in names:
        start = time.perf_counter()
        command = [sys.executable, "-m", "rnnviz", "bench", name, "--json", "--device", device]
        if repeats is not None:
            command += ["--repeats", str(repeats)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        wall_s = round(time.perf_counter() - start, 1)
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["it said nothing"]
            left_out[name] = said[-1].removeprefix("rnnviz: ")
        else:
            figures = json.loads(done.stdout.splitlines()[-1])
            benches[name] = {"wall_s": wall_s, **figures}
        tell(f"{name}: {left_out.get(name) or f'{wall_s:.0f} s'}")
    return {"machine": where, "benches": benches, "left_out": left_out}
