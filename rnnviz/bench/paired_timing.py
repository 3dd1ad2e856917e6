"""Paired timing: alternatives timed in alternating rounds, so that load affects all alike."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import torch

Times = dict[str, list[float]]


def time_in_turns(
    things: Mapping[str, Callable[[], object]],
    rounds: int,
    device: torch.device,
    warmups: int = 1,
) -> Times:
    """Time each thing once in every round, every other round backwards.

    Args:
        things: What to call, by name.
        rounds: That count, at least 1.
        device: Is waited for before and after each call; results are freed outside.
        warmups: Rounds before, that do not count.

    Returns: For each name its times in ms, one for each round.
    """
    names = list(things)
    times: Times = {name: [] for name in names}
    for turn in range(-warmups, max(rounds, 1)):
        for name in names if turn % 2 else names[::-1]:
            wall_ms = time_ms(things[name], device)
            if turn >= 0:
                times[name].append(wall_ms)
    return times


def time_ms(run: Callable[[], object], device: torch.device) -> float:
    """Time one call; its result is freed afterwards."""
    wait_for(device)
    start = time.perf_counter()
    result = run()
    wait_for(device)
    wall_ms = (time.perf_counter() - start) * 1e3
    del result
    return wall_ms


def wait_for(device: torch.device) -> None:
    """Let a GPU finish what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def spread(values: Sequence[float], digits: int = 3) -> dict[str, Any]:
    """Return the median and the quartiles, rounded; of a single value its own."""
    few = [values[0]] * 3
    parts = quantiles(values, n=4, method="inclusive") if len(values) > 1 else few
    return {
        "median": round(median(values), digits),
        "quartiles": [round(part, digits) for part in parts],
    }


def ratio(values: Sequence[float], floor: Sequence[float]) -> dict[str, Any]:
    """Compare each value with the floor's of the same round; median and quartiles."""
    return spread([value / other for value, other in zip(values, floor, strict=True)])


def machine() -> dict[str, Any]:
    """Say where something was measured: system, processor, cores, torch's threads, versions."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "versions": {"python": platform.python_version(), "torch": str(torch.__version__)},
    }


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            return next(line.split(":")[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor()
