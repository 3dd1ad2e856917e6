"""Recording of a recurrent network: its inputs, states and gates on some sequences, as one file."""

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
from rnnviz.core.inspect.layer_trace import DIRECTIONS, Direction
from rnnviz.core.inspect.reading import evaluating
from rnnviz.data.atomic_write import write_whole
from rnnviz.training import joined_traces, module_calls

VERSION = 1
MOST_BYTES = 50_000_000
KEY = "rnnviz.recording"
GATES = {"rnn": "", "gru": "rzn", "lstm": "ifgo"}
CANDIDATES = "gn"  # they lie in [-1, 1], the gates proper in [0, 1]
BASES = {
    nn.RNN: "rnn",
    nn.GRU: "gru",
    nn.LSTM: "lstm",
    nn.RNNCell: "rnn",
    nn.GRUCell: "gru",
    nn.LSTMCell: "lstm",
}
WHOLE = ("labels", "lengths")  # of whole numbers


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
        layers: `layers[layer][direction]`, as in a Trace; zeros in padding.
        lengths: Steps of each sequence where they were packed, int64 (B,); None: all have T.
    """

    config: ModelConfig
    x: Tensor
    labels: Tensor | None
    layers: tuple[tuple[RecordedLayer, ...], ...]
    lengths: Tensor | None = None

    def steps_of(self, sequence: int) -> int:
        """Return how many steps a sequence has."""
        return len(self.x) if self.lengths is None else int(self.lengths[sequence])


def record(
    rnn: nn.Module,
    x: Any,  # noqa: ANN401  (whatever `forward` takes)
    path: str | Path,
    labels: Tensor | Sequence[int] | None = None,
    *,
    module: str | None = None,
    call: int | None = None,
) -> None:
    """Write what a network does with some sequences, for the States page to open.

    Args:
        rnn: An nn.RNN, nn.GRU, nn.LSTM or one of their Cells, or a model that contains one. The
            model is run once, without dropout and gradients, and left as found: its modes, hooks,
            buffers and attributes and all random states are as before.
        x: What its `forward` takes: one input, or all of its arguments as a tuple, `(x, hidden)` or
            `(x, lengths)`, or as a dict by their names. For a torch network (T, B, I), or
            (B, T, I) if it is batch_first, or (T, I) for one sequence, or a PackedSequence. For a
            Cell (T, B, I), or (T, I) for one sequence: it is stepped through.
        path: Where to, ending in .safetensors; in a folder that is there.
        labels: What each sequence is, whole numbers of 0 and more, shape (B,).
        module: Which recurrent module of a model that has several, by its name, e.g. "encoder" or
            "encoder.rnn", as `model.named_modules()` has it.
        call: Which call of it, from 0. None: the only one; or, of a module that is called step by
            step or chunk by chunk, each time with the state before, all calls as one sequence.

    Raises:
        TypeError: If there is no such network in the model, or more than one and no `module`, or
            `forward` needs another argument: the message has the line to run.
        ValueError: If x, labels, module or call do not fit, the calls are no one sequence, the file
            would be above 50 MB, or something in it is no finite number.
        OSError: If the file cannot be written.
    """
    if Path(path).suffix != ".safetensors":
        raise ValueError(f"a recording's name must end in .safetensors, got {Path(path).name}")
    after = f'"{Path(path).name}"'
    name, inner = module_calls.recurrent_module(rnn, module, f"rnnviz.record(model, x, {after}")
    words = name or f"nn.{module_calls.kind_of(inner)}"
    if module is not None:
        after = f'{after}, module="{module}"'
    line = f"rnnviz.record(model, x, {after}"
    calls = joined_traces.calls(rnn, inner, x, f"{line})")
    calls = joined_traces.chosen_calls(inner, calls, call, words, line)
    kind = next(inner.parameters()).device.type
    with torch.no_grad(), evaluating(rnn), torch.autocast(kind, enabled=False):
        found = joined_traces.joined(inner, calls, words)
    tensors = {"x": found.x} | found.states
    if found.lengths is not None:
        tensors["lengths"] = found.lengths
    if labels is not None:
        tensors["labels"] = _checked_labels(labels, found.x.shape[1])
    _write(Path(path), config_of(inner), tensors)


def _write(path: Path, config: ModelConfig, tensors: dict[str, Tensor]) -> None:
    plain = {
        name: value.detach().cpu().to(torch.int64 if name in WHOLE else torch.float32)
        for name, value in tensors.items()
    }
    size = sum(value.numel() * value.element_size() for value in plain.values())
    if size > MOST_BYTES - 100_000:
        most = MOST_BYTES / 1e6
        raise ValueError(f"the recording would have {size / 1e6:.0f} MB, of {most:.0f} at most")
    if bad := [name for name, value in plain.items() if not value.isfinite().all()]:
        raise ValueError(f"{bad[0]} has values that are no finite numbers")
    from safetensors.torch import save

    header = {KEY: json.dumps({"version": VERSION, "config": config.to_dict()})}
    ordered = {name: value.contiguous() for name, value in plain.items()}
    write_whole(path, save(ordered, metadata=header))


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
    if "lengths" in tensors and not _are_lengths(tensors["lengths"], len(tensors["x"])):
        raise RecordingError(f"lengths must lie in 1 to T = {len(tensors['x'])}")
    if unknown := sorted(set(tensors) - set(expected)):
        raise RecordingError(f"{unknown[0][:60]} belongs to no recording of such a network")
    layers = tuple(
        tuple(_layer(config, tensors, layer, d) for d in DIRECTIONS[: config.num_directions])
        for layer in range(config.num_layers)
    )
    return Recording(config, tensors["x"], tensors.get("labels"), layers, tensors.get("lengths"))


def config_of(inner: module_calls.Recurrent) -> ModelConfig:
    """Return what a recurrent module is; of its dropout nothing is said."""
    kind = next(cell for base, cell in BASES.items() if isinstance(inner, base))
    return ModelConfig.from_dict(
        {
            "cell": kind,
            "input_size": inner.input_size,
            "hidden_size": inner.hidden_size,
            "num_layers": getattr(inner, "num_layers", 1),
            "bidirectional": getattr(inner, "bidirectional", False),
            "bias": inner.bias,
            "proj_size": getattr(inner, "proj_size", 0),
            "nonlinearity": getattr(inner, "nonlinearity", "tanh"),
        }
    )


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
    return expected | {name: (B,) for name in WHOLE if name in tensors}


def _check(name: str, value: Tensor | None, shape: tuple[int, ...], config: ModelConfig) -> None:
    if value is None:
        raise RecordingError(f"{name} is missing; it must be {shape}")
    if tuple(value.shape) != shape:
        raise RecordingError(f"{name} must be {shape}, got {tuple(value.shape)}")
    dtype = torch.int64 if name in WHOLE else torch.float32
    if value.dtype != dtype:
        raise RecordingError(f"{name} must be {dtype}, got {value.dtype}")
    if name not in WHOLE and not value.isfinite().all():
        raise RecordingError(f"{name} has values that are no finite numbers")
    last = name.split(".")[-1]
    low, high = (-1, 1) if last in CANDIDATES else (0, 1)
    if name == "labels":
        if value.min() < 0:
            raise RecordingError("labels must be whole numbers of 0 and more")
    elif last in GATES[config.cell] and (value.min() < low or value.max() > high):
        raise RecordingError(f"{name} must lie in [{low}, {high}]")


def _are_lengths(lengths: Tensor, T: int) -> bool:
    return int(lengths.min()) >= 1 and int(lengths.max()) <= T


def _layer(
    config: ModelConfig, tensors: dict[str, Tensor], layer: int, direction: Direction
) -> RecordedLayer:
    place = f"{layer}.{direction}"
    gates = {name: tensors[f"{place}.{name}"] for name in GATES[config.cell]}
    return RecordedLayer(layer, direction, tensors[f"{place}.h"], tensors.get(f"{place}.c"), gates)
