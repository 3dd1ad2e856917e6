"""Component of networks unrolled over a line: input, h, probabilities, predicted character."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack

FILES = ComponentFiles(__file__)
_spelled = st.components.v2.component(
    "rnnviz_spelled",
    html=FILES.source("./letter_steps.html"),
    css=FILES.source("component_view.css", "axes.css", "./letter_steps.css"),
    js=FILES.script("./letter_steps.js"),
)


@dataclass(frozen=True, eq=False)
class Spelled:
    """One network's answers to a line, at several moments of its training.

    Attributes:
        name: E.g. "nn.RNNCell".
        h: Hidden states, float32, shape (F, T, H).
        shares: Probabilities of the symbols, float32, shape (F, T, K).
        losses: At each character, float32, shape (F, T).
    """

    name: str
    h: NDArray[np.float32]
    shares: NDArray[np.float32]
    losses: NDArray[np.float32]


def spelled(
    view_id: str,
    line: tuple[Sequence[str], Sequence[str]],
    symbols: Sequence[str],
    frames: Sequence[int],
    networks: Sequence[Spelled],
    *,
    key: str,
) -> None:
    """Show networks on one line; call it again with the same key for newer moments.

    Args:
        view_id: Changes with the training and the line; the cursor then goes to the end.
        line: Symbols that go in, and those that are wanted, T of each.
        symbols: The alphabet, K.
        frames: Epochs done at each moment, F of them, at least one.
        networks: One to three.
        key: Of the component.

    Raises:
        ValueError: If a shape does not fit.
    """
    F, T, K = len(frames), len(line[0]), len(symbols)
    if len(line[1]) != T:
        raise ValueError(f"line must have T = {T} symbols in both, got {len(line[1])}")
    arrays: dict[str, NDArray[Any]] = {}
    for n, one in enumerate(networks):
        if one.h.shape[:2] != (F, T) or one.shares.shape != (F, T, K):
            raise ValueError(
                f"h and shares must be (F, T, ·) = ({F}, {T}, ·) with K = {K}, "
                f"got {one.h.shape} and {one.shares.shape}"
            )
        if one.losses.shape != (F, T):
            raise ValueError(f"losses must be (F, T) = ({F}, {T}), got {one.losses.shape}")
        arrays |= {f"{n}.h": one.h, f"{n}.p": one.shares, f"{n}.loss": one.losses}
    header = {
        "id": view_id,
        "source": list(line[0]),
        "target": list(line[1]),
        "symbols": list(symbols),
        "frames": list(frames),
        "networks": [one.name for one in networks],
    }
    _spelled(data=pack(header, arrays), key=key)
