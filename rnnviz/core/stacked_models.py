"""Forward pass of several networks of one shape at once, with their weights stacked.

Torch's own RNN, GRU and LSTM have no rule for `torch.vmap`; so the cells' formulas stand here over
an axis S of networks. On a GPU, whose kernels for one small network are mostly launches, S of them
take hardly longer than one.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from rnnviz.core.cells import gru_gates, lstm_gates
from rnnviz.core.config import ModelConfig

Weights = Mapping[str, Tensor]


def logits(config: ModelConfig, weights: Weights, x: Tensor) -> Tensor:
    """What S classifiers of one shape answer, each to sequences of its own.

    Args:
        config: Of all of them; dropout is left out.
        weights: The parameters of `core.models.SequenceClassifier` by name, each with an axis S in
            front, e.g. "rnn.weight_ih_l0", shape (S, 4H, I).
        x: Input, shape (S, T, B, I).

    Returns: Logits, shape (S, B, K). Those of network s depend on its weights and input alone, so
        the gradients of the sum of S losses are those of each.
    """
    layer: Tensor = x
    ends: list[Tensor] = []
    for number in range(config.num_layers):
        outputs, ends = [], []
        for suffix in ("", "_reverse")[: config.num_directions]:
            of = {
                name.removesuffix(f"_l{number}{suffix}").removeprefix("rnn."): value
                for name, value in weights.items()
                if name.endswith(f"_l{number}{suffix}")
            }
            output = _direction(config, of, layer.flip(1) if suffix else layer)
            ends.append(output[:, -1])
            outputs.append(output.flip(1) if suffix else output)
        layer = torch.cat(outputs, dim=-1)  # (S, T, B, D·P)
    if config.pooling == "mean":
        features = layer.mean(1)
    elif config.pooling == "max":
        features = layer.max(1).values
    elif config.pooling == "output":
        features = layer[:, -1]
    else:
        features = torch.cat(ends, dim=-1)  # (S, B, D·P)
    return _linear(features, weights["head.weight"], weights["head.bias"])


def _direction(config: ModelConfig, of: Weights, x: Tensor) -> Tensor:
    """Read (S, T, B, I) from the first step to the last; return h, shape (S, T, B, P)."""
    S, T, B, _ = x.shape
    H, P = config.hidden_size, config.output_size
    bias_ih, bias_hh = of.get("bias_ih"), of.get("bias_hh")
    from_x = _linear(x.flatten(1, 2), of["weight_ih"], bias_ih).view(S, T, B, -1).unbind(1)
    h, c = x.new_zeros(S, B, P), x.new_zeros(S, B, H)
    states = []
    for a_ih in from_x:
        a_hh = _linear(h, of["weight_hh"], bias_hh)  # (S, B, G·H)
        if config.cell == "lstm":
            i, f, g, o = lstm_gates(a_ih + a_hh)
            c = f * c + i * g
            h = o * c.tanh()
            if config.proj_size:
                h = _linear(h, of["weight_hr"], None)
        elif config.cell == "gru":
            _, z, n = gru_gates(a_ih, a_hh)
            h = n + z * (h - n)
        else:
            a = a_ih + a_hh
            h = a.tanh() if config.nonlinearity == "tanh" else a.relu()
        states.append(h)
    return torch.stack(states, 1)


def _linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Compute x Wᵀ + b for each network: (S, N, I), (S, O, I), (S, O) -> (S, N, O)."""
    if bias is None:
        return torch.bmm(x, weight.transpose(1, 2))
    return torch.baddbmm(bias.unsqueeze(1), x, weight.transpose(1, 2))
