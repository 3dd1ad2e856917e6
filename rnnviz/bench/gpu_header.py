"""Header of `bench gpu`: device, driver, versions, machine and commit."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from rnnviz.bench.memory import ROOT
from rnnviz.bench.paired_timing import machine
from rnnviz.core import device as devices


def header(where: torch.device) -> dict[str, Any]:
    """Say what computes; a value that cannot be found out is None, and no error."""
    found: dict[str, Any] = {
        "device": _tried(lambda: devices.describe(where)),
        "type": where.type,
        "torch": str(torch.__version__),
        "torchvision": _tried(_torchvision),
        "numpy": str(np.__version__),
        "machine": machine(),
        "commit": _said("git", "-C", str(ROOT), "rev-parse", "HEAD"),
    }
    if where.type == "cuda":
        found |= {
            "capability": _tried(lambda: list(torch.cuda.get_device_capability(where))),
            "memory_bytes": _tried(lambda: torch.cuda.get_device_properties(where).total_memory),
            "free_bytes": _tried(lambda: torch.cuda.mem_get_info(where)[0]),
            "cuda": torch.version.cuda,
            "cudnn": _tried(torch.backends.cudnn.version),
            "driver": _said("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"),
        }
    return found


def _torchvision() -> str:
    from importlib.metadata import version  # torchvision itself takes seconds to import

    return version("torchvision")


def _tried(find: Callable[[], Any]) -> Any:  # noqa: ANN401 - JSON-ready, whatever it is
    try:
        return find()
    except Exception:
        return None


def _said(*command: str) -> str | None:
    """Return the first line that a command prints; None where there is no such command."""
    line: str | None = _tried(lambda: _line(command))
    return line


def _line(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    return done.stdout.strip().splitlines()[0]
