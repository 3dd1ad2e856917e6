"""Benchmark of how time and memory of a trace and a training step scale with T, B, H and layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from rnnviz.bench.memory import in_child, peak_bytes
from rnnviz.bench.paired_timing import machine, spread, time_in_turns
from rnnviz.bench.scale_svg import scale_svg
from rnnviz.core import device as devices
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.inspect.trace import run_trace
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.atomic_write import write_whole
from rnnviz.training.jobs.worker import THREADS
from rnnviz.training.loop.optimizer_step import descend, subnormals_flushed
from rnnviz.training.loop.optimizers import build_optimizer, stepper

BASE = {"T": 28, "B": 64, "H": 64, "layers": 1}
SIZES: dict[str, tuple[int, ...]] = {
    "T": (28, 56, 112, 224, 448),
    "B": (64, 128, 256, 512, 1024),
    "H": (32, 64, 128, 256),
    "layers": (1, 2, 3, 4),
}
WORKS = ("trace", "step")
NEAR = 1.2  # a slope up to it is near linear
ROUNDS = 7
MANY, CHUNK = 10_000, 500

Row = dict[str, Any]


def measure(
    device: str = "cpu",
    repeats: int = ROUNDS,
    sizes: Mapping[str, Sequence[int]] = SIZES,
    many: int = MANY,
) -> dict[str, Any]:
    """Let one size grow at a time, the others as in BASE; trace many digits in bounded memory.

    Traces and steps have one thread, as in a worker: numbers below the normal ones are flushed by
    the thread that was told so, and by none of its team.

    Args:
        device: Where to run, as `core.device.pick` takes it.
        repeats: Rounds of each.
        sizes: What grows, and to what; two sizes at least.
        many: Digits to trace in the end, in chunks, in a process of its own, on the CPU.

    Returns: What ran where; `rows`: `grows`, `size`, and for "trace" and "step" the time in `ms`
        and the `bytes` that torch held at most; `slopes` of their logarithms for each size;
        `many`: the peak of memory for `many` digits, for a tenth of them, and for all in one piece;
        `told`: sentences.
    """
    where, threads = devices.pick(device), torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        described = devices.describe(where)
        found = [row for name in sizes for row in _grow(name, sizes[name], repeats, where)]
    finally:
        torch.set_num_threads(threads)
    slopes = {name: slopes_of([row for row in found if row["grows"] == name]) for name in sizes}
    traced = _trace_many(many)
    return {
        "device": described,
        "machine": machine(),
        "base": BASE,
        "rounds": repeats,
        "rows": found,
        "slopes": slopes,
        "many": traced,
        "told": [_told(name, slope) for name, slope in slopes.items()] + [_told_many(traced)],
    }


def write(figures: Mapping[str, Any], path: Path) -> None:
    """Draw what was measured as one figure that stands by itself."""
    write_whole(path, scale_svg(figures).encode())


def slopes_of(rows: Sequence[Row]) -> dict[str, float]:
    """Return the least-squares slope of log measure over log size, for each work and measure."""
    size = np.log([row["size"] for row in rows])
    return {
        f"{work} {kind}": round(float(np.polyfit(size, np.log(values), 1)[0]), 3)
        for work in WORKS
        for kind, values in (
            ("time", [row[work]["ms"]["median"] for row in rows]),
            ("memory", [row[work]["bytes"] for row in rows]),
        )
    }


def _grow(name: str, values: Sequence[int], rounds: int, where: torch.device) -> list[Row]:
    works = {value: _works({**BASE, name: value}, where) for value in values}
    things = {f"{value} {work}": run for value in values for work, run in works[value].items()}
    times = time_in_turns(things, rounds, where)
    return [
        {
            "grows": name,
            "size": value,
            **{
                work: {
                    "ms": spread(times[f"{value} {work}"]),
                    "bytes": peak_bytes(run, where),
                }
                for work, run in works[value].items()
            },
        }
        for value in values
    ]


def _works(size: Mapping[str, int], where: torch.device) -> dict[str, Callable[[], object]]:
    """Return a trace without autograd and a step of training, of one network on one batch."""
    config = ModelConfig(hidden_size=size["H"], num_layers=size["layers"])
    model = SequenceClassifier(config).to(where)
    optimizer = build_optimizer(model, TrainConfig(optimizer="adam"))
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(size["T"], size["B"], config.input_size, generator=generator).to(where)
    classes = torch.randint(10, (size["B"],), generator=generator).to(where)

    def trace() -> object:
        with torch.inference_mode():
            return run_trace(model.rnn, x)

    parameters, make_step = list(model.parameters()), stepper(optimizer)

    def step() -> None:
        with subnormals_flushed():
            loss = nn.functional.cross_entropy(model(x), classes)
            descend(loss, parameters, 0.0, make_step)

    return {"trace": trace, "step": step}


def _trace_many(digits: int) -> dict[str, Any]:
    child, hidden = "rnnviz.bench.trace_memory", 2 * BASE["H"]
    chunk = min(CHUNK, max(digits // 10, 1))
    return {"hidden_size": hidden, **in_child(child, digits, chunk, hidden)}


def _told(name: str, slope: Mapping[str, float]) -> str:
    parts = [
        f"{kind} of a {'trace' if work == 'trace' else 'training step'} like "
        f"{name}^{slope[f'{work} {kind}']:.2f}"
        for work in WORKS
        for kind in ("time", "memory")
    ]
    steepest = max(slope.values())
    said = "at most near linear" if steepest <= NEAR else "more than linear"
    return f"With {name} grow {', '.join(parts)}: {said}."


def _told_many(many: Mapping[str, Any]) -> str:
    chunked, tenth, whole = (many[name] for name in ("chunked", "tenth", "whole"))
    return (
        f"A trace of {chunked['digits']:,} digits in chunks of {chunked['chunk']:,} takes "
        f"{chunked['wall_s']:.1f} s and {chunked['peak_mb']:.0f} MiB at most, of "
        f"{tenth['digits']:,} {tenth['peak_mb']:.0f} MiB, and in one piece "
        f"{whole['wall_s']:.1f} s and {whole['peak_mb']:.0f} MiB."
    )
