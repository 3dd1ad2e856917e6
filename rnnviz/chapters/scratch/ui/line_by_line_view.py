"""Views "Lines" and "Graph": an RNN's forward and backward pass, and its autograd graph."""

from __future__ import annotations

import numpy as np
import streamlit as st

from rnnviz.chapters.scratch import autograd_graph, line_by_line, text
from rnnviz.chapters.scratch.ui import keys
from rnnviz.chapters.scratch.ui.components.scratch import graph as graph_view
from rnnviz.chapters.scratch.ui.components.scratch import lenses as lenses_view
from rnnviz.scratch import rnn

CELLS: dict[str, autograd_graph.Cell] = {"RNN": "rnn", "GRU": "gru", "LSTM": "lstm"}


def show_lines() -> None:
    """Show a pass forward and back: formula, line and matrices under one cursor."""
    with st.container(horizontal=True, gap="small"):
        T = keys.number("Time steps T", "hand_t", 1, 6, 3)
        I = keys.number("Features I", "hand_i", 1, 4, 2)
        H = keys.number("Hidden units H", "hand_h", 1, 6, 3)
        K = keys.number("Outputs K", "hand_k", 1, 6, 4)
        seed = keys.number("Seed", "hand_seed", 0, 999, 0, "Of weights and numbers.")
    rng = np.random.default_rng(seed)
    w = rnn.draw_weights(I, H, K, rng)
    x, targets = rng.normal(size=(T, 1, I)).round(1), rng.normal(size=(T, 1, K)).round(1)
    walk = line_by_line.walk(x, targets, w)
    st.markdown(f"**{text.shares(walk.shares)}**")
    lenses_view.lenses(f"{T} {I} {H} {K} {seed}", walk, key=keys.LENSES)
    with st.expander("The numbers"):
        st.markdown(f"L = ½ Σ (o − y)² = {walk.loss:.6f}")
        for name, value in vars(walk.gradients).items():
            weights, gradient = st.columns(2)
            weights.markdown(f"**{name}**")
            weights.dataframe(np.atleast_2d(getattr(w, name)))
            gradient.markdown(f"**∂L/∂{name}**")
            gradient.dataframe(np.atleast_2d(value))


def show_graph() -> None:
    """Show what one training step of our autograd remembers."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        cell = keys.choice("Cell", "hand_cell", tuple(CELLS))
        T = keys.number("Time steps T", "hand_t", 1, 6, 3)
        H = keys.number("Hidden units H", "hand_h", 1, 6, 3)
        seed = keys.number("Seed", "hand_seed", 0, 999, 0, "Of weights and numbers.")
    found = autograd_graph.training_step(CELLS[cell], T, H, seed=seed)
    operations = sum(1 for node in found.nodes if node.op)
    loss = float(found.nodes[-1].data)
    st.markdown(
        f"**{operations} operations lead from {len(found.nodes) - operations} leaves to the loss, "
        f"{loss:.4g}; `backward` goes through them once, the other way round.**"
    )
    graph_view.graph(f"{cell} {T} {H} {seed}", found, key=keys.GRAPH)
    with st.expander("The numbers"):
        st.dataframe(
            {
                "Tensor": [node.op or node.name for node in found.nodes],
                "shape": [str(node.data.shape) for node in found.nodes],
                "made of": [", ".join(map(str, node.parents)) for node in found.nodes],
                "norm": [float(np.linalg.norm(node.data)) for node in found.nodes],
                "norm of ∂L/∂": [
                    None if node.grad is None else float(np.linalg.norm(node.grad))
                    for node in found.nodes
                ],
            }
        )
