"""Spectral radius and largest singular value of a recurrent weight matrix, and how to set them.

The spectral radius ρ, the largest |eigenvalue|, tells what becomes of a state in the long run; the
largest singular value σ ≥ ρ what a single step can do at most. In an orthogonal matrix both are 1.
"""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Literal, get_args

import torch
from torch import Tensor

from rnnviz.core.models import RNNModule

Draw = Literal["orthogonal", "torch"]


def spectral_radius(weight: Tensor) -> float:
    """Return the largest |eigenvalue| of a square matrix, (H, H)."""
    return float(torch.linalg.eigvals(_square(weight)).abs().max())


def largest_singular_value(weight: Tensor) -> float:
    """Return σ, by how much a matrix can stretch a vector, (rows, columns)."""
    return float(torch.linalg.matrix_norm(weight.detach().double(), ord=2))


def square_matrix(hidden_size: int, radius: float, draw: Draw, seed: int) -> Tensor:
    """Draw a matrix of a spectral radius; torch's own chance is left alone.

    Args:
        hidden_size: H.
        radius: Its spectral radius, at least 0.
        draw: "orthogonal": it turns, and stretches all directions alike, σ = ρ. "torch": evenly
            from ±1/√H, as nn.RNN draws it; then σ is about twice ρ.
        seed: Of the draw.

    Returns: Shape (H, H), float64.

    Raises:
        ValueError: If radius or draw is none that there is.
    """
    chance = torch.Generator().manual_seed(seed)
    drawn = torch.rand(hidden_size, hidden_size, generator=chance, dtype=torch.float64)
    return _with_radius((2 * drawn - 1) / math.sqrt(hidden_size), radius, draw)


def with_spectral_radius(rnn: RNNModule, radius: float, draw: Draw) -> RNNModule:
    """Copy a module and give every (H, H) block of its first layer's weight_hh a spectral radius.

    A GRU has three such blocks, r, z, n, an LSTM four, i, f, g, o: each gate gets the same.

    Args:
        rnn: One layer, one direction, no projection; left as found.
        radius: As in `square_matrix`.
        draw: "orthogonal": the blocks' nearest orthogonal factor, by QR. "torch": as they are.

    Raises:
        ValueError: If the module is another, or as `square_matrix`.
    """
    if rnn.num_layers != 1 or rnn.bidirectional or rnn.proj_size:
        raise ValueError("rnn must have one layer, one direction and no projection")
    found = deepcopy(rnn)
    weight = next(p for name, p in found.named_parameters() if name == "weight_hh_l0")
    with torch.no_grad():
        for block in torch.split(weight, rnn.hidden_size):
            block.copy_(_with_radius(block.double(), radius, draw))
    return found


def _with_radius(weight: Tensor, radius: float, draw: Draw) -> Tensor:
    if not 0 <= radius < math.inf:
        raise ValueError(f"radius must be at least 0, got {radius}")
    if draw not in get_args(Draw):
        raise ValueError(f"draw must be one of {', '.join(get_args(Draw))}, got {draw!r}")
    if draw == "orthogonal":
        orthogonal: Tensor = torch.linalg.qr(weight).Q
        return orthogonal * radius
    return weight * (radius / spectral_radius(weight))


def _square(weight: Tensor) -> Tensor:
    if weight.dim() != 2 or weight.shape[0] != weight.shape[1]:
        raise ValueError(f"weight must be (H, H), got {tuple(weight.shape)}")
    return weight.detach().double()
