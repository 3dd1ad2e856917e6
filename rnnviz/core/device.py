"""Choice of the device that computes, and its name for the user."""

from __future__ import annotations

import torch


def accelerators() -> list[torch.device]:
    """Return the first device of each kind other than a CPU that torch finds, the best first."""
    found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return [torch.device(kind) for kind, is_there in found.items() if is_there]


def pick(name: str | None = None) -> torch.device:
    """Choose a device by its name alone; `training.device_choice` also checks what it computes.

    Args:
        name: "cuda", "cuda:1", "mps" or "cpu"; None or "auto" takes the best that is there.

    Returns: The device.

    Raises:
        ValueError: If the name is unknown or the device is not there.
    """
    found = {device.type: device for device in accelerators()}
    if name is None or name == "auto":
        return next(iter(found.values()), torch.device("cpu"))
    kind, colon, index = name.partition(":")
    if kind not in ("cuda", "mps", "cpu") or (colon and not index.isdecimal()):
        raise ValueError(f"device must be auto, cuda, mps or cpu, got {name!r}")
    number = int(kind == "cpu" or kind in found)
    if kind == "cuda" and number:
        number = torch.cuda.device_count()
    if number == 0:
        raise ValueError(
            f"{name} was asked for, but torch finds none here; auto takes what is here"
        )
    if int(index or 0) >= number:
        raise ValueError(f"{name} was asked for, but torch counts {number} of {kind} here, from 0")
    return torch.device(name)


def computes_bfloat16(device: torch.device) -> bool:
    """Whether a device multiplies matrices of bfloat16 quicker than of float32: a CPU by AMX."""
    if device.type == "cpu":
        return bool(torch.cpu._is_amx_tile_supported())
    return device.type == "cuda" and torch.cuda.is_bf16_supported()


def runs_bfloat16(device: torch.device) -> bool:
    """Whether a device runs an LSTM in bfloat16: torch's oneDNN refuses it on some CPUs."""
    onednn = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    if device.type != "cpu" or not onednn:
        return True
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


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
