"""Drawing pad, with the network's prediction beside it while the user draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack

FILES = ComponentFiles(__file__)
_pad = st.components.v2.component(
    "rnnviz_pad",
    html=FILES.source("./pad.html"),
    css=FILES.source("component_view.css", "./pad.css"),
    js=FILES.script("./pad.js"),
)


def pad(
    header: Mapping[str, Any],
    arrays: Mapping[str, NDArray[Any]],
    *,
    key: str,
    on_ink: Callable[[], None],
) -> None:
    """Show the pad.

    Args:
        header: ack (serial of the last message read), source (serial of what lies on the pad),
            strokes (to lay on a pad that is new; not in an answer to ink, which the browser has
            that sent it), width (of the pen), units (H), label (of the
            state), sentence, hint, caption, word (what a time step is, else "row"), length (T,
            else 28), and with a reading also digit, decided and reach (of h's colours, else 1).
        arrays: With a reading belief (T, K), h (T, H), float32, and frame (28, 28), uint8;
            picture (rows, columns), uint8, if one lies on the pad instead of ink.
        key: Of the component; its state is {"ink": {"seq", "down", "strokes"}}.
        on_ink: Called before the next run when ink has come.
    """
    _pad(data=pack(header, arrays), key=key, default={"ink": None}, on_ink_change=on_ink)
