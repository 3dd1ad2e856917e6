"""Component of one cell: rolled and unrolled, its nested form, its parameters and their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack

PARTS = ("U", "W", "b", "V", "c")

FILES = ComponentFiles(__file__)
_cell = st.components.v2.component(
    "rnnviz_cell",
    html=FILES.source("./cell.html"),
    css=FILES.source("component_view.css", "axes.css", "./cell.css", "./nested_form.css"),
    js=FILES.script("./cell.js"),
)


@dataclass(frozen=True, eq=False)
class Unrolled:
    """A cell that can be written out, and what it makes of a sequence.

    Attributes:
        weights: U (H, I), W (H, H), b (H,), V (K, H) and c (K,).
        x: Shape (T, I).
        h: As the module gives it, shape (T, H).
        o: Shape (T, K).
        brackets: As the nested form gives it, shape (T, H).
    """

    weights: Mapping[str, NDArray[Any]]
    x: NDArray[Any]
    h: NDArray[Any]
    o: NDArray[Any]
    brackets: NDArray[Any]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what goes to the browser.

        Raises:
            ValueError: If a shape does not fit.
        """
        T, H = len(self.x), len(self.weights["b"])
        if self.h.shape != (T, H) or self.brackets.shape != (T, H):
            got = f"{self.h.shape} and {self.brackets.shape}"
            raise ValueError(f"h and brackets must be (T, H) = {(T, H)}, got {got}")
        found = {name: getattr(self, name) for name in ("x", "h", "o", "brackets")}
        found["apart"] = np.abs(self.h - self.brackets).max(1)  # before the digits are cut
        found |= {f"weight.{name}": self.weights[name] for name in PARTS}
        return {name: array.astype(np.float32) for name, array in found.items()}


@dataclass(frozen=True)
class Name:
    """What one part is called, and how large it is in a network that reads digits.

    Attributes:
        part: One of PARTS.
        is_: What it is.
        books: Its name in books and papers.
        torch: Its name in torch.
        shape: In letters and numbers.
    """

    part: str
    is_: str
    books: str
    torch: str
    shape: str


def cell(
    unrolled: Unrolled,
    names: Sequence[Name],
    counts: tuple[NDArray[Any], NDArray[Any]],
    told: Mapping[str, str],
    sizes: str,
    *,
    key: str,
) -> None:
    """Show a cell; lighting a part and unfolding the nested form ask the server nothing.

    Args:
        unrolled: What is drawn.
        names: The map of notations.
        counts: Parameters of the recurrent and of the feed-forward net for the lengths 1 …
        told: A sentence for each of PARTS, for when it is lit; "" for none.
        sizes: Of the network whose parameters are counted, e.g. "I = 28, H = 128, K = 10".
        key: Of the component.
    """
    header = {
        "names": [asdict(name) for name in names],
        "told": dict(told),
        "sizes": sizes,
    }
    arrays = unrolled.arrays()
    for name, values in zip(("recurrent", "whole"), counts, strict=True):
        arrays[name] = values.astype(np.float32)
    _cell(data=pack(header, arrays), key=key)
