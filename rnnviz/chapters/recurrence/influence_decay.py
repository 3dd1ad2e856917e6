"""Influence of an input on a later state by distance, and its upper bound for a plain RNN."""

from __future__ import annotations

from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rnnviz.core.inspect.spectral import largest_singular_value

VANISHED, EXPLODED = 1e-3, 10.0  # of what the last row leaves: less, or more


def first_over_last(grid: Tensor | NDArray[Any]) -> float:
    """Return what is left of the first row in the last state over what the last row itself leaves.

    Args:
        grid: Norms as `jacobians` gives them, shape (T, T).

    Returns: NaN if the last row leaves nothing.
    """
    last = float(grid[-1, -1])
    return float(grid[-1, 0]) / last if last > 0 else float("nan")


def by_distance(grid: Tensor) -> Tensor:
    """Return the largest of a grid [t, s] at each distance t − s ≥ 0.

    Args:
        grid: Norms as `jacobians` gives them, shape (T, T).

    Returns: Shape (T,); place d is the largest of [t, t − d].
    """
    return torch.stack([torch.diagonal(grid, -d).max() for d in range(len(grid))])


def bound_by_distance(rnn: nn.RNN, length: int) -> Tensor:
    """Return the most that can be left of x_s in h_t of a plain RNN: ‖W_ih‖ σ^(t-s).

    Each step multiplies by W_hh and by the slopes of tanh or relu, which are at most 1. So it holds
    for a plain RNN, in the norm "rms" of `jacobians`; in a GRU or an LSTM the state also goes on
    past W_hh, and no power of σ bounds it.

    Args:
        rnn: One layer, one direction.
        length: T.

    Returns: For the distances 0 … T-1, shape (T,), float64.

    Raises:
        ValueError: If the module is no plain RNN.
    """
    if not isinstance(rnn, nn.RNN):
        raise ValueError(f"rnn must be an nn.RNN, got {type(rnn).__name__}")
    weights = dict(rnn.named_parameters())
    weight_ih = weights["weight_ih_l0"].detach().double()
    size = float(torch.linalg.vector_norm(weight_ih)) / weight_ih.shape[1] ** 0.5
    sigma = largest_singular_value(weights["weight_hh_l0"])
    found: Tensor = size * sigma ** torch.arange(length, dtype=torch.float64)
    return found
