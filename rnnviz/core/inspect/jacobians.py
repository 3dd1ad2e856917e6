"""Influence of an early input or state on a late state: the norms of ∂h_t/∂x_s and ∂h_t/∂h_s."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from rnnviz.core.cells import GRUStep, LSTMStep
from rnnviz.core.inspect.layer_trace import DIRECTIONS, LayerTrace
from rnnviz.core.inspect.reading import evaluating
from rnnviz.core.inspect.trace import run_trace
from rnnviz.core.models import RNNModule

Norm = Literal["rms", "spectral"]

RESCALED_EVERY = 4  # rows: in so few a product stays within what float32 can hold


@dataclass(frozen=True)
class Jacobians:
    """How much of what was at row s is left at row t, [t, s]; 0 where row t is read before row s.

    Attributes:
        h: Of ∂h_t/∂h_s, along every path that starts at h_s; in an LSTM c_s stays what it is, as in
            `gradients.reach`. Shape (T, T), float64; 1 on the diagonal.
        x: Of ∂h_t/∂x_s, shape (T, T), float64; x is what the layer reads.
        c: Of ∂h_t/∂c_s, along every path that starts at c_s, shape (T, T), float64; None unless
            LSTM.
    """

    h: Tensor
    x: Tensor
    c: Tensor | None


def jacobians(
    rnn: RNNModule, x: Tensor, *, layer: int = 0, direction: int = 0, norm: Norm = "rms"
) -> Jacobians:
    """Measure what is left of every row in every later one, for one layer and direction.

    The Jacobians of the steps follow from the gates of a trace; they are multiplied from each row t
    backwards, all t at once. Each product keeps a scale of its own, so that 1e-200 is not yet 0.

    Args:
        rnn: The module, time first; left as found. Dropout is off.
        x: Its input, one sequence, shape (T, 1, I).
        layer: Counted from 0; -1 is the top one.
        direction: 0 forward, 1 reverse: there s is the later row of the two.
        norm: "rms": how long a change of length 1 is when it arrives, root mean square over all its
            directions; that is the Frobenius norm over the square root of the columns. "spectral":
            the same for the direction of which most is left, the largest singular value; it takes
            far longer. For h of a plain RNN both are at most σ^(t-s), σ being that of W_hh.

    Raises:
        ValueError: If x is not one sequence, or norm is another word.
    """
    if x.dim() != 3 or x.shape[1] != 1:
        raise ValueError(f"x must be (T, B, I) = (T, 1, {rnn.input_size}), got {tuple(x.shape)}")
    if norm not in ("rms", "spectral"):
        raise ValueError(f"norm must be rms or spectral, got {norm!r}")
    with torch.no_grad(), evaluating(rnn):
        trace = run_trace(rnn, x).layers[layer][direction]
        steps = _steps(rnn, trace)
        if trace.direction == "forward":
            return _multiplied(steps, norm)
        found = _multiplied(_turned(steps), norm)
    c = None if found.c is None else found.c.flip(0, 1)
    return Jacobians(found.h.flip(0, 1), found.x.flip(0, 1), c)


@dataclass(frozen=True)
class _Memory:
    """What an LSTM's cell state adds to the Jacobians of its steps.

    Attributes:
        c: Of c_t by h_{t-1} and x_t, shape (T, H, P + I).
        m_by_c: Diagonal of m_t by c_t, shape (T, H).
        c_by_c: Diagonal of c_t by c_{t-1}, shape (T, H).
        weight_hr: h_t by m_t, shape (P, H); None: they are the same.
    """

    c: Tensor
    m_by_c: Tensor
    c_by_c: Tensor
    weight_hr: Tensor | None


@dataclass(frozen=True)
class _Steps:
    """The Jacobians of all steps, in reading order.

    Attributes:
        m: Of m_t, which is h_t before a projection, by h_{t-1} and x_t side by side; in an LSTM not
            through c_t. Shape (T, H, P + I).
        memory: None unless LSTM.
    """

    m: Tensor
    memory: _Memory | None = None


def _turned(steps: _Steps) -> _Steps:
    """Put the last row first."""
    if (memory := steps.memory) is not None:
        turned = {name: getattr(memory, name).flip(0) for name in ("c", "m_by_c", "c_by_c")}
        memory = replace(memory, **turned)
    return _Steps(steps.m.flip(0), memory)


def _steps(rnn: RNNModule, trace: LayerTrace) -> _Steps:
    D = 2 if rnn.bidirectional else 1
    weights = rnn.all_weights[trace.layer * D + DIRECTIONS.index(trace.direction)]
    both = torch.cat((weights[1], weights[0]), dim=1)  # (·H, P + I)
    if isinstance(trace.steps, LSTMStep):
        return _lstm_steps(trace.steps, trace, both, weights[-1] if rnn.proj_size else None)
    if isinstance(trace.steps, GRUStep):
        return _gru_steps(trace.steps, trace, both)
    h = trace.h.transpose(0, 1)[0].unsqueeze(-1)  # (T, H, 1)
    return _Steps((h > 0).to(h.dtype) * both if rnn.nonlinearity == "relu" else (1 - h**2) * both)


def _gru_steps(step: GRUStep, trace: LayerTrace, both: Tensor) -> _Steps:
    H = step.r.shape[-1]
    r, z, n, h_prev, a_hn = (
        value[:, 0].unsqueeze(-1)  # (T, H, 1)
        for value in (step.r, step.z, step.n, trace.h_prev, step.a_hh[..., 2 * H :])
    )
    of_r, of_z, of_n = both.chunk(3)
    state, read = of_n[:, :H], of_n[:, H:]
    inner = torch.cat((r * state, read.expand(len(r), -1, -1)), dim=-1)
    m = (1 - z) * (1 - n**2) * (inner + a_hn * r * (1 - r) * of_r)
    m += (h_prev - n) * z * (1 - z) * of_z
    m[..., :H] += torch.diag_embed(z[..., 0])
    return _Steps(m)


def _lstm_steps(
    step: LSTMStep, trace: LayerTrace, both: Tensor, weight_hr: Tensor | None
) -> _Steps:
    assert trace.c_prev is not None
    i, f, g, o, c_prev, tanh_c = (
        value[:, 0].unsqueeze(-1)  # (T, H, 1)
        for value in (step.i, step.f, step.g, step.o, trace.c_prev, step.c.tanh())
    )
    of_i, of_f, of_g, of_o = both.chunk(4)
    c = g * i * (1 - i) * of_i + c_prev * f * (1 - f) * of_f + i * (1 - g**2) * of_g
    m_by_c = (o * (1 - tanh_c**2))[..., 0]
    return _Steps(tanh_c * o * (1 - o) * of_o, _Memory(c, m_by_c, f[..., 0], weight_hr))


def _multiplied(steps: _Steps, norm: Norm) -> Jacobians:
    """Go back from each row t, all at once: row s needs the products of rows t ≥ s alone."""
    m, memory = steps.m, steps.memory
    T, H, _ = m.shape
    weight_hr = None if memory is None else memory.weight_hr
    P = H if weight_hr is None else len(weight_hr)
    by_h = torch.eye(P).to(m).repeat(T, 1, 1)  # ∂h_t/∂h_s over its scale, (T, P, P)
    past_c = m.new_zeros(T, P, H)  # ∂h_t/∂c_s over its scale, through c_{s+1} alone
    scale = torch.ones(T, dtype=torch.float64, device=m.device)
    grids = [torch.zeros(T, T, dtype=torch.float64, device=m.device) for _ in range(3)]
    for s in reversed(range(T)):
        grids[0][s:, s] = scale[s:] * _sizes(by_h[s:], norm)
        by_m = by_h[s:] if weight_hr is None else by_h[s:] @ weight_hr  # (T - s, P, H)
        before = by_m.flatten(0, 1) @ m[s]  # ((T - s)·P, P + I)
        if memory is not None:
            by_c = torch.addcmul(past_c[s:], by_m, memory.m_by_c[s])
            grids[2][s:, s] = scale[s:] * _sizes(by_c, norm)
            before.addmm_(by_c.flatten(0, 1), memory.c[s])
            torch.mul(by_c, memory.c_by_c[s], out=past_c[s:])
        before = before.view(T - s, P, -1)
        by_h[s:] = before[..., :P]
        grids[1][s:, s] = scale[s:] * _sizes(before[..., P:], norm)
        if s % RESCALED_EVERY == 0:
            _rescale(by_h[s:], past_c[s:], scale[s:])
    return Jacobians(grids[0], grids[1], None if memory is None else grids[2])


def _rescale(by_h: Tensor, past_c: Tensor, scale: Tensor) -> None:
    """Make the largest number of each pair of matrices 1 or so, in place."""
    largest = torch.maximum(by_h.abs().amax((1, 2)), past_c.abs().amax((1, 2)))
    largest = torch.where(largest > 0, largest, 1.0)
    by_h /= largest.view(-1, 1, 1)
    past_c /= largest.view(-1, 1, 1)
    scale *= largest


def _sizes(matrices: Tensor, norm: Norm) -> Tensor:
    """Norms of matrices, (N, rows, columns) -> (N,), float64."""
    if norm == "spectral":
        largest: Tensor = torch.linalg.matrix_norm(matrices, ord=2)
        return largest.double()
    root_sum: Tensor = torch.linalg.vector_norm(matrices, dim=(1, 2))
    return root_sum.double() / math.sqrt(matrices.shape[-1])
