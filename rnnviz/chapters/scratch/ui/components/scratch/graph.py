"""Component of the autograd graph of one training step."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.scratch.autograd_graph import Graph, Node
from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack

FILES = ComponentFiles(__file__)
_graph = st.components.v2.component(
    "rnnviz_graph",
    html=FILES.source("./graph.html"),
    css=FILES.source("component_view.css", "./matrices.css", "./graph.css"),
    js=FILES.script("./graph.js"),
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
