"""Player of a reading: digit, predicted probabilities and states, row by row, on the client."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack

FILES = ComponentFiles(__file__)
_player = st.components.v2.component(
    "rnnviz_player",
    html=FILES.source("./player.html"),
    css=FILES.source("component_view.css", "axes.css", "./player.css"),
    js=FILES.script("./player.js"),
)


@dataclass(frozen=True)
class Panel:
    """One heatmap of the player.

    Attributes:
        name: The letter that the readout gives its values, e.g. "h".
        label: What stands above it.
        values: float32, shape (T, H).
        scale: Of the palette: "diverging" for what is centred on 0, else "sequential".
        range: The values at the two ends of the scale.
    """

    name: str
    label: str
    values: NDArray[np.float32]
    scale: Literal["diverging", "sequential"] = "diverging"
    range: tuple[float, float] = (-1.0, 1.0)


def player(
    reading_id: str,
    frame: NDArray[np.uint8],
    belief: NDArray[np.float32] | None,
    decided: int,
    panels: Sequence[Panel],
    *,
    key: str,
    entering: NDArray[Any] | None = None,
    word: str = "row",
) -> None:
    """Show a reading, to be scrubbed and played without asking the server.

    Args:
        reading_id: Changes with the reading; the cursor then goes to the last row.
        frame: The picture that was read, shape (T, I).
        belief: Probabilities after each row, shape (T, K); None if nobody knows.
        decided: The row of the decision, from 1.
        panels: Heatmaps under the belief.
        key: Of the component.
        entering: The time step, from 0, in which each pixel is read, shape (28, 28); None where
            row t is read at step t.
        word: What one time step is, e.g. "row".
    """
    words = [{k: v for k, v in asdict(p).items() if k != "values"} for p in panels]
    arrays: dict[str, NDArray[Any]] = {
        "frame": frame,
        "belief": np.empty((len(frame), 0), np.float32) if belief is None else belief,
        **{p.name: p.values for p in panels},
    }
    if entering is not None:
        arrays["entering"] = entering.astype(np.float32)
    header = {"id": reading_id, "decided": decided, "panels": words, "word": word}
    _player(data=pack(header, arrays), key=key)
