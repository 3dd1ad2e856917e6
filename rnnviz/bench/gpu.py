"""Check of a GPU in one command: parity, training, resume, full memory, speed; or of a CPU.

What needs CUDA is not run without it, and says so; the rest runs on a CPU at small sizes.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from rnnviz.bench.gpu_process import PartProcess, Record, record
from rnnviz.core import device as devices
from rnnviz.data.atomic_write import write_whole

TOTAL_S = 360.0

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """One part of the check.

    Attributes:
        place: Where its function is, "module:function".
        limit_s: Time that it may take.
    """

    place: str
    limit_s: float


_HERE = "rnnviz.bench"
# In this order: what may end a process, or slow it down, comes last.
PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "parity": Part(f"{_HERE}.gpu_parity:parity", 45),
        "graph": Part(f"{_HERE}.gpu_training:graph", 45),
        "stacked": Part(f"{_HERE}.gpu_training:stacked", 60),
        "resume": Part(f"{_HERE}.gpu_training:resume", 30),
        "epoch": Part(f"{_HERE}.gpu_speed:epoch", 90),
        "evaluation": Part(f"{_HERE}.gpu_speed:evaluation", 30),
        "batch": Part(f"{_HERE}.gpu_memory:batch", 60),
        "full": Part(f"{_HERE}.gpu_memory:full", 60),
        "kernels": Part(f"{_HERE}.gpu_speed:kernels", 40),
    }
)


def measure(
    device: str | None = None,
    out: Path | None = None,
    tell: Tell = lambda _: None,
    names: Sequence[str] = tuple(PARTS),
    limits_s: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Run the parts, one after another, in at most six minutes.

    Args:
        device: Where; None and "auto" are CUDA if there is any, else the CPU. What the app's own
            "auto" thinks of the device does not count: this is to find out.
        out: File for the figures so far, written whole after each part.
        tell: Told of each part when it ends.
        names: Which parts, in the order of `PARTS`.
        limits_s: Other limits of parts, by name.

    Returns: `header`, what computes; `parts`, for each its name, status ("passed", "failed", "not
        run"), seconds, figures and reason; `failed`, how many did; wall_s, and whether it is
        `complete`.
    """
    where = _pick(device)
    start = time.perf_counter()
    limits = {name: PARTS[name].limit_s for name in PARTS if name in names} | dict(limits_s or {})
    figures: dict[str, Any] = {"header": {"type": where.type}, "parts": [], "failed": 0}
    figures |= {"wall_s": 0.0, "complete": False}
    for header, one in _records(str(where), limits, start + TOTAL_S):
        figures["header"] = header or figures["header"]
        figures["parts"].append(_finite(one))
        figures["failed"] += one["status"] == "failed"
        figures["wall_s"] = round(time.perf_counter() - start, 1)
        figures["complete"] = len(figures["parts"]) == len(limits)
        tell(_line(one))
        if out is not None:
            _write(out, figures, tell)
    return figures


def table(figures: Mapping[str, Any]) -> str:
    """Lay the parts out, a row for each, and below them what computed."""
    rows = [("part", "status", "seconds", "result"), ("---",) * 4]
    rows += [
        (one["name"], one["status"], f"{one['seconds']:.1f}", _said(one).replace("|", "/"))
        for one in figures["parts"]
    ]
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    return "\n".join([*lines, "", _where(figures)])


def _pick(device: str | None) -> torch.device:
    if device in (None, "auto"):
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return devices.pick(device)


def _records(
    device: str, limits: Mapping[str, float], end: float
) -> Iterator[tuple[Mapping[str, Any], Record]]:
    """Yield the header and a record for each part; after one that failed in another process."""
    left = list(limits)
    while left:
        with PartProcess(device, [(name, PARTS[name].place) for name in left]) as process:
            failed = False
            while left and not failed:
                name, left_s = left.pop(0), end - time.perf_counter()
                if left_s <= 0:
                    why = f"no time was left of {TOTAL_S / 60:g} minutes"
                    yield process.header, record(name, "not run", reason=why)
                    continue
                one = process.record(name, min(limits[name], left_s))
                yield process.header, one
                failed = one["status"] == "failed"


def _write(out: Path, figures: Mapping[str, Any], tell: Tell) -> None:
    """Write the figures so far; a disk that is full does not end the check."""
    try:
        write_whole(out, (json.dumps(figures, indent=2, ensure_ascii=False) + "\n").encode())
    except OSError as error:
        tell(f"{out} cannot be written: {error.strerror}")


def _finite(value: Any) -> Any:  # noqa: ANN401 - JSON-ready, whatever it is
    """Replace what is no number by None, as JSON wants it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return value


def _line(one: Record) -> str:
    return f"{one['name']}: {one['status']} ({one['seconds']:.1f} s): {_said(one)}"


def _said(one: Record) -> str:
    return str(one["reason"] or one["figures"].get("summary", ""))


def _where(figures: Mapping[str, Any]) -> str:
    header, wall_s = figures["header"], figures["wall_s"]
    if "torch" not in header:
        return f"No process could be started on {header['type']}; {wall_s:.0f} s."
    machine = header["machine"]
    parts = [
        str(header["device"] or header["type"]),
        f"{machine['processor']}, {machine['cores']} cores",
        f"Python {machine['versions']['python']}",
        f"torch {header['torch']}",
    ]
    if header["type"] == "cuda":
        parts.append(f"CUDA {header['cuda']}, cuDNN {header['cudnn']}, driver {header['driver']}")
    if header["commit"]:
        parts.append(f"commit {header['commit'][:7]}")
    return f"{'; '.join(parts)}; {wall_s:.0f} s."
