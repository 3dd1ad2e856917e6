"""Trace of one layer of a recurrent network over all time steps.

nn.RNN, nn.GRU and nn.LSTM are one fused call each and show no gate. So a layer goes through the
same fused kernel, and the gates of all its time steps follow from x and h in two matrix products.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rnnviz.core import cells
from rnnviz.core.models import RNNModule

Direction = Literal["forward", "reverse"]
Weights = dict[str, Tensor]

DIRECTIONS: tuple[Direction, ...] = ("forward", "reverse")

# From this B·H on, an LSTM steps through preallocated rows instead of recomputing its gates. On 1
# and 2 threads with H = 128 the two are even at B = 16 to 64; at B = 1,000 they take 2.4 and 3.6
# times the module's time.
STEPWISE_FROM = 8192


@dataclass(frozen=True)
class LayerTrace:
    """One layer in one direction, over all time steps.

    Row t belongs to time step t in both directions: the reverse one begins in row T-1 and ends in
    row 0. All tensors are (T, B, ·).

    Attributes:
        layer: Counted from 0.
        direction: "forward" or "reverse".
        steps: The step's gates, pre-activations and states with T in front.
        h_prev: What each step began with: the hidden state of the row before, in reading order,
            shape (T, B, P).
        c_prev: The same of the cell state, shape (T, B, H); None unless LSTM.
    """

    layer: int
    direction: Direction
    steps: cells.Step
    h_prev: Tensor
    c_prev: Tensor | None

    @property
    def gates(self) -> dict[str, Tensor]:
        """The gates by name, in the order of torch's rows, each (T, B, H); empty for an RNN."""
        return self.steps.gates

    @property
    def a(self) -> Tensor:
        """The pre-activations in the order of torch's rows, shape (T, B, 1 | 3 | 4 · H)."""
        return self.steps.a

    @property
    def h(self) -> Tensor:
        """The hidden state after each row, shape (T, B, P)."""
        return self.steps.h

    @property
    def c(self) -> Tensor | None:
        """The cell state after each row, shape (T, B, H); None unless LSTM."""
        return self.steps.c if isinstance(self.steps, cells.LSTMStep) else None


def trace_layer(
    rnn: RNNModule, layer: int, x: Tensor, h_0: Tensor, c_0: Tensor | None
) -> tuple[Tensor, tuple[LayerTrace, ...]]:
    """Run one layer and keep all it computes.

    Args:
        rnn: The module; it is only read.
        layer: Counted from 0.
        x: What the layer reads, shape (T, B, I) or (T, B, D·P).
        h_0: Where its directions begin, shape (D, B, P).
        c_0: The same of the cell state, shape (D, B, H); None unless LSTM.

    Returns: The layer's output, shape (T, B, D·P), and a trace for each direction.
    """
    directions = DIRECTIONS[: len(h_0)]
    weights = [layer_weights(rnn, layer, direction) for direction in directions]
    if c_0 is not None and _is_stepwise(x, h_0, c_0, weights):
        traces = tuple(
            _step_lstm(layer, direction, x, h_0[d], c_0[d], weights[d])
            for d, direction in enumerate(directions)
        )
        hs = [trace.h for trace in traces]
        return hs[0] if len(hs) == 1 else torch.cat(hs, dim=-1), traces
    output, _ = run_fused(rnn, x, h_0, c_0, weights)  # (T, B, D·P)
    halves = output.chunk(len(directions), dim=-1)
    c_starts = [None] * len(directions) if c_0 is None else c_0.unbind()
    return output, tuple(
        _fill_in(rnn, layer, direction, x, halves[d], h_0[d], c_starts[d], weights[d])
        for d, direction in enumerate(directions)
    )


def run_layer(rnn: RNNModule, layer: int, x: Tensor) -> Tensor:
    """Run one layer from states of zero, with frozen weights: (T, B, I | D·P) -> (T, B, D·P).

    Gradients flow to x, also where the module is in eval mode and cuDNN would refuse.
    """
    D, P = 2 if rnn.bidirectional else 1, rnn.proj_size or rnn.hidden_size
    weights = [
        {name: weight.detach() for name, weight in layer_weights(rnn, layer, direction).items()}
        for direction in DIRECTIONS[:D]
    ]
    h_0 = x.new_zeros(D, x.shape[1], P)
    c_0 = x.new_zeros(D, x.shape[1], rnn.hidden_size) if isinstance(rnn, nn.LSTM) else None
    output, _ = run_fused(rnn, x, h_0, c_0, weights)
    return output


def last_row(direction: Direction) -> int:
    """The row in which a direction's reading ends."""
    return -1 if direction == "forward" else 0


def layer_weights(rnn: RNNModule, layer: int, direction: Direction) -> Weights:
    """The weights by torch's names without the ending, in the order of torch's kernels."""
    names = ["weight_ih", "weight_hh"]
    names += ["bias_ih", "bias_hh"] if rnn.bias else []
    names += ["weight_hr"] if rnn.proj_size else []
    ending = f"_l{layer}" + ("_reverse" if direction == "reverse" else "")
    return {name: getattr(rnn, name + ending) for name in names}


def run_fused(
    rnn: RNNModule, x: Tensor, h_0: Tensor, c_0: Tensor | None, weights: list[Weights]
) -> tuple[Tensor, Tensor | None]:
    """Run one layer through torch's own kernel.

    Args:
        rnn: The module; only its kind is asked.
        x: What the layer reads, shape (T, B, I) or (T, B, D·P).
        h_0: Where its directions begin, shape (D, B, P).
        c_0: The same of the cell state, shape (D, B, H); None unless LSTM.
        weights: Of each direction, as `layer_weights` has them, or others of their shapes.

    Returns: The output, shape (T, B, D·P), and the cell state at the end, shape (D, B, H).
    """
    params = [weight for direction in weights for weight in direction.values()]
    # cuDNN can only go back through what it ran in training mode; dropout is 0 all the same.
    train = torch.is_grad_enabled()
    options = (params, "bias_ih" in weights[0], 1, 0.0, train, len(weights) == 2, False)
    # One layer of several is not one piece of memory, of which cuDNN alone would warn.
    with (
        warnings.catch_warnings(action="ignore", category=UserWarning)
        if x.is_cuda
        else nullcontext()
    ):
        if c_0 is not None:
            output, _, c_n = torch.lstm(x, (h_0, c_0), *options)
            return output, c_n
        if isinstance(rnn, nn.GRU):
            return torch.gru(x, h_0, *options)[0], None
        kernel = torch.rnn_relu if rnn.nonlinearity == "relu" else torch.rnn_tanh
        return kernel(x, h_0, *options)[0], None


def _fill_in(
    rnn: RNNModule,
    layer: int,
    direction: Direction,
    x: Tensor,
    h: Tensor,
    h_0: Tensor,
    c_0: Tensor | None,
    weights: Weights,
) -> LayerTrace:
    """Compute from x (T, B, ·) and h (T, B, P) what the kernel did not show."""
    h_prev, c_prev = before(h, h_0, direction), None
    a_ih = F.linear(x, weights["weight_ih"], weights.get("bias_ih"))  # (T, B, ·H)
    a_hh = F.linear(h_prev, weights["weight_hh"], weights.get("bias_hh"))  # (T, B, ·H)
    steps: cells.Step
    if c_0 is not None:
        a = a_ih + a_hh
        i, f, g, o = cells.lstm_gates(a)
        c = scan_c(f, i * g, c_0, direction)
        c_prev = before(c, c_0, direction)
        steps = cells.LSTMStep(a=a, i=i, f=f, g=g, o=o, c=c, h=h)
    elif isinstance(rnn, nn.GRU):
        r, z, n = cells.gru_gates(a_ih, a_hh)
        steps = cells.GRUStep(a_ih=a_ih, a_hh=a_hh, r=r, z=z, n=n, h=h)
    else:
        steps = cells.RNNStep(a=a_ih + a_hh, h=h)
    return LayerTrace(layer, direction, steps, h_prev, c_prev)


def before(states: Tensor, start: Tensor, direction: Direction) -> Tensor:
    """Shift states (T, B, ·) by one row in reading order, beginning with start (B, ·)."""
    if direction == "forward":
        return torch.cat((start.unsqueeze(0), states[:-1]))
    return torch.cat((states[1:], start.unsqueeze(0)))


def scan_c(f: Tensor, ig: Tensor, c_0: Tensor, direction: Direction) -> Tensor:
    """Run c_t = f_t · c_{t-1} + i_t · g_t in reading order, shape (T, B, H)."""
    fs, cs, c = f.unbind(), list(ig.unbind()), c_0
    for t in reading_order(len(cs), direction):
        c = cs[t] = torch.addcmul(cs[t], fs[t], c)
    return torch.stack(cs)


def reading_order(T: int, direction: Direction) -> Iterable[int]:
    """The rows in the order in which a direction reads them."""
    return range(T) if direction == "forward" else reversed(range(T))


def _is_stepwise(x: Tensor, h_0: Tensor, c_0: Tensor, weights: list[Weights]) -> bool:
    """Whether stepping pays: large, on a CPU, and nothing that autograd has to follow."""
    if x.device.type != "cpu" or c_0[0].numel() < STEPWISE_FROM:
        return False
    tensors = [x, h_0, c_0, *(weight for direction in weights for weight in direction.values())]
    return not (torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors))


def _step_lstm(
    layer: int, direction: Direction, x: Tensor, h_0: Tensor, c_0: Tensor, weights: Weights
) -> LayerTrace:
    """Step through an LSTM, x (T, B, ·), writing into rows that are there already; no autograd."""
    T, B, H, P = len(x), *c_0.shape, h_0.shape[-1]
    # Rows 0…T of a state: what a step begins with and what it leaves lie side by side.
    before, after = (0, 1) if direction == "forward" else (1, 0)
    hs, cs = x.new_empty(T + 1, B, P), x.new_empty(T + 1, B, H)
    hs[before * T], cs[before * T] = h_0, c_0
    bias = weights["bias_ih"] + weights["bias_hh"] if "bias_ih" in weights else None
    a = F.linear(x, weights["weight_ih"], bias)  # (T, B, 4H)
    i, f, g, o = (x.new_empty(T, B, H) for _ in range(4))
    weight_hh, weight_hr = weights["weight_hh"].T, weights.get("weight_hr")
    for t in reading_order(T, direction):
        a_i, a_f, a_g, a_o = a[t].addmm_(hs[t + before], weight_hh).chunk(4, dim=-1)
        torch.sigmoid(a_i, out=i[t])
        torch.sigmoid(a_f, out=f[t])
        torch.tanh(a_g, out=g[t])
        torch.sigmoid(a_o, out=o[t])
        c = torch.mul(f[t], cs[t + before], out=cs[t + after]).addcmul_(i[t], g[t])
        if weight_hr is None:
            torch.mul(o[t], c.tanh(), out=hs[t + after])
        else:
            torch.mm(o[t] * c.tanh(), weight_hr.T, out=hs[t + after])
    steps = cells.LSTMStep(a=a, i=i, f=f, g=g, o=o, c=cs[after:][:T], h=hs[after:][:T])
    return LayerTrace(layer, direction, steps, hs[before:][:T], cs[before:][:T])
