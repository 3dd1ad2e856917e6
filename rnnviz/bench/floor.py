"""Baseline app of `bench draw`: the pad, and a fragment that computes nothing."""

from __future__ import annotations

import streamlit as st

from rnnviz.ui.components.pad import pad


@st.fragment
def live() -> None:
    """Say that the message came."""
    message = (st.session_state.get("pad") or {}).get("ink") or {"seq": 0}
    words = {"hint": "", "caption": "", "sentence": "", "label": ""}
    header = {"ack": message["seq"], "source": 0, "strokes": [], "width": 18, "units": 128, **words}
    pad(header, {}, key="pad", on_ink=lambda: None)


st.title("Floor")
live()
