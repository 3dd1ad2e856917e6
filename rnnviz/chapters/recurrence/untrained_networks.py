"""Untrained networks whose recurrent weights have a given spectral radius."""

from __future__ import annotations

from rnnviz.core.config import Cell, ModelConfig
from rnnviz.core.inspect.spectral import Draw, with_spectral_radius
from rnnviz.core.models import RNNModule
from rnnviz.training.loop.loop import seeded_model


def fresh_rnn(
    cell: Cell,
    radius: float,
    *,
    draw: Draw = "orthogonal",
    forget_bias: float = 1.0,
    hidden_size: int = 128,
    seed: int = 0,
) -> RNNModule:
    """Build a module that reads rows of digits; torch's own chance is left alone.

    Args:
        cell: "rnn", "gru" or "lstm".
        radius: Spectral radius of W_hh, of every gate's block.
        draw: How W_hh is drawn, as in `core.inspect.spectral`.
        forget_bias: What b_ih + b_hh of an LSTM's forget gates sum to.
        hidden_size: H.
        seed: Of the weights.
    """
    forget = forget_bias if cell == "lstm" else None
    model = seeded_model(ModelConfig(cell=cell, hidden_size=hidden_size), seed, forget)
    return with_spectral_radius(model.rnn, radius, draw)
