"""One training step as a graph."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.training.graph import Graph, Node
from rnnviz.ui.components.packing import pack, source
from rnnviz.ui.components.served import script

_graph = st.components.v2.component(
    "rnnviz_graph",
    html=source("scratch/graph.html"),
    css=source("views.css", "scratch/matrices.css", "scratch/graph.css"),
    js=script("views.js", "scratch/matrices.js", "scratch/graph.js"),
)


def graph(graph_id: str, found: Graph, *, key: str) -> None:
    """Show all Tensors of a training step.

    Args:
        graph_id: Changes with the numbers.
        found: The step.
        key: Of the component.
    """
    nodes = [_node(node) for node in found.nodes]
    _graph(data=pack({"id": graph_id, "steps": found.steps, "nodes": nodes}, {}), key=key)


def _node(node: Node) -> dict[str, object]:
    return {
        "name": node.name,
        "op": node.op,
        "says": node.says,
        "shape": node.data.shape,
        "rows": _rows(node.data),
        "grad": None if node.grad is None else _rows(node.grad),
        "parents": node.parents,
        "column": node.column,
        "depth": node.depth,
    }


def _rows(array: NDArray[np.float64]) -> object:
    """Return numbers as a matrix: of three axes the first two are joined."""
    flat = array.reshape(-1, array.shape[-1]) if array.ndim > 1 else np.atleast_2d(array)
    return flat.round(9).tolist()
