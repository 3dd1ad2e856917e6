"""Checkpoint of a trained model: weights in safetensors, with metadata in JSON beside them."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rnnviz.core.config import ModelConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.atomic_write import write_whole
from rnnviz.training.store.os_error_text import unnamed

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "weights"
EMBEDDED = ("lstm-128", "gru-128", "rnn-128", "bilstm-64")
DEFAULT = "lstm-128"


class CheckpointError(ValueError):
    """A checkpoint that cannot be loaded; the message says why, in one sentence."""


def embedded(name: str = DEFAULT) -> tuple[SequenceClassifier, dict[str, Any]]:
    """Load a model that comes with rnnviz, and what is known about it.

    Raises:
        CheckpointError: If there is no model of that name, or its file is damaged.
    """
    return load(embedded_path(name))


def embedded_path(name: str = DEFAULT) -> Path:
    """Return where the weights of a model that comes with rnnviz are.

    Raises:
        CheckpointError: If there is no model of that name.
    """
    if name not in EMBEDDED:
        raise CheckpointError(f"there is no model {name!r}; there are {', '.join(EMBEDDED)}")
    return ASSETS / f"{name}.safetensors"


def save(path: Path, model: SequenceClassifier, meta: dict[str, Any]) -> None:
    """Write a model's weights, and beside them a JSON of the same name.

    Each file appears in one step, complete or not at all. The weights carry their config, so that
    they can be loaded without the JSON.

    Args:
        path: Where to, ending in .safetensors.
        model: What to write; stays on its device.
        meta: JSON-ready values to write with it; "config" is set to the model's.
    """
    if path.suffix != ".safetensors":
        raise ValueError(f"a checkpoint's name must end in .safetensors, got {path.name}")
    config = model.config.to_dict()
    save_weights(path, model)
    text = json.dumps({"config": config} | meta | {"config": config}, indent=2, ensure_ascii=False)
    write_whole(path.with_suffix(".json"), (text + "\n").encode())


def save_weights(path: Path, model: nn.Module) -> None:
    """Write a model's weights as `save` does but without the JSON, with its config if it has one.

    The network of a lesson may have none: what it is stands in its run.
    """
    config = getattr(model, "config", None)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, weights_to_bytes(dict(model.named_parameters()), config))


def weights_to_bytes(
    weights: Mapping[str, Tensor], config: ModelConfig | None, **meta: str | int
) -> bytes:
    """Return weights, by name, as the content of a file that `load` reads.

    Args:
        weights: By name.
        config: Of their model; None is left out.
        meta: What else `load` is to return of them.
    """
    from safetensors.torch import save as to_bytes

    plain = {name: value.detach().cpu().contiguous() for name, value in weights.items()}
    told = {name: json.dumps(value) for name, value in meta.items()}
    if config is not None:
        told["config"] = json.dumps(config.to_dict())
    return to_bytes(plain, metadata=told)


def load(path: Path) -> tuple[SequenceClassifier, dict[str, Any]]:
    """Read a model and what is known about it.

    Args:
        path: The .safetensors file. The JSON beside it may be missing: then the config comes from
            the file's own metadata, and is all that is known.

    Returns: The model in eval mode, on the CPU, and the values of the JSON.

    Raises:
        CheckpointError: If a file is missing, is not what it should be, or the weights do not fit
            the config.
    """
    content = _read_bytes(path)
    weights = _parsed(path, content)
    meta = _read_json(path.with_suffix(".json"))
    if meta is None:
        meta = told_config(content)
    if meta is None:
        raise CheckpointError(
            f"{path.name} does not say what model it is, and has no JSON beside it"
        )
    try:
        config = ModelConfig.from_dict(meta["config"])
        num_classes = len(weights["head.bias"]) if "head.bias" in weights else 10
        expected = _shapes(config, num_classes, len(weights))
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        why = str(error).partition("\n")[0][:200]
        raise CheckpointError(f"the config of {path.name} is not one of a model: {why}") from error
    found = {name: tuple(value.shape) for name, value in weights.items()}
    if expected != found:
        raise CheckpointError(
            f"{path.name} does not fit its config: {_first_misfit(expected, found)}"
        )
    model = SequenceClassifier(config, num_classes)
    model.load_state_dict(weights)
    return model.eval(), meta


def load_weights(path: Path) -> dict[str, Tensor]:
    """Read the weights alone, by name, on the CPU.

    Raises:
        CheckpointError: If the file is missing or is not what it should be.
    """
    return _parsed(path, _read_bytes(path))


def weights_at(folder: Path, step: int) -> dict[str, Tensor]:
    """Read the weights that a run's folder keeps of a step, as `load_weights`."""
    return load_weights(folder / f"{step}.safetensors")


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CheckpointError(f"there is no file {path.name}") from error
    except OSError as error:
        raise CheckpointError(f"{path.name} cannot be read: {error.strerror}") from error


def _parsed(path: Path, content: bytes) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load as from_bytes

    try:
        weights: dict[str, Tensor] = from_bytes(content)
    except (SafetensorError, ValueError, KeyError) as error:
        raise CheckpointError(f"{path.name} is not a safetensors file: {error}") from error
    return weights


def _shapes(config: ModelConfig, num_classes: int, tensors: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes that a model's weights would have; no weight is made of what a file says.

    Raises:
        ValueError: If so many tensors cannot be all of its weights.
        RuntimeError: If torch has no room for the sizes.
    """
    if config.num_layers > tensors:
        raise ValueError(f"{config.num_layers:,} layers cannot be in {tensors} tensors")
    with torch.device("meta"):
        model = SequenceClassifier(config, num_classes)
    return {name: tuple(value.shape) for name, value in model.named_parameters()}


def _first_misfit(expected: dict[str, tuple[int, ...]], found: dict[str, tuple[int, ...]]) -> str:
    for name, shape in expected.items():
        if name not in found:
            return f"{name} is missing"
        if found[name] != shape:
            return f"{name} must be {shape}, got {found[name]}"
    return f"{min(set(found) - set(expected))} belongs to no weight of it"


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        values = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path.name} is not a JSON file: {unnamed(error)}") from error
    if not isinstance(values, dict):
        raise CheckpointError(f"{path.name} must hold an object, got {type(values).__name__}")
    return values


def told_config(content: bytes) -> dict[str, Any] | None:
    """Return what a safetensors file says about itself; None if it says nothing of a model."""
    try:
        (size,) = struct.unpack("<Q", content[:8])
        metadata = json.loads(content[8 : 8 + size]).get("__metadata__") or {}
        meta = {name: json.loads(value) for name, value in metadata.items()}
    except (ValueError, RecursionError, AttributeError, TypeError, struct.error):
        return None
    return meta if "config" in meta else None
