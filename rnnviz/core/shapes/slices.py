"""Index expressions of the slices that the user can select, in batch-first and time-first order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.expressions import Part, brackets

Role = Literal["batch", "one", "time", "features", "stack"]

ALL = slice(None)
TENSORS = ("ids", "images", "x", "output", "h_n", "c_n", "h", "c", "features", "logits")


@dataclass(frozen=True)
class Pick:
    """A part of a tensor; what is None is taken whole.

    Attributes:
        tensor: One of the call's that has a batch, e.g. "x", "output", "h_n"; "h" of a Cell.
        step: Time step, from 0; of what has any.
        sequence: Which of the batch, from 0.
        direction: 0 forward, 1 reverse: a half of the output's last axis.
        place: layer·D + direction, from 0; of h_n and c_n.
    """

    tensor: str
    step: int | None = None
    sequence: int | None = None
    direction: int | None = None
    place: int | None = None


def roles(call: Call, tensor: str) -> tuple[Role, ...]:
    """Return what each axis of a tensor is.

    Raises:
        ValueError: If the tensor is none that can be cut.
    """
    batch: tuple[Role, ...] = () if call.unbatched else ("batch",)
    steps: tuple[Role, ...] = (*batch, "time") if call.batch_first else ("time", *batch)
    of_steps = tensor == "logits" and call.head == "steps"
    if tensor in ("x", "output") or of_steps:
        return (*steps, "features")
    if tensor in ("h_n", "c_n"):
        return ("stack", *batch, "features")
    if tensor in ("h", "c", "features", "logits"):
        return (*batch, "features")
    if tensor == "ids":
        return steps
    if tensor == "images":
        return ("batch", "one", "time", "features")
    raise ValueError(f"tensor must be one of {', '.join(TENSORS)}, got {tensor!r}")


def index(call: Call, cut: Pick) -> tuple[Part, ...]:
    """Return what stands between the brackets, an entry for every axis.

    The last step and the top layer's places count from the end, as people write them.

    Raises:
        ValueError: If there is no such step, sequence, direction or place.
    """
    config = call.config
    places = config.num_layers * config.num_directions
    bounds = {"step": call.time, "sequence": call.batch, "direction": 2, "place": places}
    for name, most in bounds.items():
        at = getattr(cut, name)
        if at is not None and not 0 <= at < most:
            raise ValueError(f"{name} must lie in [0, {most}), got {at}")
    found: dict[Role, Part] = {
        "batch": ALL if cut.sequence is None else cut.sequence,
        "one": ALL if cut.step is None else 0,
        "time": ALL if cut.step is None else _last(cut.step, call.time, 1),
        "stack": ALL if cut.place is None else _last(cut.place, places, config.num_directions),
        "features": _half(call, cut),
    }
    return tuple(found[role] for role in roles(call, cut.tensor))


def _last(at: int, count: int, named: int) -> int:
    """Count the last few of many from the end."""
    return at - count if at >= count - named else at


def _half(call: Call, cut: Pick) -> slice:
    if cut.direction is None or cut.tensor != "output" or call.config.num_directions == 1:
        return ALL
    P = call.config.output_size
    return slice(P, None) if cut.direction else slice(None, P)


def expression(call: Call, cut: Pick) -> str:
    """Return the code that gives a part, e.g. "output[:, -1, :64]"."""
    return cut.tensor + brackets(index(call, cut))


def both_orders(call: Call, cut: Pick) -> tuple[str, str]:
    """Return the expression for batch-first and for time-first input."""
    first, last = (expression(replace(call, batch_first=flag), cut) for flag in (True, False))
    return first, last


def valid_last(call: Call, lengths: Tensor, direction: int) -> tuple[Part, ...]:
    """Return the index of each sequence's last valid step in padded output, one direction of it."""
    each: Part = (f"torch.arange({call.batch})", torch.arange(call.batch))
    last: Part = ("lengths - 1", lengths - 1)
    half = _half(call, Pick("output", direction=direction))
    return (each, last, half) if call.batch_first else (last, each, half)
