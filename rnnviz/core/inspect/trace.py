"""Trace of a recurrent network: all gates and states, by time step, layer and direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rnnviz.core.inspect.layer_trace import LayerTrace, last_row, trace_layer
from rnnviz.core.models import RNNModule
from rnnviz.core.validation import check_shape

State = Tensor | tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Trace:
    """What a recurrent network computed, time first and batched whatever the module's layout.

    Attributes:
        output: The top layer's hidden states, shape (T, B, D·P).
        h_n: Hidden states at the end of the reading, shape (num_layers·D, B, P).
        c_n: Cell states at the end, shape (num_layers·D, B, H); None unless LSTM.
        layers: `layers[layer][direction]`, direction 0 forward and 1 reverse.
    """

    output: Tensor
    h_n: Tensor
    c_n: Tensor | None
    layers: tuple[tuple[LayerTrace, ...], ...]


def run_trace(rnn: RNNModule, x: Tensor, state: State | None = None) -> Trace:
    """Run a network over a sequence and keep all it computes.

    Gradients flow through everything returned to x, the state and the weights, as far as autograd
    is on. The h of a trace is not a node on the path of its later rows: how far back a loss reaches
    is asked of the cells. The module is only read; its hooks are not called.

    Args:
        rnn: A plain torch module of any configuration. With dropout between layers it must be in
            eval mode.
        x: Input, shape (T, B, I); (B, T, I) if the module is batch_first, transposed here once;
            (T, I) without a batch, traced as B = 1.
        state: h_0, or (h_0, c_0) of an LSTM, shape (num_layers·D, B, P) and (num_layers·D, B, H);
            without B if x is; None means zeros.

    Returns: The trace, (T, B, ·) in every case.

    Raises:
        TypeError: If rnn is no nn.RNN, nn.GRU or nn.LSTM, or x no tensor.
        ValueError: If dropout is active, or a shape, dtype or device does not fit.
    """
    x, h_0, c_0 = read_arguments(rnn, x, state)
    D = 2 if rnn.bidirectional else 1
    layers: list[tuple[LayerTrace, ...]] = []
    for layer in range(rnn.num_layers):
        here = slice(layer * D, (layer + 1) * D)
        x, traced = trace_layer(rnn, layer, x, h_0[here], None if c_0 is None else c_0[here])
        layers.append(traced)
    return whole_trace(x, layers)


def whole_trace(output: Tensor, layers: Sequence[tuple[LayerTrace, ...]]) -> Trace:
    """Put a network's trace together from its output (T, B, D·P) and its layers' directions."""
    flat = [trace for layer_trace in layers for trace in layer_trace]
    cs = [trace.c[last_row(trace.direction)] for trace in flat if trace.c is not None]
    return Trace(
        output=output,
        h_n=torch.stack([trace.h[last_row(trace.direction)] for trace in flat]),
        c_n=torch.stack(cs) if cs else None,
        layers=tuple(layers),
    )


def read_arguments(
    rnn: RNNModule, x: Tensor, state: State | None
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Check what came, as `run_trace` says: x (T, B, I), h_0 and c_0 (num_layers·D, B, ·)."""
    if not isinstance(rnn, nn.RNN | nn.GRU | nn.LSTM):
        raise TypeError(f"rnn must be an nn.RNN, nn.GRU or nn.LSTM, got {type(rnn).__name__}")
    if not isinstance(x, Tensor):
        raise TypeError(f"x must be a tensor, got {type(x).__name__}")
    if rnn.training and rnn.dropout > 0 and rnn.num_layers > 1:
        raise ValueError("dropout is active, and a trace would differ each time: call rnn.eval()")
    _check_kind("x", x, rnn)
    letters = "(B, T, I)" if rnn.batch_first else "(T, B, I)"
    if x.dim() not in (2, 3) or x.shape[-1] != rnn.input_size:
        raise ValueError(
            f"x must be {letters} or (T, I) with I = {rnn.input_size}, got {tuple(x.shape)}"
        )
    batched = x.dim() == 3
    if not batched:
        x = x.unsqueeze(1)  # (T, 1, I)
    elif rnn.batch_first:
        x = x.transpose(0, 1)  # (T, B, I)
    if x.shape[0] == 0:
        raise ValueError("x must have at least one time step, got T = 0")
    h_0, c_0 = _read_state(rnn, x, state, batched)
    return x, h_0, c_0


def _read_state(
    rnn: RNNModule, x: Tensor, state: State | None, batched: bool
) -> tuple[Tensor, Tensor | None]:
    """Return h_0 and c_0 as (num_layers·D, B, ·), zeros if none were given."""
    depth, B = rnn.num_layers * (2 if rnn.bidirectional else 1), x.shape[1]
    widths = {"h_0": ("P", rnn.proj_size or rnn.hidden_size)}
    if isinstance(rnn, nn.LSTM):
        widths["c_0"] = ("H", rnn.hidden_size)
    if state is None:
        given = [x.new_zeros(depth, B, width) for _, width in widths.values()]
        return given[0], given[1] if len(given) == 2 else None
    states = (state,) if isinstance(state, Tensor) else tuple(state)
    if len(states) != len(widths):
        raise ValueError(f"state must be {' and '.join(widths)}, got {len(states)} tensor(s)")
    given = []
    for (name, (letter, width)), tensor in zip(widths.items(), states, strict=True):
        _check_kind(name, tensor, rnn)
        if batched:
            check_shape(name, tensor, f"(num_layers·D, B, {letter})", (depth, B, width))
        else:
            check_shape(name, tensor, f"(num_layers·D, {letter})", (depth, width))
        given.append(tensor if batched else tensor.unsqueeze(1))
    return given[0], given[1] if len(given) == 2 else None


def _check_kind(name: str, tensor: Tensor, rnn: RNNModule) -> None:
    """Raise ValueError unless a tensor has the weights' dtype and device."""
    weight = first_weight(rnn)
    for kind in ("dtype", "device"):
        want, got = getattr(weight, kind), getattr(tensor, kind)
        if want != got:
            raise ValueError(f"{name} must have the weights' {kind}, {want}, got {got}")


def first_weight(rnn: RNNModule) -> Tensor:
    """A weight, whose dtype and device are the network's."""
    weight: Tensor = rnn.all_weights[0][0]
    return weight
