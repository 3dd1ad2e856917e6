"""Component of tensors as blocks to scale; a click gives the slice's expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.core.shapes.slices import TENSORS, Pick
from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.session_arrays import pack

Floats = NDArray[np.float32]
MOST = 10_000  # steps, sequences and places are fewer

FILES = ComponentFiles(__file__)
_blocks = st.components.v2.component(
    "rnnviz_blocks",
    html=FILES.source("./blocks.html"),
    css=FILES.source("component_view.css", "./blocks.css", "./product.css"),
    js=FILES.script("./blocks.js"),
)


@dataclass(frozen=True)
class Block:
    """A tensor that is drawn.

    Attributes:
        name: As in code.
        letters: Its shape in letters.
        shape: The same in numbers.
        roles: What each axis is: batch, one, time, features or stack.
        other_roles: The same with the other value of batch_first.
    """

    name: str
    letters: str
    shape: tuple[int, ...]
    roles: tuple[str, ...]
    other_roles: tuple[str, ...]


@dataclass(frozen=True)
class Scene:
    """All that the picture is made of.

    Attributes:
        blocks: From left to right.
        sizes: By letter: T, B, I, H, P, D and num_layers at least.
        batch_first: Which order the settings have.
        orders: Whether the other order is another: not without a batch.
        module: What stands between input and output, e.g. "LSTM".
        facts: What picks are equal to, by "tensor|step|direction|place".
        weight: The first layer's weight_ih, by its name.
        gates: Names of its gates.
    """

    blocks: Sequence[Block]
    sizes: Mapping[str, int]
    batch_first: bool
    orders: bool
    module: str
    facts: Mapping[str, str]
    weight: str
    gates: Sequence[str]


@dataclass(frozen=True, eq=False)
class Product:
    """x_t · W_ih^T by gate, cut to what can be shown, as `input_product.Pulled` has it.

    Attributes:
        x: Shape (T', B', I').
        weight: Shape (G, I', H').
        product: Shape (G, T', B', H').
    """

    x: Floats
    weight: Floats
    product: Floats


def blocks(
    id_: str,
    scene: Scene,
    product: Product,
    start: Pick,
    *,
    key: str,
    on_set: Callable[[], None] = lambda: None,
) -> None:
    """Show the blocks; pointing, cutting and pulling a step out ask the server nothing.

    Args:
        id_: Changes with what is shown.
        scene: What is drawn.
        product: The numbers of a step that is pulled out.
        start: What is cut when the component first comes up; brought within what there is.
        key: Of the component.
        on_set: Called before the next run when the person has cut something and let it rest;
            `picked` reads what.

    Raises:
        ValueError: If a shape does not fit another.
    """
    T, B, I = product.x.shape
    G, _, H = product.weight.shape
    for name, array, shape in (
        ("weight", product.weight, (len(scene.gates), I, H)),
        ("product", product.product, (G, T, B, H)),
    ):
        if array.shape != shape:
            raise ValueError(f"{name} must be {shape}, got {array.shape}")
    for block in scene.blocks:
        if not len(block.roles) == len(block.other_roles) == len(block.shape):
            raise ValueError(f"{block.name} must have a role for each of {len(block.shape)} axes")
    header: dict[str, Any] = {
        "id": id_,
        "blocks": [
            {
                "name": block.name,
                "letters": block.letters,
                "shape": block.shape,
                "roles": {"mine": block.roles, "other": block.other_roles},
            }
            for block in scene.blocks
        ],
        "sizes": dict(scene.sizes),
        "batchFirst": scene.batch_first,
        "orders": scene.orders,
        "module": scene.module,
        "facts": dict(scene.facts),
        "weight": scene.weight,
        "gates": list(scene.gates),
        "start": {
            "tensor": start.tensor,
            "step": start.step,
            "sequence": start.sequence,
            "half": start.direction,
            "place": start.place,
        },
    }
    arrays: dict[str, NDArray[Any]] = {
        "x": product.x,
        "weight": product.weight,
        "product": product.product,
    }
    _blocks(data=pack(header, arrays), key=key, default={"set": None}, on_set_change=on_set)


def picked(message: object) -> Pick | None:
    """Read what the component sent last; None if that is nothing or makes no sense."""
    if not isinstance(message, Mapping) or message.get("tensor") not in TENSORS:
        return None
    numbers = [message.get(name) for name in ("step", "sequence", "half", "place")]
    if not all(n is None or (type(n) is int and 0 <= n < MOST) for n in numbers):
        return None
    return Pick(str(message["tensor"]), *numbers)
