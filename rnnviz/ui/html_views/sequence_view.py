"""Watch view of any recurrent network of torch on a sequence, as one HTML document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect.layer_trace import DIRECTIONS, Direction
from rnnviz.core.inspect.reading import evaluating
from rnnviz.core.inspect.trace import Trace
from rnnviz.core.shapes.table import GATES
from rnnviz.core.units import orders
from rnnviz.training import joined_traces, module_calls
from rnnviz.training.recording import config_of
from rnnviz.ui.figures.numbers import counted
from rnnviz.ui.html_views.document import Document, document
from rnnviz.ui.html_views.module_title import module_title
from rnnviz.ui.html_views.packed_places import PackedPlace, Place, packed_places
from rnnviz.ui.html_views.reading import Reading, Words
from rnnviz.ui.html_views.sequence_trace import as_layer, count_sequences, sequence_trace
from rnnviz.ui.html_views.traced_reading import traced_reading

CLUSTERED = 256  # units; of more, the order by cluster takes seconds
LINE = "rnnviz.show(model, x"


def show(
    rnn: nn.Module,
    x: Any,  # noqa: ANN401  (whatever `forward` takes)
    *,
    module: str | None = None,
    call: int | None = None,
    sequence: int = 0,
    layer: int = 0,
    direction: Direction = "forward",
    limit_mb: float = 2.0,
) -> Document:
    """Show all states and gates of a recurrent network on one sequence, in a notebook or a file.

    The document holds the Watch view of the States page: one cursor over states and gates, and the
    cell's equation with one unit's numbers. It needs no server and no network.

    Args:
        rnn: An nn.RNN, nn.GRU, nn.LSTM or one of their Cells, or a model that contains one. The
            model is run once, without dropout and gradients, and left as found; a torch network by
            itself is only read.
        x: What its `forward` takes, as `rnnviz.record` takes it: one input, or all arguments as a
            tuple or a dict. For a torch network (T, B, I), or (B, T, I) if it is batch_first, or
            (T, I) for one sequence, or a PackedSequence.
        module: Which recurrent module of a model that has several, by its name.
        call: Which call of it, from 0. None: the only one, or all as one sequence.
        sequence: Which of the batch, from 0. It is read by itself.
        layer: Which layer is shown first, from 0; the view has buttons for the others.
        direction: Which direction is shown first, "forward" or "reverse".
        limit_mb: Largest size of the document, in MB. Layers that do not fit are left out, and of
            one that does not fit the most active units are shown; the view says so.

    Returns: The document. A notebook shows it; `.save("reading.html")` writes it to a file.

    Raises:
        TypeError: If there is no such network in the model, or more than one and no `module`, or
            `forward` needs another argument: the message has the line to run.
        ValueError: If x, module, call, sequence, layer or direction do not fit, the calls are no
            one sequence, or something is no finite number.
    """
    name, inner = module_calls.recurrent_module(rnn, module, LINE)
    words = name or f"nn.{module_calls.kind_of(inner)}"
    line = LINE if module is None else f'{LINE}, module="{module}"'
    calls = joined_traces.calls(rnn, inner, x, f"{line})")
    calls = joined_traces.chosen_calls(inner, calls, call, words, line)
    if not calls:
        raise ValueError(f"the model has not called {words} with this input")
    B = min(count_sequences(inner, one) for one in calls)
    if not 0 <= sequence < B:
        raise ValueError(
            f"sequence must lie in [0, {B}), the sequences of the batch, got {sequence}"
        )
    first = _place(inner, layer, direction)
    kind = next(inner.parameters()).device.type
    with torch.no_grad(), evaluating(rnn), torch.autocast(kind, enabled=False):
        read, trace = sequence_trace(inner, calls, sequence)
        if not all(part.isfinite().all() for part in (read, trace.output, trace.h_n)):
            raise ValueError(f"{words} has read or computed values that are no finite numbers")
        digit = "this sequence" if B == 1 else f"sequence {sequence + 1} of {B}"
        title = f"{module_title(inner)} reads {digit}, {counted(len(read), 'step')}"
        rnn_layer, config = as_layer(inner), config_of(inner)

        def reading_at(place: Place, room: int) -> Reading:
            return traced_reading(
                rnn_layer,
                read,
                trace,
                place,
                id=f"{place[0]}.{place[1]}",
                words=_words(config, digit, place),
                orders=orders_of(trace, place),
                room=room,
            )

        places = packed_places(trace, first, reading_at, limit_mb)
    return document(title, places, left_out(places, limit_mb))


def orders_of(trace: Trace, place: Place) -> dict[str, list[int]]:
    """Return the units of a layer and direction in some orders, by what each is called.

    Args:
        trace: Of one sequence, over which units are ordered.
        place: Layer and direction, from 0.
    """
    traced = trace.layers[place[0]][place[1]]
    held = traced.h if traced.c is None else traced.c
    found = {"index": [*range(held.shape[-1])], "activity": orders.by_activity(held).tolist()}
    if held.shape[-1] <= CLUSTERED:
        found["cluster"] = orders.by_cluster(held).tolist()
    return found


def left_out(places: Sequence[PackedPlace], limit_mb: float) -> str:
    """Say how many layers and directions had no room in the document; "" if all are there."""
    count = sum(not place.data for place in places)
    if not count:
        return ""
    return (
        f"{count} of {len(places)} layers and directions do not fit into {limit_mb:g} MB: show one "
        "by layer= and direction=, or all by a larger limit_mb=."
    )


def _words(config: ModelConfig, digit: str, place: Place) -> Words:
    layer, direction = place
    where = [f"layer {layer + 1}"] * (config.num_layers > 1)
    where += [DIRECTIONS[direction]] * config.bidirectional
    I = config.input_size
    return Words(
        cell=config.cell,
        gates=GATES[config.cell],
        nonlinearity=config.nonlinearity,
        word="step",
        digit=digit,
        place=", ".join(where),
        reverse=direction == 1,
        below=f"h of layer {layer}" if layer else "1 feature" if I == 1 else f"{I:,} features",
        feature="unit" if layer else "feature",
    )


def _place(inner: module_calls.Recurrent, layer: int, direction: str) -> tuple[int, int]:
    config = config_of(inner)
    if not 0 <= layer < config.num_layers:
        raise ValueError(f"layer must lie in [0, {config.num_layers}), got {layer}")
    there = DIRECTIONS[: config.num_directions]
    if direction not in there:
        raise ValueError(f"direction must be one of {', '.join(there)}, got {direction!r}")
    return layer, DIRECTIONS.index(direction)
