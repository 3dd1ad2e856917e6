"""Unrolled and nested forms of one RNN cell, and its state when there is no input.

h_t = f(U x_t + W h_{t-1} + b)    o_t = V h_t + c
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rnnviz.chapters.recurrence.activations import Activation, activate
from rnnviz.core.inspect.spectral import Draw, square_matrix


@dataclass(frozen=True, eq=False)
class Cell:
    """The weights that all time steps share, in the letters of the lesson.

    Attributes:
        U: Of the input, shape (H, I): torch's weight_ih.
        W: Of the state, shape (H, H): torch's weight_hh.
        b: Added, shape (H,): torch's bias_ih + bias_hh.
        V: Of the head, shape (K, H): the weight of an nn.Linear.
        c: Of the head, shape (K,).
    """

    U: Tensor
    W: Tensor
    b: Tensor
    V: Tensor
    c: Tensor


def cell_of(rnn: nn.RNN, head: nn.Linear) -> Cell:
    """Name the weights of a one-layer module and its head in the letters of the lesson."""
    weights = {name: p.detach() for name, p in rnn.named_parameters()}
    bias = weights["bias_ih_l0"] + weights["bias_hh_l0"]
    return Cell(
        weights["weight_ih_l0"],
        weights["weight_hh_l0"],
        bias,
        head.weight.detach(),
        head.bias.detach(),
    )


def nested(cell: Cell, x: Sequence[Tensor], activation: Activation = "tanh") -> Tensor:
    """Work out f(U x_t + W f(U x_{t-1} + W f(…) + b) + b) as it is written, from outside in.

    Args:
        cell: The weights.
        x: x_1 … x_t, each of shape (I,); none at all is h_0 = 0.
        activation: f.

    Returns: h_t, shape (H,).
    """
    if not len(x):
        return torch.zeros_like(cell.b)
    inner = nested(cell, x[:-1], activation)
    return activate(activation, cell.U @ x[-1] + cell.W @ inner + cell.b)


def brackets(cell: Cell, x: Tensor, activation: Activation = "tanh") -> Tensor:
    """Work out every bracket of the nested form by itself, from x alone.

    Args:
        cell: The weights.
        x: One sequence, shape (T, I).
        activation: f.

    Returns: The bracket that ends with each x_t, shape (T, H).
    """
    return torch.stack([nested(cell, list(x[: t + 1]), activation) for t in range(len(x))])


@dataclass(frozen=True, eq=False)
class FreeRun:
    """What a cell makes of its state when nothing comes in.

    Attributes:
        size: ‖h_t‖ over √H for t = 0 …, the usual size of a unit, shape (steps + 1,), float64.
        apart: ‖h_t − h'_t‖ over √H of two runs that began elsewhere, shape (steps + 1,).
    """

    size: Tensor
    apart: Tensor


def free_run(
    activation: Activation,
    radius: float,
    *,
    draw: Draw = "orthogonal",
    hidden_size: int = 32,
    steps: int = 50,
    seed: int = 0,
) -> FreeRun:
    """Let h_t = f(W h_{t-1}) go on by itself from two starts.

    Args:
        activation: f.
        radius: Spectral radius of W.
        draw: How W is drawn, as in `spectral.square_matrix`.
        hidden_size: H.
        steps: How often.
        seed: Of W and of the starts, each unit from a normal distribution of variance ¼.

    Returns: Sizes and distances; what float64 cannot hold is inf.
    """
    W = square_matrix(hidden_size, radius, draw, seed)
    chance = torch.Generator().manual_seed(seed + 1)
    h = 0.5 * torch.randn(2, hidden_size, generator=chance, dtype=torch.float64)
    states = [h]
    for _ in range(steps):
        states.append(activate(activation, states[-1] @ W.T))
    both = torch.stack(states)  # (steps + 1, 2, H)
    scale = hidden_size**0.5
    sizes = (
        torch.linalg.vector_norm(each, dim=-1) / scale
        for each in (both[:, 0], both.diff(dim=1)[:, 0])
    )
    size, apart = (torch.where(found.isnan(), torch.inf, found) for found in sizes)  # inf − inf
    return FreeRun(size, apart)


def small_cell(length: int, seed: int = 1) -> tuple[nn.RNN, nn.Linear, Tensor]:
    """Draw a cell that can be written out, I = 1, H = 2, K = 1, and a sequence for it.

    Args:
        length: T.
        seed: Of weights and sequence; torch's own chance is left alone.

    Returns: The module, its head and x of shape (T, 1), all float64; a longer x begins alike.

    Raises:
        ValueError: If length is below 1.
    """
    if length < 1:
        raise ValueError(f"length must be at least 1, got {length}")
    chance = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):  # what these draw is overwritten
        rnn, head = nn.RNN(1, 2).double(), nn.Linear(2, 1).double()
    with torch.no_grad():
        for p in (*rnn.parameters(), *head.parameters()):
            p.copy_(2 * torch.rand(p.shape, generator=chance, dtype=torch.float64) - 1)
    x = [2 * torch.rand(1, generator=chance, dtype=torch.float64) - 1 for _ in range(length)]
    return rnn, head, torch.stack(x)
