"""Choice of the watched digit: a test digit, or the drawing on the pad."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.server import embedded_models
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import pad, setting_controls

Bytes = NDArray[np.uint8]


def probe() -> tuple[Bytes, str]:
    """Return the digit that is watched, uint8 (28, 28), and what it is."""
    if session_keys.probes_drawing() and (drawn := pad.frame()) is not None:
        return drawn, "your drawing"
    index = session_keys.probe_index()
    digits = embedded_models.test_digits()
    picture: Bytes = digits.images[index].numpy()
    return picture, f"test digit {index}, a {int(digits.labels[index])}"


def probe_controls() -> None:
    """Let the person choose the digit that is watched."""
    setting_controls.number(
        "Watched test digit",
        session_keys.PROBE,
        0,
        9999,
        0,
        "Its hidden state is shown while it forms: one of MNIST's 10,000 test digits.",
        width=190,
        disabled=session_keys.probes_drawing(),
    )
    if pad.frame() is not None:
        st.toggle(
            "Watch my drawing",
            key=session_keys.PROBE_DRAWING,
            persist_state="session",
            help="What lies on the Draw page's pad is watched instead.",
        )
