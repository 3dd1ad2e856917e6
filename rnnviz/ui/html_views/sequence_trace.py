"""Trace of one sequence of a batch that a recurrent module, or a Cell in a loop, has read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnviz.core.inspect.layer_trace import LayerTrace
from rnnviz.core.inspect.trace import State, Trace, run_trace, whole_trace
from rnnviz.core.models import RNNModule
from rnnviz.training.joined_traces import as_weights, state_as_weights
from rnnviz.training.module_calls import ModuleCall, Recurrent


def as_layer(inner: Recurrent) -> RNNModule:
    """Return a Cell as a network of one layer with the Cell's own weights; others as they are."""
    if isinstance(inner, nn.RNN | nn.GRU | nn.LSTM):
        return inner
    sizes = (inner.input_size, inner.hidden_size)
    options = {"bias": inner.bias, "device": "meta"}  # no memory, and no random number is drawn
    layer: RNNModule
    if isinstance(inner, nn.LSTMCell):
        layer = nn.LSTM(*sizes, **options)
    elif isinstance(inner, nn.GRUCell):
        layer = nn.GRU(*sizes, **options)
    else:
        layer = nn.RNN(*sizes, nonlinearity=inner.nonlinearity, **options)
    for name, weight in inner.named_parameters(recurse=False):
        setattr(layer, f"{name}_l0", weight)
    return layer


def count_sequences(inner: Recurrent, call: ModuleCall) -> int:
    """Return B of a call; 1 if its input has no batch axis.

    Raises:
        TypeError: If the input is no tensor and no packed sequence.
        ValueError: If it does not have the axes that the module takes.
    """
    x, name = call.x, type(inner).__name__
    if isinstance(x, PackedSequence):
        return int(x.batch_sizes[0])
    if not isinstance(x, Tensor):
        raise TypeError(f"x must be a tensor or a PackedSequence, got {type(x).__name__}")
    cell = isinstance(inner, nn.RNNCellBase)
    axes = x.dim() + cell  # with the axis of time
    if axes not in (2, 3) or x.shape[-1] != inner.input_size or 0 in x.shape:
        batch_first = not cell and inner.batch_first
        letters = "(B, I) or (I,)" if cell else "(B, T, I)" if batch_first else "(T, B, I)"
        raise ValueError(
            f"x must be {letters}{'' if cell else ' or (T, I)'} with I = {inner.input_size} for "
            f"{name}, and not empty, got {tuple(x.shape)}"
        )
    if axes == 2:
        return 1
    return x.shape[0 if cell or inner.batch_first else 1]


def sequence_trace(
    inner: Recurrent, calls: Sequence[ModuleCall], sequence: int
) -> tuple[Tensor, Trace]:
    """Trace one sequence through all calls of a module, by itself.

    Args:
        inner: The module; only read.
        calls: Its calls, one after another; `count_sequences` has checked each.
        sequence: Which of the batch, from 0.

    Returns: What it read, shape (T, 1, I), and the trace, with B = 1.
    """
    layer = as_layer(inner)
    inputs, traces = [], []
    for call in calls:
        x = as_weights(inner, _one(inner, call.x, sequence))  # (T, I)
        state = state_as_weights(inner, _one_state(inner, call, sequence))
        inputs.append(x.unsqueeze(1))
        traces.append(run_trace(layer, x, state))
    return torch.cat(inputs), traces[0] if len(traces) == 1 else _joined(traces)


def _one(inner: Recurrent, x: Tensor | PackedSequence, sequence: int) -> Tensor:
    """Return one sequence of an input, shape (T, I)."""
    if isinstance(x, PackedSequence):
        padded, lengths = pad_packed_sequence(x)  # (T, B, I), (B,)
        return padded[: int(lengths[sequence]), sequence]
    if isinstance(inner, nn.RNNCellBase):
        return (x if x.dim() == 2 else x.unsqueeze(0))[sequence].unsqueeze(0)
    if x.dim() == 2:
        return x
    return x[sequence] if inner.batch_first else x[:, sequence]


def _one_state(inner: Recurrent, call: ModuleCall, sequence: int) -> State | None:
    """Return the state of one sequence as (num_layers·D, P), or a pair of them; None for zeros."""
    if call.state is None:
        return None
    parts = (call.state,) if isinstance(call.state, Tensor) else tuple(call.state)
    if isinstance(inner, nn.RNNCellBase):
        found = [(part if part.dim() == 2 else part.unsqueeze(0))[sequence][None] for part in parts]
    else:
        found = [part if part.dim() == 2 else part[:, sequence] for part in parts]
    return found[0] if len(found) == 1 else (found[0], found[1])


def _joined(traces: Sequence[Trace]) -> Trace:
    """Join traces of forward layers along the time steps."""
    layers = [
        tuple(_joined_layer([trace.layers[n][d] for trace in traces]) for d in range(len(layer)))
        for n, layer in enumerate(traces[0].layers)
    ]
    return whole_trace(torch.cat([trace.output for trace in traces]), layers)


def _joined_layer(parts: Sequence[LayerTrace]) -> LayerTrace:
    kind = type(parts[0].steps)
    steps = {
        one.name: torch.cat([getattr(part.steps, one.name) for part in parts])
        for one in fields(kind)
    }
    c_prev = [part.c_prev for part in parts if part.c_prev is not None]
    return LayerTrace(
        parts[0].layer,
        parts[0].direction,
        kind(**steps),
        torch.cat([part.h_prev for part in parts]),
        torch.cat(c_prev) if c_prev else None,
    )
