"""Forward pass of a network under interventions on its units or gates at some time steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from rnnviz.core.inspect import reading
from rnnviz.core.inspect.layer_trace import (
    DIRECTIONS,
    LayerTrace,
    last_row,
    layer_weights,
    run_fused,
    trace_layer,
)
from rnnviz.core.inspect.trace import State, Trace, read_arguments, whole_trace
from rnnviz.core.intervene.checks import ChangesOf, Means, resolve
from rnnviz.core.intervene.intervened_layer import Changes, read_changed, trace_changed
from rnnviz.core.intervene.intervention_spec import Intervention, Place, What
from rnnviz.core.models import RNNModule, SequenceClassifier

__all__ = ["Intervention", "Means", "answers", "belief", "mean_values", "run"]

AT_ONCE = 500  # sequences traced together for their means: at H = 128 and T = 28 some 60 MB


def run(
    model: SequenceClassifier | RNNModule,
    x: Tensor,
    interventions: Sequence[Intervention] = (),
    state: State | None = None,
    *,
    means: Means | None = None,
) -> Trace:
    """Run a network that is changed while it reads, and keep all it computes.

    What is changed after a row is seen by all that comes after it: of that row a gate by c and h, c
    by h, and h by the layer above and the head; and all later rows. A row's pre-activations are
    those that it computed, also where its gate was put to another value; the state before the first
    row is never changed. With no intervention it is `run_trace`.

    A gate, a zero or a clamp costs what the bare module costs, for a stretch of equal rows goes
    through torch's kernel with other weights: a gate's rows are 0 and its bias its value, a unit's
    columns are 0 and its value is in the bias. A mean that changes with the row costs a call a row.

    Args:
        model: A plain module or a classifier; left as found, and read without dropout.
        x: Input, shape (T, B, I), or as `run_trace` takes it.
        interventions: Where two meet, the later one holds.
        state: As for `run_trace`.
        means: What "mean" puts there, by (layer, direction, what): of each unit, shape (H,), or of
            each row and unit, shape (T, H); P instead of H for h. `mean_values` gives them.

    Returns: The trace, (T, B, ·) in every case.

    Raises:
        TypeError: As `run_trace`.
        ValueError: As `run_trace`, or if the network has no such layer, direction, gate or unit, or
            a mean is missing or does not fit.
    """
    rnn = rnn_of(model)
    with reading.evaluating(model):
        x, h_0, c_0 = read_arguments(rnn, x, state)
    changes = resolve(rnn, interventions, len(x), means)
    D = 2 if rnn.bidirectional else 1
    layers: list[tuple[LayerTrace, ...]] = []
    for layer in range(rnn.num_layers):
        here = slice(layer * D, (layer + 1) * D)
        x, traced = _trace(rnn, layer, x, h_0[here], None if c_0 is None else c_0[here], changes)
        layers.append(traced)
    return whole_trace(x, layers)


def answers(
    model: SequenceClassifier,
    x: Tensor,
    interventions: Sequence[Intervention] = (),
    *,
    means: Means | None = None,
) -> Tensor:
    """Answer a batch of sequences while the network is changed.

    The same as the head on what `run` gives, but nothing else is kept: it costs what the bare
    module costs, unless a mean changes with the row.

    Args:
        model: The classifier; left as found, and read without dropout.
        x: Input, shape (T, B, I).
        interventions: As for `run`.
        means: As for `run`.

    Returns: Logits, shape (B, K).

    Raises:
        ValueError: As `run`.
    """
    reading.check_input(model, x)
    rnn = model.rnn
    changes = resolve(rnn, interventions, len(x), means)
    for layer in range(rnn.num_layers):
        x = output_of(rnn, layer, x, changes)
    return answer_to(model, x)


def belief(
    model: SequenceClassifier,
    x: Tensor,
    interventions: Sequence[Intervention] = (),
    *,
    means: Means | None = None,
) -> Tensor:
    """What the changed network would answer if the sequence ended here, for every row.

    As `reading.belief`, with the interventions at work in every one of those readings: rows 1…t are
    a sequence of their own, in which row s is changed as row s of the whole is, and what would
    begin after row t does nothing. In two directions rows 1…t are read again for every t, with the
    reverse direction changed too. So up to the row where the first intervention begins belief is
    what it was before in one direction, and in two as well; and the last row's belief is the
    changed network's answer, softmax(answers(…)).

    Args:
        model: The classifier; left as found, and read without dropout.
        x: Input, shape (T, B, I).
        interventions: As for `run`; none gives `reading.belief`.
        means: As for `run`, of the whole sequence.

    Returns: Probabilities, shape (T, B, K).

    Raises:
        ValueError: As `run`.
    """
    if not interventions:
        return reading.belief(model, x)
    reading.check_input(model, x)
    if model.config.bidirectional:
        prefixes = [x[: t + 1] for t in range(len(x))]
        logits = [answers(model, part, interventions, means=means) for part in prefixes]
        return torch.stack(logits).softmax(dim=-1)
    rnn = model.rnn
    changes = resolve(rnn, interventions, len(x), means)
    for layer in range(rnn.num_layers):
        x = output_of(rnn, layer, x, changes)
    return reading.row_belief(model, x)


def mean_values(model: SequenceClassifier | RNNModule, x: Tensor, *, by_row: bool = True) -> Means:
    """Average every state and gate over a batch of sequences, for interventions of kind "mean".

    Args:
        model: As for `run`.
        x: Input, shape (T, B, I), or (B, T, I) if the module is batch_first.
        by_row: Whether each row has means of its own, (T, H), or all rows the same, (H,).

    Returns: Means by (layer, direction, what), detached.
    """
    sums: dict[Place, Tensor] = {}
    over = 0 if rnn_of(model).batch_first else 1
    with torch.no_grad():
        for part in torch.split(x, AT_ONCE, dim=over):
            for place, values in _values_of(run(model, part)).items():
                total = values.sum(1)  # (T, ·)
                sums[place] = sums[place] + total if place in sums else total
    means = {place: total / x.shape[over] for place, total in sums.items()}
    return means if by_row else {place: mean.mean(0) for place, mean in means.items()}


def rnn_of(model: SequenceClassifier | RNNModule) -> RNNModule:
    """Return the plain module, a classifier's own; anything else is a TypeError."""
    rnn = model.rnn if isinstance(model, SequenceClassifier) else model
    if not isinstance(rnn, nn.RNN | nn.GRU | nn.LSTM):
        wanted = "a SequenceClassifier, nn.RNN, nn.GRU or nn.LSTM"
        raise TypeError(f"model must be {wanted}, got {type(rnn).__name__}")
    return rnn


def _values_of(trace: Trace) -> dict[Place, Tensor]:
    """All that can be changed, by place, each (T, B, ·)."""
    found: dict[Place, Tensor] = {}
    for one in (one for directions in trace.layers for one in directions):
        held = {"h": one.h, **({} if one.c is None else {"c": one.c}), **one.gates}
        found |= {(one.layer, one.direction, cast(What, name)): v for name, v in held.items()}
    return found


def output_of(rnn: RNNModule, layer: int, x: Tensor, changes: ChangesOf) -> Tensor:
    """What one layer puts out when it begins with zeros: (T, B, I | D·P) -> (T, B, D·P)."""
    directions = DIRECTIONS[: 2 if rnn.bidirectional else 1]
    h_0, c_0 = starts(rnn, x)
    if not any((layer, direction) in changes for direction in directions):
        weights = [layer_weights(rnn, layer, direction) for direction in directions]
        return run_fused(rnn, x, h_0, c_0, weights)[0]
    hs = [
        read_changed(
            rnn,
            layer,
            direction,
            x,
            h_0[0],
            None if c_0 is None else c_0[0],
            changes.get((layer, direction), Changes({})),
        )
        for direction in directions
    ]
    return hs[0] if len(hs) == 1 else torch.cat(hs, dim=-1)


def starts(rnn: RNNModule, x: Tensor) -> tuple[Tensor, Tensor | None]:
    """Zeros with which a layer begins: h_0 (D, B, P) and c_0 (D, B, H), None unless LSTM."""
    D, B = 2 if rnn.bidirectional else 1, x.shape[1]
    h_0 = x.new_zeros(D, B, rnn.proj_size or rnn.hidden_size)
    return h_0, x.new_zeros(D, B, rnn.hidden_size) if isinstance(rnn, nn.LSTM) else None


def answer_to(model: SequenceClassifier, output: Tensor) -> Tensor:
    """Let the head read the top layer's output: (T, B, D·P) -> logits (B, K)."""
    halves = output.chunk(model.config.num_directions, dim=-1)
    ends = [h[last_row(direction)] for h, direction in zip(halves, DIRECTIONS, strict=False)]
    with reading.evaluating(model.head):
        logits: Tensor = model.head(model.pool(output, torch.stack(ends)))
    return logits


def _trace(
    rnn: RNNModule,
    layer: int,
    x: Tensor,
    h_0: Tensor,
    c_0: Tensor | None,
    changes: ChangesOf,
) -> tuple[Tensor, tuple[LayerTrace, ...]]:
    """Trace one layer, as `trace_layer` does, with what is changed in it."""
    directions = DIRECTIONS[: len(h_0)]
    if not any((layer, direction) in changes for direction in directions):
        return trace_layer(rnn, layer, x, h_0, c_0)
    traced = tuple(
        trace_changed(
            rnn,
            layer,
            direction,
            x,
            h_0[d],
            None if c_0 is None else c_0[d],
            changes.get((layer, direction), Changes({})),
        )
        for d, direction in enumerate(directions)
    )
    hs = [one.h for one in traced]
    return hs[0] if len(hs) == 1 else torch.cat(hs, dim=-1), traced
