"""Named slices of a recurrent network's output and states: which slice is what, with its shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from rnnviz.core.shapes import table
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.expressions import brackets
from rnnviz.core.shapes.slices import Pick, expression, valid_last

DIRECTIONS = ("forward", "reverse")


@dataclass(frozen=True)
class NamedSlice:
    """A slice of one tensor.

    Attributes:
        tensor: The tensor, e.g. "output" or "h_n".
        code: The expression, e.g. "output[:, -1]".
        letters: Its shape in letters.
        shape: Its shape in numbers.
        meaning: What it is, in words.
        equal: An expression that has the same values, or "".
    """

    tensor: str
    code: str
    letters: str
    shape: tuple[int, ...]
    meaning: str
    equal: str = ""


def named_slices(call: Call) -> tuple[NamedSlice, ...]:
    """Return the slices of output, h_n and c_n that people look for; none of a Cell's."""
    if call.stepwise:
        return ()
    return (*_of_output(call), *_of_states(call))


def _of_output(call: Call) -> Iterator[NamedSlice]:
    directions = range(call.config.num_directions)
    if len(directions) > 1:
        shape = (*table.named(call)["output"].shape[:-1], call.config.output_size)
        letters = table.named(call)["output"].letters.replace("D·P", "P")
        for d in directions:
            code = expression(call, Pick("output", direction=d))
            meaning = f"{DIRECTIONS[d]} direction of the top layer, h at every step"
            yield NamedSlice("output", code, letters, shape, meaning)
    for d in directions:
        which = f", {DIRECTIONS[d]} direction" if len(directions) > 1 else ""
        equal = expression(call, Pick("h_n", place=_place(call, call.config.num_layers - 1, d)))
        code = _end(call, d)
        yield _state(call, "output", code, f"h of the top layer after its last step{which}", equal)
    if len(directions) > 1 and call.time > 1:
        code = expression(call, Pick("output", step=call.time - 1, direction=1))
        meaning = "reverse direction after 1 step: not its end"
        yield _state(call, "output", code, meaning)


def _end(call: Call, direction: int) -> str:
    """Return the expression of the output where a direction has read everything."""
    if direction:
        return expression(call, Pick("output", step=0, direction=1))
    if call.lengths and min(call.lengths) < call.time:
        return "output" + brackets(valid_last(call, torch.tensor(call.lengths), 0))
    return expression(call, Pick("output", step=call.time - 1, direction=0))


def _of_states(call: Call) -> Iterator[NamedSlice]:
    config = call.config
    for tensor in ("h_n", "c_n")[: 1 + (config.cell == "lstm")]:
        for layer in range(config.num_layers):
            for d in range(config.num_directions):
                code = expression(call, Pick(tensor, place=_place(call, layer, d)))
                which = f", {DIRECTIONS[d]} direction" if config.bidirectional else ""
                meaning = f"{tensor[0]} of layer {layer + 1} after its last step{which}"
                yield _state(call, tensor, code, meaning)


def _place(call: Call, layer: int, direction: int) -> int:
    return layer * call.config.num_directions + direction


def _state(call: Call, tensor: str, code: str, meaning: str, equal: str = "") -> NamedSlice:
    """Return a slice that is one state of every sequence, (B, P) or (B, H)."""
    letter = "H" if tensor == "c_n" else "P"
    size = call.config.hidden_size if tensor == "c_n" else call.config.output_size
    if call.unbatched:
        return NamedSlice(tensor, code, f"({letter},)", (size,), meaning, equal)
    return NamedSlice(tensor, code, f"(B, {letter})", (call.batch, size), meaning, equal)
