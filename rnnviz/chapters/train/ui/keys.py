"""Keys of the session state that the Train page alone has, and their values in the link."""

from __future__ import annotations

import streamlit as st

TRAINING, LIVE_TRAINING = "training", "live_training"  # the component, the fragment around it
OPENED = "opened"  # the digit of a confusion that is opened


def forget_opened() -> None:
    """Let the next confusion open its own first digit."""
    st.session_state.pop(OPENED, None)
