"""What any recurrent network did with some sequences, as one file that a page opens."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rnnviz.core.config import ModelConfig
from rnnviz.core.layer_trace import DIRECTIONS, Direction
from rnnviz.core.models import RNNModule
from rnnviz.core.reading import evaluating
from rnnviz.core.trace import State, Trace, run_trace
from rnnviz.data.whole import write_whole

VERSION = 1
MOST_BYTES = 50_000_000
KEY = "rnnviz.recording"
GATES = {"rnn": "", "gru": "rzn", "lstm": "ifgo"}
CANDIDATES = "gn"  # they lie in [-1, 1], the gates proper in [0, 1]
MODES = {"RNN_TANH": "rnn", "RNN_RELU": "rnn", "GRU": "gru", "LSTM": "lstm"}


class RecordingError(ValueError):
    """A recording that cannot be opened; one sentence of what was found and what was expected."""


@dataclass(frozen=True, eq=False)
class RecordedLayer:
    """One layer in one direction; what a LayerTrace shows, without its weights' share.

    Attributes:
        layer: Counted from 0.
        direction: "forward" or "reverse".
        h: The hidden state after each row, shape (T, B, P).
        c: The cell state after each row, shape (T, B, H); None unless LSTM.
        gates: By name, in the order of torch's rows, each (T, B, H); empty for an RNN.
    """

    layer: int
    direction: Direction
    h: Tensor
    c: Tensor | None
    gates: dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class Recording:
    """What a network did with some sequences.

    Attributes:
        config: The network; its pooling and dropout say nothing.
        x: What it read, float32, shape (T, B, I).
        labels: What the sequences are, int64, shape (B,); None: not told.
        layers: `layers[layer][direction]`, as in a Trace.
    """

    config: ModelConfig
    x: Tensor
    labels: Tensor | None
    layers: tuple[tuple[RecordedLayer, ...], ...]


def record(
    rnn: nn.Module, x: Tensor, path: str | Path, labels: Tensor | Sequence[int] | None = None
) -> None:
    """Write what a network does with some sequences, for the States page to open.

    Args:
        rnn: An nn.RNN, nn.GRU or nn.LSTM of any size, or a module that contains exactly one and
            calls it once; left as found. Dropout is off.
        x: What the module takes. For a torch network (T, B, I), or (B, T, I) if it is batch_first,
            or (T, I) for one sequence; another module gets x as it is.
        path: Where to, ending in .safetensors; in a folder that is there.
        labels: What each sequence is, whole numbers of 0 and more, shape (B,).

    Raises:
        TypeError: If there is no such network in the module, or more than one.
        ValueError: If x or labels do not fit, the file would be above `MOST_BYTES`, or something
            in it is no finite number.
        OSError: If the file cannot be written.
    """
    from safetensors.torch import save

    if Path(path).suffix != ".safetensors":
        raise ValueError(f"a recording's name must end in .safetensors, got {Path(path).name}")
    inner = _only_rnn(rnn)
    with torch.no_grad(), evaluating(rnn):
        read, state = (x, None) if inner is rnn else _caught(rnn, inner, x)
        traced = run_trace(inner, read, state)
    config = _config_of(inner)
    if read.dim() == 2:
        read = read.unsqueeze(1)  # (T, 1, I)
    elif inner.batch_first:
        read = read.transpose(0, 1)  # (T, B, I)
    tensors = {"x": read} | _named(traced)
    if labels is not None:
        tensors["labels"] = _checked_labels(labels, tensors["x"].shape[1])
    plain = {
        name: value.detach().cpu().to(torch.int64 if name == "labels" else torch.float32)
        for name, value in tensors.items()
    }
    size = sum(value.numel() * value.element_size() for value in plain.values())
    if size > MOST_BYTES - 100_000:
        most = MOST_BYTES / 1e6
        raise ValueError(f"the recording would have {size / 1e6:.0f} MB, of {most:.0f} at most")
    if bad := [name for name, value in plain.items() if not value.isfinite().all()]:
        raise ValueError(f"{bad[0]} has values that are no finite numbers")
    header = {KEY: json.dumps({"version": VERSION, "config": config.to_dict()})}
    ordered = {name: value.contiguous() for name, value in plain.items()}
    write_whole(Path(path), save(ordered, metadata=header))


def read_recording(content: bytes) -> Recording:
    """Read a recording, and check everything in it.

    Args:
        content: Of the file that `record` wrote; `MOST_BYTES` at most.

    Raises:
        RecordingError: If it is anything else.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    if len(content) > MOST_BYTES:
        raise RecordingError(
            f"the file has {len(content) / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} are read"
        )
    try:
        tensors: dict[str, Tensor] = load(content)
    except (SafetensorError, ValueError, KeyError, AttributeError, RuntimeError) as error:
        raise RecordingError("the file is not a whole safetensors file") from error
    config = _told_config(content)
    expected = _expected(config, tensors)
    for name, shape in expected.items():
        _check(name, tensors.get(name), shape, config)
    if unknown := sorted(set(tensors) - set(expected)):
        raise RecordingError(f"{unknown[0][:60]} belongs to no recording of such a network")
    layers = tuple(
        tuple(_layer(config, tensors, layer, d) for d in DIRECTIONS[: config.num_directions])
        for layer in range(config.num_layers)
    )
    return Recording(config, tensors["x"], tensors.get("labels"), layers)


def _only_rnn(module: nn.Module) -> RNNModule:
    inside = [part for part in module.modules() if isinstance(part, nn.RNN | nn.GRU | nn.LSTM)]
    if len(inside) != 1:
        raise TypeError(
            f"rnn must be or contain exactly one nn.RNN, nn.GRU or nn.LSTM, got "
            f"{type(module).__name__} with {len(inside)}"
        )
    return inside[0]


def _caught(module: nn.Module, inner: RNNModule, x: Tensor) -> tuple[Tensor, State | None]:
    """Run the module and return what its recurrent network was given."""
    calls: list[tuple[Any, State | None]] = []

    def catch(_: nn.Module, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        read = given[0] if given else named["input"]
        calls.append((read, given[1] if len(given) > 1 else named.get("hx")))

    handle = inner.register_forward_pre_hook(catch, with_kwargs=True)
    try:
        module(x)
    finally:
        handle.remove()
    if len(calls) != 1:
        raise ValueError(f"the module must call its network once, it was called {len(calls)} times")
    return calls[0]


def _config_of(rnn: RNNModule) -> ModelConfig:
    return ModelConfig.from_dict(
        {
            "cell": MODES[rnn.mode],
            "input_size": rnn.input_size,
            "hidden_size": rnn.hidden_size,
            "num_layers": rnn.num_layers,
            "bidirectional": rnn.bidirectional,
            "bias": rnn.bias,
            "proj_size": rnn.proj_size,
            "nonlinearity": "relu" if rnn.mode == "RNN_RELU" else "tanh",
        }
    )


def _named(traced: Trace) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for trace in (trace for layer in traced.layers for trace in layer):
        states = {"h": trace.h} | ({} if trace.c is None else {"c": trace.c}) | trace.gates
        found |= {f"{trace.layer}.{trace.direction}.{name}": part for name, part in states.items()}
    return found


def _checked_labels(labels: Tensor | Sequence[int], B: int) -> Tensor:
    found = torch.as_tensor(labels)
    if found.shape != (B,) or found.is_floating_point() or found.is_complex() or (found < 0).any():
        raise ValueError(
            f"labels must be whole numbers of 0 and more, (B,) = ({B},), got {found.dtype} "
            f"{tuple(found.shape)}"
        )
    return found


def _told_config(content: bytes) -> ModelConfig:
    """Read what the file says about itself; its header was parsed before."""
    (size,) = struct.unpack("<Q", content[:8])
    metadata = json.loads(content[8 : 8 + size]).get("__metadata__") or {}
    if KEY not in metadata:
        raise RecordingError("the file was not written by rnnviz.record")
    try:
        told = json.loads(metadata[KEY])
        if (version := told["version"]) != VERSION:
            raise RecordingError(
                f"the recording has version {str(version)[:20]}, {VERSION} can be read"
            )
        config = ModelConfig.from_dict(told["config"])
        sizes = [config.input_size, config.hidden_size, config.num_layers, config.proj_size]
        if not all(type(value) is int for value in sizes) or type(config.bidirectional) is not bool:
            raise TypeError("a size or a flag is of another type")
    except RecordingError:
        raise
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise RecordingError("the recording does not say what network it is of") from error
    return config


def _expected(config: ModelConfig, tensors: dict[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Return the shape that each tensor must have."""
    x = tensors.get("x")
    if x is None or x.dim() != 3 or not x.shape[0] or not x.shape[1]:
        found = "none" if x is None else tuple(x.shape)
        raise RecordingError(f"x must be (T ≥ 1, B ≥ 1, I), got {found}")
    T, B, H = x.shape[0], x.shape[1], config.hidden_size
    sides = config.num_layers * config.num_directions
    if sides > len(tensors):  # so that no list is made of a number that somebody wrote
        raise RecordingError(f"{sides:,} layers and directions are told, of which some are missing")
    expected: dict[str, tuple[int, ...]] = {"x": (T, B, config.input_size)}
    for layer in range(config.num_layers):
        for direction in DIRECTIONS[: config.num_directions]:
            place = f"{layer}.{direction}"
            expected[f"{place}.h"] = (T, B, config.output_size)
            names = GATES[config.cell] + ("c" if config.cell == "lstm" else "")
            expected |= {f"{place}.{name}": (T, B, H) for name in names}
    return expected | ({"labels": (B,)} if "labels" in tensors else {})


def _check(name: str, value: Tensor | None, shape: tuple[int, ...], config: ModelConfig) -> None:
    if value is None:
        raise RecordingError(f"{name} is missing; it must be {shape}")
    if tuple(value.shape) != shape:
        raise RecordingError(f"{name} must be {shape}, got {tuple(value.shape)}")
    dtype = torch.int64 if name == "labels" else torch.float32
    if value.dtype != dtype:
        raise RecordingError(f"{name} must be {dtype}, got {value.dtype}")
    if name != "labels" and not value.isfinite().all():
        raise RecordingError(f"{name} has values that are no finite numbers")
    last = name.split(".")[-1]
    low, high = (-1, 1) if last in CANDIDATES else (0, 1)
    if name == "labels":
        if value.min() < 0:
            raise RecordingError("labels must be whole numbers of 0 and more")
    elif last in GATES[config.cell] and (value.min() < low or value.max() > high):
        raise RecordingError(f"{name} must lie in [{low}, {high}]")


def _layer(
    config: ModelConfig, tensors: dict[str, Tensor], layer: int, direction: Direction
) -> RecordedLayer:
    place = f"{layer}.{direction}"
    gates = {name: tensors[f"{place}.{name}"] for name in GATES[config.cell]}
    return RecordedLayer(layer, direction, tensors[f"{place}.h"], tensors.get(f"{place}.c"), gates)
