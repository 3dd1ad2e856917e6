"""Resume file: the complete state of a training between two steps, from which it continues."""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnnviz.data.atomic_write import write_whole
from rnnviz.training.jobs.protocol import RESUME_FILE, ThinnedState
from rnnviz.training.loop.loop import LoopState
from rnnviz.training.store import checkpoint
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.training.tasks.build import network
from rnnviz.training.tasks.registry import config_from_dict
from rnnviz.training.tasks.spec import AnyConfig

FORMAT = 1
KEY = "rnnviz training"  # of what the file says about itself
# What `write_whole` names the temporary files of all that a worker writes into a run's folder.
_WORKER_PART = re.compile(rf"\.({re.escape(RESUME_FILE)}|[0-9]+\.safetensors)\..+")


@dataclass(frozen=True, eq=False)
class Progress:
    """What a training has to tell of the way so far.

    Attributes:
        curve: Loss, accuracy and gradients on the way.
        tests: Step, share read right and digits read of each reading of test digits.
        wall_s: Time spent.
        checkpoints: Steps whose weights are kept.
    """

    curve: ThinnedState
    tests: tuple[tuple[int, float, int], ...] = ()
    wall_s: float = 0.0
    checkpoints: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Saved:
    """A training between two of its steps.

    Attributes:
        config: What is trained.
        weights: By name, on the CPU.
        state: Of the loop.
        progress: What there is to tell.
        torch_version: Of the torch that trained.
        threads: Of that torch.
    """

    config: AnyConfig
    weights: dict[str, Tensor]
    state: LoopState
    progress: Progress
    torch_version: str
    threads: int

    def otherwise(self) -> str:
        """Say what is not as it was here and now, e.g. "torch 2.11 then, 2.15 now"; or ""."""
        pairs = (
            ("torch", self.torch_version, str(torch.__version__)),
            ("threads:", self.threads, torch.get_num_threads()),
        )
        return ", ".join(f"{name} {old} then, {new} now" for name, old, new in pairs if old != new)


def save(
    path: Path, config: AnyConfig, model: nn.Module, state: LoopState, progress: Progress
) -> None:
    """Write a training to one file, which appears in one step, complete or not at all.

    Args:
        path: Where to, in a folder that is there.
        config: What is trained.
        model: With its weights of now; stays on its device.
        state: Of the loop, now.
        progress: What there is to tell, now.

    Raises:
        OSError: If it cannot be written; the file of before is as it was.
    """
    from safetensors.torch import save as to_bytes

    tensors = _tensors(model, state, progress)
    told = {
        "format": FORMAT,
        "config": config.to_dict(),
        "step": state.step,
        "stride": progress.curve.stride,
        "wall_s": progress.wall_s,
        "checkpoints": progress.checkpoints,
        "torch": str(torch.__version__),
        "threads": torch.get_num_threads(),
    }
    text = json.dumps(told)
    metadata = {KEY: text, "checksum": _checksum(text, tensors)}
    write_whole(path, to_bytes(tensors, metadata=metadata))


def load(path: Path) -> Saved:
    """Read a training.

    Raises:
        CheckpointError: If the file is missing, damaged, or not of a training.
    """
    content = checkpoint._read_bytes(path)
    tensors = checkpoint._parsed(path, content)
    metadata = _metadata(content)
    try:
        told = json.loads(metadata[KEY])
        found = told["format"]
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path.name} is not a training that could go on") from error
    if found != FORMAT:
        raise CheckpointError(
            f"{path.name} has format {found}, but this rnnviz knows {FORMAT} alone"
        )
    if metadata.get("checksum") != _checksum(metadata[KEY], tensors):
        raise CheckpointError(f"{path.name} is damaged: its checksum is not that of its content")
    try:
        return _saved(told, tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(f"{path.name} does not hold a whole training: {reason}") from error


def sweep(folder: Path) -> None:
    """Remove the temporary files of a killed worker: of the resume file and of checkpoints.

    No worker may be writing. The run store may: its `.history.safetensors.<hex>` is left alone.
    """
    for part in folder.glob(".*.safetensors.*"):
        if _WORKER_PART.fullmatch(part.name):
            part.unlink(missing_ok=True)


def _tensors(model: nn.Module, state: LoopState, progress: Progress) -> dict[str, Tensor]:
    tests = np.array(progress.tests, np.float64).reshape(-1, 3)
    tensors = {
        "chance.renewing": state.renewing,
        "chance.drawing": state.drawing,
        "curve.points": torch.from_numpy(progress.curve.points),
        "curve.open": torch.from_numpy(progress.curve.open),
        "tests": torch.from_numpy(tests),
    }
    if state.device_drawing is not None:
        tensors["chance.device_drawing"] = state.device_drawing
    for name, weight in model.named_parameters():
        tensors[f"weights.{name}"] = weight.detach().cpu().contiguous()
    for key, value in state.carried.items():
        tensors[f"carried.{key}"] = value.contiguous()
    for key, value in state.optimizer.items():
        tensors[f"optimizer.{key}"] = value.contiguous()
    return tensors


def _checksum(text: str, tensors: Mapping[str, Tensor]) -> str:
    """Sum up everything, since safetensors itself would not notice a changed number."""
    total = zlib.crc32(text.encode())
    for name, value in sorted(tensors.items()):
        total = zlib.crc32(f"{name} {value.dtype} {tuple(value.shape)}".encode(), total)
        total = zlib.crc32(value.numpy().reshape(-1).view(np.uint8).data, total)
    return f"{total:08x}"


def _metadata(content: bytes) -> dict[str, str]:
    """Return what a safetensors file, parsed before, says about itself."""
    (size,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + size]).get("__metadata__") or {}


def _saved(told: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> Saved:
    config = config_from_dict(told["config"])
    if not 0 <= told["step"] <= config.steps:
        raise ValueError(f"step must lie in [0, {config.steps}], got {told['step']}")
    weights = _under("weights", tensors)
    with torch.device("meta"):
        expected = network(config).named_parameters()
    shapes = {name: tuple(value.shape) for name, value in expected}
    found = {name: tuple(value.shape) for name, value in weights.items()}
    if shapes != found:
        raise ValueError(f"the weights do not fit: {checkpoint._first_misfit(shapes, found)}")
    chance = _under("chance", tensors)
    for name in ("renewing", "drawing"):
        torch.Generator().set_state(chance[name])  # an error if it is none
    optimizer, carried = _under("optimizer", tensors), _under("carried", tensors)
    state = LoopState(told["step"], optimizer, **chance, carried=carried)
    curve = ThinnedState(
        tensors["curve.points"].numpy(), tensors["curve.open"].numpy(), told["stride"]
    )
    tests = tuple((int(step), share, int(read)) for step, share, read in tensors["tests"].tolist())
    progress = Progress(curve, tests, told["wall_s"], tuple(told["checkpoints"]))
    return Saved(config, weights, state, progress, told["torch"], told["threads"])


def _under(start: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors whose names begin so, by the rest of their names."""
    return {
        name.removeprefix(f"{start}."): value
        for name, value in tensors.items()
        if name.startswith(f"{start}.")
    }
