"""Two sequences spliced into one; at the splice each state is passed, reset or replaced."""

from __future__ import annotations

from dataclasses import fields
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from rnnviz.core import cells
from rnnviz.core.inspect import reading
from rnnviz.core.inspect.layer_trace import DIRECTIONS, Direction, LayerTrace, last_row
from rnnviz.core.inspect.trace import Trace, read_arguments, run_trace, whole_trace
from rnnviz.core.intervene.apply_interventions import answer_to, rnn_of
from rnnviz.core.intervene.intervened_layer import Changes, trace_changed
from rnnviz.core.models import RNNModule, SequenceClassifier

Memory = Literal["kept", "reset", "other"]
Start = tuple[Tensor, Tensor | None]


def splice(
    model: SequenceClassifier | RNNModule,
    first: Tensor,
    then: Tensor,
    row: int,
    *,
    h: Memory = "kept",
    c: Memory = "kept",
    other: Tensor | None = None,
) -> Trace:
    """Read one sequence up to a row, then go on with another from that row.

    At the seam each state is chosen by itself: "kept" goes on with what was read; "reset" with
    zeros, as if nothing had been; "other" with the state that the network has there when it reads a
    third sequence whole. Both kept is the plain reading of first[:row] and then[row:] as one.

    Every layer and direction has its seam there. The reverse direction comes to it from below: it
    reads then[row:] from the end and goes on with first[:row].

    Args:
        model: A plain module or a classifier; left as found, and read without dropout.
        first: Rows 0…row-1 come from here, shape (T, B, I) also where the module is batch_first.
        then: Rows from `row` on come from here, the same shape.
        row: The first row that is read from `then`, 1…T-1.
        h: What becomes of the hidden states at the seam.
        c: The same of an LSTM's cell states; of no matter elsewhere.
        other: The third sequence, the same shape.

    Returns: The trace of all T rows.

    Raises:
        ValueError: If a shape does not fit, the row leaves one side empty, or a state is to come
            from another sequence and none is given.
    """
    rnn = rnn_of(model)
    _check(rnn, first, then, row, (h, c), other)
    whole = torch.cat((first[:row], then[row:]))
    with reading.evaluating(model):
        x, h_0, c_0 = read_arguments(rnn, _as_read(rnn, whole), None)
        third = None
        if other is not None and "other" in (h, c):
            third = run_trace(rnn, _as_read(rnn, other))
    D = 2 if rnn.bidirectional else 1
    layers: list[tuple[LayerTrace, ...]] = []
    for layer in range(rnn.num_layers):
        traced = []
        for d, direction in enumerate(DIRECTIONS[:D]):
            begin = (h_0[layer * D + d], None if c_0 is None else c_0[layer * D + d])
            there = None if third is None else third.layers[layer][d]
            traced.append(_trace_seamed(rnn, layer, direction, x, row, begin, (h, c), there))
        layers.append(tuple(traced))
        x = torch.cat([one.h for one in traced], dim=-1)
    return whole_trace(x, layers)


def splice_belief(
    model: SequenceClassifier,
    first: Tensor,
    then: Tensor,
    row: int,
    *,
    h: Memory = "kept",
    c: Memory = "kept",
    other: Tensor | None = None,
) -> Tensor:
    """What the model would answer if the spliced sequence ended here, for every row.

    As `reading.belief`: up to the seam it is the belief in `first`. In two directions rows 1…t are
    a splice of their own for every t, and what comes from another sequence is what the network has
    at the seam when it reads that one's rows 1…t.

    Args: As `splice`.

    Returns: Probabilities, shape (T, B, K).

    Raises:
        ValueError: As `splice`.
    """
    if not model.config.bidirectional:
        trace = splice(model, first, then, row, h=h, c=c, other=other)
        return reading.row_belief(model, trace.output)
    _check(model.rnn, first, then, row, (h, c), other)
    parts = [reading.belief(model, first[:row])]
    for end in range(row + 1, len(then) + 1):
        third = None if other is None else other[:end]
        trace = splice(model, first[:end], then[:end], row, h=h, c=c, other=third)
        parts.append(answer_to(model, trace.output).softmax(dim=-1).unsqueeze(0))
    return torch.cat(parts)


def _trace_seamed(
    rnn: RNNModule,
    layer: int,
    direction: Direction,
    x: Tensor,
    row: int,
    begin: Start,
    memory: tuple[Memory, Memory],
    there: LayerTrace | None,
) -> LayerTrace:
    """Trace one direction of a layer in two pieces, x (T, B, ·), and put them together."""
    above, below = x[:row], x[row:]
    pieces = (above, below) if direction == "forward" else (below, above)
    one = trace_changed(rnn, layer, direction, pieces[0], *begin, Changes({}))
    h = _go_on(memory[0], one.h[last_row(direction)], _at_seam(there, "h_prev", row))
    c = None
    if one.c is not None:
        c = _go_on(memory[1], one.c[last_row(direction)], _at_seam(there, "c_prev", row))
    two = trace_changed(rnn, layer, direction, pieces[1], h, c, Changes({}))
    return _joined(one, two) if direction == "forward" else _joined(two, one)


def _at_seam(there: LayerTrace | None, name: str, row: int) -> Tensor | None:
    """What another reading has when it comes to the seam: what its next row begins with."""
    if there is None:
        return None
    before: Tensor = getattr(there, name)[row if there.direction == "forward" else row - 1]
    return before


def _go_on(memory: Memory, kept: Tensor, other: Tensor | None) -> Tensor:
    if memory == "reset":
        return torch.zeros_like(kept)
    return other if memory == "other" and other is not None else kept


def _as_read(rnn: RNNModule, x: Tensor) -> Tensor:
    """Lay a sequence (T, B, I) out as the module wants it."""
    return x.transpose(0, 1) if rnn.batch_first else x


def _joined(above: LayerTrace, below: LayerTrace) -> LayerTrace:
    """Put two traces of the same layer and direction together, one's rows under the other's."""
    steps: cells.Step = type(above.steps)(
        **{
            field.name: torch.cat([getattr(one.steps, field.name) for one in (above, below)])
            for field in fields(above.steps)
        }
    )
    h_prev, c_prev = torch.cat([above.h_prev, below.h_prev]), None
    if above.c_prev is not None and below.c_prev is not None:
        c_prev = torch.cat([above.c_prev, below.c_prev])
    return LayerTrace(above.layer, above.direction, steps, h_prev, c_prev)


def _check(
    rnn: RNNModule,
    first: Tensor,
    then: Tensor,
    row: int,
    memory: tuple[Memory, Memory],
    other: Tensor | None,
) -> None:
    if first.dim() != 3 or first.shape[-1] != rnn.input_size:
        raise ValueError(f"first must be (T, B, I = {rnn.input_size}), got {tuple(first.shape)}")
    for name, tensor in (("then", then), ("other", other)):
        if tensor is not None and tensor.shape != first.shape:
            wanted, got = tuple(first.shape), tuple(tensor.shape)
            raise ValueError(f"{name} must have the shape of first, {wanted}, got {got}")
    if not 1 <= row < len(first):
        raise ValueError(f"row must leave rows on both sides, 1…{len(first) - 1}, got {row}")
    for name, one in zip(("h", "c"), memory, strict=True):
        if one not in get_args(Memory):
            raise ValueError(f"{name} must be one of {', '.join(get_args(Memory))}, got {one!r}")
    needs = memory if isinstance(rnn, nn.LSTM) else memory[:1]
    if other is None and "other" in needs:
        raise ValueError("a state is to come from another sequence, and none was given")
