"""Step button, which trains for some steps and pauses, and the control of their number."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rnnviz.ui.session import keys as session_keys

STEPS = (1, 10, 100)


def buttons(
    key: str, on_click: Callable[..., None], args: tuple[object, ...], *, idle: bool
) -> None:
    """Show Step, and beside it how many steps a press does.

    Args:
        key: Of the button.
        on_click: What a press does.
        args: Its arguments.
        idle: Whether there is nothing to do a step of.
    """
    st.button(
        "Step",
        key=key,
        icon=":material/skip_next:",
        disabled=idle,
        on_click=on_click,
        args=args,
        help="Do so many steps, then pause; before a run, start one and pause",
    )
    st.segmented_control(
        "Steps at a press",
        STEPS,
        default=1,
        key=session_keys.BATCHES,
        label_visibility="collapsed",
        required=True,
    )
