"""A cell's equation with its numbers filled in: the terms that add up to each value of a trace.

One row of a gate's pre-activation is W_ih x_t + b_ih + W_hh h_{t-1} + b_hh, and a new state is made
of two products. Here every one of these terms stands by itself, for all units and time steps.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from rnnviz.core import cells
from rnnviz.core.inspect.layer_trace import DIRECTIONS, LayerTrace
from rnnviz.core.inspect.trace import Trace
from rnnviz.core.models import RNNModule


@dataclass(frozen=True)
class Equation:
    """One layer and direction with all its terms.

    The pre-activation of gate k is `from_input[k] + bias_ih[k] + from_state[k] + bias_hh[k]`; that
    of a GRU's n is `from_input[k] + bias_ih[k] + r · (from_state[k] + bias_hh[k])`.

    Attributes:
        gates: Names of the pre-activations in the order of torch's rows; "h" alone for a plain RNN.
        a: The pre-activations, shape (G, T, B, H).
        from_input: W_ih x_t, shape (G, T, B, H).
        from_state: W_hh h_{t-1}, shape (G, T, B, H).
        bias_ih: Shape (G, H); None if the module has none.
        bias_hh: The same.
        terms: What a new state is made of, each (T, B, H). LSTM: c = kept + added with
            kept = f · c_{t-1} and added = i · g; `squashed` = tanh(c); `made` = o · squashed, which
            is h unless it is projected. GRU: h = kept + added with kept = z · h_{t-1} and
            added = (1 - z) · n. Plain RNN: none.
        half_life: Steps in which the kept state halves if its gate stands still and nothing is
            added, ln ½ / ln f, or of z; ∞ where the gate is 1, shape (T, B, H). None for an RNN.
        weight_hr: Projection of `made` to h, shape (P, H); None if there is none.
    """

    gates: tuple[str, ...]
    a: Tensor
    from_input: Tensor
    from_state: Tensor
    bias_ih: Tensor | None
    bias_hh: Tensor | None
    terms: Mapping[str, Tensor]
    half_life: Tensor | None
    weight_hr: Tensor | None


def fill_in(
    rnn: RNNModule, x: Tensor, trace: Trace, layer: int = 0, direction: int = 0
) -> Equation:
    """Take the values of a trace apart.

    Args:
        rnn: The module that was traced; only read.
        x: What it read, shape (T, B, I).
        trace: Of it.
        layer: Counted from 0.
        direction: 0 forward, 1 reverse.

    Returns: All terms.

    Raises:
        ValueError: If there is no such layer or direction, or x is not (T, B, I).
    """
    if not (0 <= layer < len(trace.layers) and 0 <= direction < len(trace.layers[layer])):
        depth, D = len(trace.layers), len(trace.layers[0])
        raise ValueError(
            f"layer and direction must be below {depth} and {D}, got {layer} and {direction}"
        )
    T, B, I = (*trace.output.shape[:2], rnn.input_size)
    if x.shape != (T, B, I):
        raise ValueError(f"x must be (T, B, I) = {(T, B, I)}, got {tuple(x.shape)}")
    traced = trace.layers[layer][direction]
    ending = f"_l{layer}" + ("_reverse" if DIRECTIONS[direction] == "reverse" else "")
    gates = tuple(traced.gates) or ("h",)
    below = what_enters(x, trace, layer)
    bias_ih, bias_hh = (
        getattr(rnn, f"bias_{part}{ending}").view(len(gates), -1) if rnn.bias else None
        for part in ("ih", "hh")
    )
    return Equation(
        gates=gates,
        a=_by_gate(traced.a, len(gates)),
        from_input=_by_gate(F.linear(below, getattr(rnn, f"weight_ih{ending}")), len(gates)),
        from_state=_by_gate(
            F.linear(traced.h_prev, getattr(rnn, f"weight_hh{ending}")), len(gates)
        ),
        bias_ih=bias_ih,
        bias_hh=bias_hh,
        terms=_terms(traced),
        half_life=_half_life(traced, gates),
        weight_hr=getattr(rnn, f"weight_hr{ending}") if rnn.proj_size else None,
    )


def what_enters(x: Tensor, trace: Trace, layer: int) -> Tensor:
    """Return what a layer reads: x, or the states of all directions below, (T, B, I | D·P)."""
    return x if layer == 0 else torch.cat([below.h for below in trace.layers[layer - 1]], dim=-1)


def half_life(a: Tensor) -> Tensor:
    """Return ln ½ / ln σ(a): in how many steps a gate that stands still halves what it keeps.

    From the pre-activation, since a gate close to 1 has too few digits left.
    """
    return math.log(2) / F.logsigmoid(a).abs()  # a negative 0 would give -∞


def _by_gate(rows: Tensor, gates: int) -> Tensor:
    """Turn torch's rows (T, B, G·H) into (G, T, B, H)."""
    return rows.view(*rows.shape[:-1], gates, -1).movedim(2, 0)


def _terms(traced: LayerTrace) -> dict[str, Tensor]:
    steps = traced.steps
    if isinstance(steps, cells.LSTMStep) and traced.c_prev is not None:
        squashed = steps.c.tanh()
        return {
            "kept": steps.f * traced.c_prev,
            "added": steps.i * steps.g,
            "squashed": squashed,
            "made": steps.o * squashed,
        }
    if isinstance(steps, cells.GRUStep):
        return {"kept": steps.z * traced.h_prev, "added": (1 - steps.z) * steps.n}
    return {}


def _half_life(traced: LayerTrace, gates: tuple[str, ...]) -> Tensor | None:
    """Of the gate that keeps the state: an LSTM's f, a GRU's z."""
    keeper = next((name for name in gates if name in "fz"), None)
    if keeper is None:
        return None
    return half_life(_by_gate(traced.a, len(gates))[gates.index(keeper)])
