"""Product of one time step's input with the weights, [B, I] × [I, H], gate by gate."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rnnviz.core.shapes.run import Run
from rnnviz.core.shapes.table import GATES

STEPS, SEQUENCES, FEATURES, UNITS = 128, 8, 12, 12  # so many are shown at most


@dataclass(frozen=True, eq=False)
class Pulled:
    """The product x_t · W_ih^T of the first layer, forward, cut to what can be shown.

    Attributes:
        gates: Their names, G of them.
        x: The first sequences' and features' input, shape (T', B', I').
        weight: Transposed rows of each gate, shape (G, I', H').
        product: With all I features, shape (G, T', B', H').
    """

    gates: tuple[str, ...]
    x: Tensor
    weight: Tensor
    product: Tensor


def pull(run: Run) -> Pulled:
    """Return the first layer's product with the input for the first steps of a call."""
    config = run.call.config
    gates = GATES[config.cell]
    weight = run.rnn.get_parameter("weight_ih_l0").detach()  # (G·H, I)
    by_gate = weight.view(len(gates), config.hidden_size, -1)[:, :UNITS]  # (G, H', I)
    x = run.x.unsqueeze(1) if run.call.unbatched else run.x
    x = x if run.time_axis == 0 else x.transpose(0, 1)  # (T, B, I)
    x = x[:STEPS, :SEQUENCES]
    product = torch.einsum("tbi,ghi->gtbh", x, by_gate)
    return Pulled(gates, x[..., :FEATURES], by_gate[..., :FEATURES].transpose(1, 2), product)
