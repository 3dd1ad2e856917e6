"""Gradients through time: the norm of the loss's gradient at the state of each time step."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rnnviz.core.cells import gru_gates, lstm_gates
from rnnviz.core.inspect.layer_trace import DIRECTIONS, Direction, last_row, trace_layer
from rnnviz.core.inspect.reading import check_input, evaluating
from rnnviz.core.models import RNNModule, SequenceClassifier
from rnnviz.core.validation import check_shape


@dataclass(frozen=True)
class Reach:
    """How strongly the loss of each digit depends on the top layer's state after each row.

    L_b is the cross-entropy of digit b alone; a batch does not mix. In two directions the state of
    row t is both of them side by side, each after the top layer's cell has read row t: the reverse
    one has then read rows t…T-1 of the layer below.

    Attributes:
        h: ‖∂L_b/∂h_t‖, shape (T, B): along every path that starts at h_t, through the later steps
            and straight to the head if it pools over rows. In an LSTM c_t stays what it is.
        c: ‖∂L_b/∂c_t‖, shape (T, B); None unless LSTM: along every path that starts at c_t, through
            h_t = o_t · tanh(c_t) and through c_{t+1} = f_{t+1} · c_t + …, that is not through h_t.
    """

    h: Tensor
    c: Tensor | None


def reach(model: SequenceClassifier, x: Tensor, targets: Tensor) -> Reach:
    """Measure how far back the loss reaches.

    The top layer is run step by step: a gradient at the fused kernel's output is that row's own
    share alone, without what later rows made of it. The layers below run fused, without autograd.
    There is no dropout, no_grad or inference_mode around the call is no hindrance, and the model is
    only read; its hooks are not called.

    Args:
        model: The classifier; left as found.
        x: Input, shape (T, B, I).
        targets: The right classes, int64 in [0, K), shape (B,).

    Returns: The norms.

    Raises:
        ValueError: If x is not (T, B, I) with at least one row, or targets not int64 classes (B,).
    """
    check_input(model, x)
    check_targets(model, x, targets)
    directions = DIRECTIONS[: model.config.num_directions]
    with torch.inference_mode(mode=False), torch.enable_grad():
        below = _run_below(model.rnn, x)  # (T, B, I) or (T, B, D·P)
        runs = [_run_top(model.rnn, below, direction) for direction in directions]
        # A clone, since autograd refuses to keep what was made in inference mode.
        loss = F.cross_entropy(_logits(model, runs), targets.clone(), reduction="sum")
        hs, cs = [h for run in runs for h in run.h], [c for run in runs for c in run.c]
        grads = torch.autograd.grad(loss, hs + cs)
    of_c = grads[len(hs) :]
    return Reach(_norms(grads[: len(hs)], len(x)), _norms(of_c, len(x)) if of_c else None)


@dataclass(frozen=True)
class _Run:
    """One direction's states after each row, each a node on the path of what is read later.

    Attributes:
        h: Hidden states, T of (B, P).
        c: Cell states, T of (B, H); empty unless LSTM.
    """

    h: list[Tensor]
    c: list[Tensor]


def _run_below(rnn: RNNModule, x: Tensor) -> Tensor:
    """Run the layers under the top one, without autograd: (T, B, I) -> (T, B, I | D·P)."""
    D, P = 2 if rnn.bidirectional else 1, rnn.proj_size or rnn.hidden_size
    h_0 = x.new_zeros(D, x.shape[1], P)
    c_0 = x.new_zeros(D, x.shape[1], rnn.hidden_size) if isinstance(rnn, nn.LSTM) else None
    with torch.no_grad():
        for layer in range(rnn.num_layers - 1):
            x, _ = trace_layer(rnn, layer, x, h_0, c_0)
    return x.detach()


def _run_top(rnn: RNNModule, x: Tensor, direction: Direction) -> _Run:
    """Step through one direction of the top layer, x (T, B, I | D·P).

    As cells.rnn_step, gru_step and lstm_step do, but with the input's share of all rows in one
    matrix product, and on detached weights: no gradient of theirs is wanted.
    """
    D = 2 if rnn.bidirectional else 1
    weights = [weight.detach() for weight in rnn.all_weights[DIRECTIONS.index(direction) - D]]
    bias_ih, bias_hh = weights[2:4] if rnn.bias else (None, None)
    a_ih = F.linear(x, weights[0], bias_ih).unbind()  # T of (B, 1 | 3 | 4 · H)
    B, P = x.shape[1], rnn.proj_size or rnn.hidden_size
    h = x.new_zeros(B, P, requires_grad=True)
    c = x.new_zeros(B, rnn.hidden_size)
    run = _Run([h] * len(x), [c] * len(x) if isinstance(rnn, nn.LSTM) else [])
    for t in range(len(x)) if direction == "forward" else reversed(range(len(x))):
        a_hh = F.linear(h, weights[1], bias_hh)
        if isinstance(rnn, nn.LSTM):
            i, f, g, o = lstm_gates(a_ih[t] + a_hh)
            c = run.c[t] = f * c + i * g
            h = o * c.tanh()
            if rnn.proj_size:
                h = F.linear(h, weights[-1])  # (B, P)
        elif isinstance(rnn, nn.GRU):
            _, z, n = gru_gates(a_ih[t], a_hh)
            h = (1 - z) * n + z * h
        else:
            a = a_ih[t] + a_hh
            h = a.relu() if rnn.nonlinearity == "relu" else a.tanh()
        run.h[t] = h
    return run


def _logits(model: SequenceClassifier, runs: list[_Run]) -> Tensor:
    """Let the head answer, on detached weights: (B, K)."""
    output = torch.cat([torch.stack(run.h) for run in runs], dim=-1)  # (T, B, D·P)
    ends = zip(runs, DIRECTIONS, strict=False)
    h_n = torch.stack([run.h[last_row(direction)] for run, direction in ends])  # (D, B, P)
    with evaluating(model.head):
        return model.frozen_logits(model.pool(output, h_n))


def _norms(grads: tuple[Tensor, ...], T: int) -> Tensor:
    """Norms over all directions: D·T of (B, ·) -> (T, B)."""
    return scaled_norm(torch.cat(torch.split(torch.stack(grads), T), dim=-1))  # (T, B, D·)


def scaled_norm(grads: Tensor) -> Tensor:
    """Norms over the last axis, (…, N) -> (…).

    Scaled, since far back gradients are small, and the square of 1e-25 is 0 in float32.
    """
    largest = grads.abs().amax(dim=-1, keepdim=True).clamp(min=torch.finfo(grads.dtype).tiny)
    norms: Tensor = (grads / largest).norm(dim=-1) * largest[..., 0]
    return norms


def check_targets(
    model: SequenceClassifier, x: Tensor, targets: Tensor, name: str = "targets"
) -> None:
    """Raise ValueError unless targets are the model's classes, one for each sequence of x.

    On a GPU a class out of range would end the process's use of it; so it is checked here.
    """
    check_shape(name, targets, "(B,)", (x.shape[1],))
    K = model.num_classes
    if targets.dtype != torch.int64 or not ((targets >= 0) & (targets < K)).all():
        raise ValueError(
            f"{name} must be int64 classes in [0, {K}), got {targets.dtype}: {targets.tolist()}"
        )
