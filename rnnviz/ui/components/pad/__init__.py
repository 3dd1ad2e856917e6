"""The drawing pad, and beside it what the network makes of the ink while the pen is down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.packing import pack, source
from rnnviz.ui.components.served import script

_pad = st.components.v2.component(
    "rnnviz_pad",
    html=source("pad/pad.html"),
    css=source("views.css", "pad/pad.css"),
    js=script("views.js", "rows.js", "pad/pad.js"),
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
            strokes (to lay on a pad that is new), width (of the pen), units (H), label (of the
            state), sentence, hint, caption, word (what a time step is, else "row"), length (T,
            else 28), and with a reading also digit, decided and reach (of h's colours, else 1).
        arrays: With a reading belief (T, K), h (T, H), float32, and frame (28, 28), uint8;
            picture (rows, columns), uint8, if one lies on the pad instead of ink.
        key: Of the component; its state is {"ink": {"seq", "down", "strokes"}}.
        on_ink: Called before the next run when ink has come.
    """
    _pad(data=pack(header, arrays), key=key, default={"ink": None}, on_ink_change=on_ink)
