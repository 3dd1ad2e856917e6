"""Which device computes, and what people call it."""

from __future__ import annotations

import torch


def pick(name: str | None = None) -> torch.device:
    """Choose a device.

    Args:
        name: "cuda", "cuda:1", "mps" or "cpu"; None or "auto" takes the best that is there.

    Returns: The device.

    Raises:
        ValueError: If the name is unknown or the device is not there.
    """
    found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name is None or name == "auto":
        return torch.device(next((kind for kind, is_there in found.items() if is_there), "cpu"))
    kind, colon, index = name.partition(":")
    if kind not in (*found, "cpu") or (colon and not index.isdecimal()):
        raise ValueError(f"device must be auto, cuda, mps or cpu, got {name!r}")
    count = {"cuda": torch.cuda.device_count() if found["cuda"] else 0, "mps": int(found["mps"])}
    number = count.get(kind, 1)
    if number == 0:
        raise ValueError(
            f"{name} was asked for, but torch finds none here; auto would take {pick()}"
        )
    if int(index or 0) >= number:
        raise ValueError(f"{name} was asked for, but torch counts {number} of {kind} here, from 0")
    return torch.device(name)


def computes_bfloat16(device: torch.device) -> bool:
    """Whether a device multiplies matrices of bfloat16 quicker than of float32: a CPU by AMX."""
    if device.type == "cpu":
        return bool(torch.cpu._is_amx_tile_supported())
    return device.type == "cuda" and torch.cuda.is_bf16_supported()


def describe(device: torch.device) -> str:
    """Say what a device is called, e.g. "CPU, 2 threads" or "NVIDIA H200"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU (MPS)"
    if device.type == "cpu":
        threads = torch.get_num_threads()
        return f"CPU, {threads} thread{'' if threads == 1 else 's'}"
    return str(device)
