"""Component that colors each character of a text by the value of a unit after it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack

FILES = ComponentFiles(__file__)
_painted = st.components.v2.component(
    "rnnviz_painted",
    html=FILES.source("./colored_text.html"),
    css=FILES.source("component_view.css", "./colored_text.css"),
    js=FILES.script("./colored_text.js"),
)

Floats = NDArray[np.float32]


def painted(
    symbols: Sequence[str],
    read: int,
    h: Floats,
    guesses: Sequence[Sequence[str]],
    shares: Floats,
    bits: Floats,
    *,
    key: str,
) -> None:
    """Show a text; units and places are looked at without asking the server.

    Args:
        symbols: Of the text, T of them.
        read: So many were given, the others the network wrote.
        h: Hidden states, shape (T, H).
        guesses: The likeliest next symbols after each, T lists of G.
        shares: Their probabilities, shape (T, G).
        bits: What each symbol cost, shape (T,).
        key: Of the component.

    Raises:
        ValueError: If a shape does not fit.
    """
    T = len(symbols)
    if not len(h) == len(guesses) == len(shares) == len(bits) == T:
        found = f"{len(h)}, {len(guesses)}, {len(shares)} and {len(bits)}"
        raise ValueError(f"h, guesses, shares and bits must have T = {T} places, got {found}")
    header = {"symbols": list(symbols), "read": read, "guesses": [list(one) for one in guesses]}
    _painted(data=pack(header, {"h": h, "shares": shares, "bits": bits}), key=key)
