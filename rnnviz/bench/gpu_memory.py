"""Memory of a device: what a training does when it is full, and the largest batch that fits."""

from __future__ import annotations

import gc
import math
import threading
from dataclasses import replace
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

import torch
from torch import Tensor, nn

from rnnviz.bench import train
from rnnviz.bench.gpu_result import Keep, NotRunError, Result
from rnnviz.bench.gpu_training import load_digits
from rnnviz.bench.memory import peak_bytes
from rnnviz.bench.paired_timing import time_ms
from rnnviz.core import device as devices
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data.mnist import rows
from rnnviz.training.jobs.protocol import NO_END, Report, Snapshot, Start
from rnnviz.training.jobs.round_robin import Crew
from rnnviz.training.loop.loop import seeded_model
from rnnviz.training.loop.optimizer_step import descend, subnormals_flushed
from rnnviz.training.loop.optimizers import build_optimizer, stepper
from rnnviz.training.tasks.digits import RunConfig

FIRST_BATCH = 1024
MOST_BATCH = {"cuda": 2**20, "mps": 2**14, "cpu": 2**10}
BISECTIONS = 3

Row = dict[str, Any]


def full(where: torch.device, keep: Keep) -> Result:
    """Fill the GPU's memory, before a training and within its first step; read what it notes.

    The same training comes before, with room, since kernels are loaded into that memory at their
    first use, and after, when the memory is free again.
    """
    if where.type != "cuda":
        raise NotRunError(f"there is no memory of its own on {where.type} that could be filled")
    if (chosen := devices.pick("auto")).type != "cuda":
        raise NotRunError(f"auto chooses {devices.describe(chosen)} here")
    config = RunConfig(
        ModelConfig(hidden_size=512),
        TrainConfig(epochs=1, batch_size=1024, optimizer="adam"),
        digits=2_048,
        device="auto",
    )
    found: list[Row] = []
    wrong: list[str] = []

    def train_with_room(name: str) -> None:
        last = _in_a_worker(replace(config, device=str(where)))
        found.append({"full": name, **_told(last)})
        keep({"rows": found})
        if last.state != "done":
            wrong.append(f"{name}: {last.state}, {last.error}")

    train_with_room("not yet")
    for name, left_mb in (("before the training", 0), ("in its first step", 64)):
        blocks = _fill(where, left_mb * 2**20)
        held = sum(len(block) for block in blocks)
        try:
            last = _in_a_worker(config)
        finally:
            blocks.clear()
            _release()
        row = {"full": name, "filled_gb": round(held / 1e9, 2), **_told(last)}
        found.append(row)
        keep({"rows": found})
        if "the GPU had no memory left" not in last.note or last.state != "done":
            wrong.append(f"full {name}: {last.state}, {last.error or last.note or 'no note'}")
        elif not last.device.startswith("CPU"):
            wrong.append(f"full {name}: it went on on {last.device}")
    train_with_room("no more")
    summary = "; ".join(dict.fromkeys(row["note"] for row in found if row["note"]))
    return Result({"rows": found, "summary": summary}, "; ".join(wrong))


def _told(last: Snapshot) -> Row:
    return {
        "state": last.state,
        "device": last.device,
        "note": last.note,
        "error": last.error,
        "wall_s": round(last.wall_s, 2),
    }


def _fill(where: torch.device, left: int) -> list[Tensor]:
    """Allocate all memory of a device but for so many bytes."""
    _release()
    byte = partial(torch.empty, dtype=torch.uint8, device=where)
    gap = byte(left) if left else None
    blocks: list[Tensor] = []
    size = max(torch.cuda.mem_get_info(where)[0], 2**20)
    while size >= 2**18:
        try:
            blocks.append(byte(size))
        except torch.OutOfMemoryError:
            size //= 2
    del gap
    _release()
    return blocks


def _release() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _in_a_worker(config: RunConfig) -> Snapshot:
    """Train as a worker does; return its last snapshot."""
    ours, theirs = Pipe()
    snapshots: list[Snapshot] = []
    reader = threading.Thread(target=_collect, args=(ours, snapshots), daemon=True)
    reader.start()
    Crew(theirs, (Start("gpu", config, False, NO_END),)).run(partial(load_digits, config.digits))
    theirs.close()
    reader.join()
    return snapshots[-1]


def _collect(pipe: Connection, snapshots: list[Snapshot]) -> None:
    try:
        while True:
            report: Report = pipe.recv()
            if report.snapshot is not None:
                snapshots.append(report.snapshot)
    except (EOFError, OSError):
        return


def batch(where: torch.device, keep: Keep) -> Result:
    """Double the batch of the README's training until a step does not fit, then bisect."""
    found: list[Row] = []
    ended_by = ""

    def fits(size: int) -> bool:
        nonlocal ended_by
        row, ended_by = _step(size, where)
        found.append(row)
        keep({"rows": found, "ended_by": ended_by})
        return not ended_by

    size = FIRST_BATCH if where.type != "cpu" else FIRST_BATCH // 4
    most = MOST_BATCH[where.type]
    while fits(size) and size < most:
        size *= 2
    why = ended_by or f"the search ends at {most:,}"
    step = size // 4
    if ended_by and len(found) > 1:
        size = size // 2
        for _ in range(BISECTIONS):
            size += step if fits(size + step) else 0
            step //= 2
    good = [row for row in found if not row["error"]]
    largest = max(good, key=lambda row: row["batch"], default=None)
    figures = {"rows": found, "largest": largest, "ended_by": why}
    if largest is None:
        return Result(figures, f"no step of {found[0]['batch']:,} digits could be made: {why}")
    fastest = max(good, key=lambda row: row["digits_per_s"])
    figures["summary"] = (
        f"{largest['batch']:,} digits, {largest['peak_bytes'] / 2**30:.2f} GiB ({why}); the most "
        f"digits a second, {fastest['digits_per_s']:,}, in batches of {fastest['batch']:,}"
    )
    lost = [row["batch"] for row in good if not math.isfinite(row["loss"])]
    return Result(figures, f"the loss of {lost[0]:,} digits is no number" if lost else "")


def _step(size: int, where: torch.device) -> tuple[Row, str]:
    """Make three steps of so many digits; return what they took, and what ended them."""
    row: Row = {"batch": size, "error": ""}
    try:
        row |= _measured_step(size, where)
    except torch.AcceleratorError:  # the device is lost to this process
        raise
    except torch.OutOfMemoryError:
        row["error"] = "out of memory"
    except RuntimeError as error:
        row["error"] = " ".join(str(error).split())[:200]
    _release()
    return row, row["error"]


def _measured_step(size: int, where: torch.device) -> Row:
    model = seeded_model(train.MODEL, 0).to(where)
    parameters, optimizer = list(model.parameters()), build_optimizer(model, train.TRAINING)
    make_step = stepper(optimizer)
    images = torch.randint(256, (size, 28, 28), dtype=torch.uint8, device=where)
    labels = torch.randint(10, (size,), device=where)
    losses: list[float] = []

    def step() -> None:
        with subnormals_flushed():
            loss = nn.functional.cross_entropy(model(rows(images)), labels)
            descend(loss, parameters, 0.0, make_step)
        losses.append(float(loss.detach()))

    step()
    wall_ms = time_ms(step, where)
    peak = None if where.type == "mps" else peak_bytes(step, where)
    if where.type == "cuda":
        peak = int(torch.cuda.max_memory_allocated(where))  # weights and digits included
    return {
        "step_ms": round(wall_ms, 3),
        "digits_per_s": round(size / wall_ms * 1e3),
        "peak_bytes": peak or 0,
        "loss": losses[-1],
    }
