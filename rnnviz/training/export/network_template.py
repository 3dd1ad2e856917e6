"""Template of the recurrent layers and the optimizer, for the templates of all tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

# --- config of the run ---
CELL = "lstm"
INPUT_SIZE = 28
HIDDEN_SIZE = 128
NUM_LAYERS = 1
NONLINEARITY = "tanh"
BIAS = True
DROPOUT = 0.0  # between layers
BIDIRECTIONAL = False
PROJ_SIZE = 0
FORGET_BIAS: float | None = None  # of an LSTM's forget gates at the start: b_ih + b_hh
OPTIMIZER = "adamw"
LEARNING_RATE = 0.003
BETAS = (0.9, 0.999)
MOMENTUM = 0.9
WEIGHT_DECAY = 0.0
CLIP_NORM = 1.0  # largest norm of all gradients together
SEED = 0  # of the weights and of everything else that is random
# --- end of the config ---


def recurrent() -> nn.RNNBase:
    """Return the recurrent layers."""
    sizes = (INPUT_SIZE, HIDDEN_SIZE, NUM_LAYERS)
    options: dict[str, Any] = {"bias": BIAS, "dropout": DROPOUT, "bidirectional": BIDIRECTIONAL}
    if CELL == "lstm":
        return nn.LSTM(*sizes, proj_size=PROJ_SIZE, **options)
    if CELL == "gru":
        return nn.GRU(*sizes, **options)
    return nn.RNN(*sizes, nonlinearity=NONLINEARITY, **options)


def set_forget_bias(lstm: nn.RNNBase, total: float) -> None:
    """Set b_ih + b_hh of an LSTM's forget gates; open gates remember from the first step on."""
    with torch.no_grad():
        for name, value in lstm.named_parameters():
            if name.startswith("bias_"):
                forget = value[HIDDEN_SIZE : 2 * HIDDEN_SIZE]  # of the gates i, f, g, o
                forget.fill_(total if name.startswith("bias_ih") else 0.0)


def optimizer_of(parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """Return the optimizer, fused where torch can: not fused, it rounds differently."""
    if OPTIMIZER == "adam":
        return torch.optim.Adam(
            parameters, lr=LEARNING_RATE, betas=BETAS, weight_decay=WEIGHT_DECAY, fused=True
        )
    if OPTIMIZER == "adamw":
        return torch.optim.AdamW(
            parameters, lr=LEARNING_RATE, betas=BETAS, weight_decay=WEIGHT_DECAY, fused=True
        )
    if OPTIMIZER == "sgd":
        return torch.optim.SGD(
            parameters, lr=LEARNING_RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY, fused=True
        )
    return torch.optim.RMSprop(parameters, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
