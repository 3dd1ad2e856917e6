"""Choice of the device for pages and runs: "auto" takes the best one that computes correctly.

`core.device_check` compares a device with the CPU. Its verdict is saved in rnnviz's home folder for
each device, torch version and version of the check: the server, its workers and the command line
check a device once. Where it cannot be saved, each process checks again.
"""

from __future__ import annotations

import contextlib
import json
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch

from rnnviz.core import device as devices
from rnnviz.core import device_check
from rnnviz.data.atomic_write import write_whole
from rnnviz.data.cache_dir import home

FILE = "device-checks.json"
TRIES = 2  # a device whose check ended the process, or never ended, so many times has failed

Verdict = dict[str, str | int | float]


@dataclass(frozen=True)
class Choice:
    """A device, and why it is not a better one.

    Attributes:
        device: The device.
        reason: Which devices "auto" passed over and why, one sentence without its full stop, e.g.
            "Apple GPU (MPS) is not used: the states of its LSTM differ from the CPU's by 0.3"; ""
            if it passed over none.
    """

    device: torch.device
    reason: str = ""


def choose(name: str | None = None) -> Choice:
    """Choose a device; one that is asked for by its name is taken without a check.

    Args:
        name: As in `core.device.pick`.

    Raises:
        ValueError: As in `core.device.pick`.
    """
    if name is not None and name != "auto":
        return Choice(devices.pick(name))
    reasons: list[str] = []
    for device in devices.accelerators():
        found = fault(device)
        if not found:
            return Choice(device, "; ".join(reasons))
        reasons.append(f"{devices.describe(device)} is not used: {found}")
    return Choice(torch.device("cpu"), "; ".join(reasons))


def fault(device: torch.device) -> str:
    """Return what `core.device_check.check` finds; checked once, see above."""
    return _fault(device, home() / FILE, _key(device))


@cache
def _fault(device: torch.device, path: Path, key: str) -> str:
    verdict = _verdicts(path).get(key, {})
    if "fault" in verdict:
        return str(verdict["fault"])
    tries = int(verdict.get("tries", 0))
    if tries >= TRIES:
        return f"the process ended during its check, {tries} times"
    _save(path, key, {"tries": tries + 1})
    start = time.perf_counter()
    try:
        found = device_check.check(device)
    except (torch.OutOfMemoryError, torch.AcceleratorError) as error:
        _save(path, key, {"tries": tries})  # it says nothing of the device: the next process asks
        words = (str(error).splitlines() or ["no reason given"])[0]
        return f"its check raised {type(error).__name__}: {words[:200].rstrip('.')}"
    _save(path, key, {"fault": found, "wall_s": round(time.perf_counter() - start, 3)})
    return found


def _key(device: torch.device) -> str:
    system = platform.mac_ver()[0] if device.type == "mps" else ""
    parts = (
        str(device),
        devices.describe(device),
        f"macOS {system}" if system else "",
        f"torch {torch.__version__}",
        f"check {device_check.VERSION}",
    )
    return ", ".join(filter(None, parts))


def _verdicts(path: Path) -> dict[str, Verdict]:
    """Return what is saved; nothing if the file is missing or damaged."""
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(path.read_bytes())
        if isinstance(found, dict):
            return dict(_readable(found))
    return {}


def _readable(found: dict[str, object]) -> Iterator[tuple[str, Verdict]]:
    for key, value in found.items():
        if not isinstance(value, dict):
            continue
        if isinstance(value.get("fault"), str) or type(value.get("tries")) is int:
            yield key, value


def _save(path: Path, key: str, verdict: Verdict) -> None:
    text = json.dumps(_verdicts(path) | {key: verdict}, indent=2)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, (text + "\n").encode())
