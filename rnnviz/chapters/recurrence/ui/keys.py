"""Session keys of the Recurrence page, and its real numbers and choices in the link."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session.markdown_escape import quoted

N = TypeVar("N", bound=str)

CELL, ACTIVATIONS = "cell_view", "activations"  # components: the cell, what f does
LENGTH, RHO = "length", "rho"  # of the sequence; spectral radius of the cell left to itself
READ_AS, LEARNT = "read_as", "learnt"  # the order in which a digit is read, and was learnt
ORDER_VIEW = "order_view"  # the component of the orders
NETWORKS, RADIUS, DRAW, FORGET = "networks", "radius", "draw", "forget"  # whose memory fades
FADING, CLIPPING = "fading", "clipping"  # components: what is left, steps with and without clipping
STEP_RADIUS, STEP_F = "step_radius", "step_f"  # of the network that is trained
LIVE_SPAN, SPAN, SPAN_LOSS = "live_span", "span", "span_loss"  # of the memory span: its charts
SPAN_AGAINST = "span_against"  # and that of what was measured


def real(
    key: str, label: str, least: float, most: float, default: float, *, step: float, words: str
) -> float:
    """Let the person set a number that need not be whole; it is in the link.

    Args:
        key: Of the widget and the link.
        label: Of the slider.
        least: Its left end.
        most: Its right end.
        default: Where it begins.
        step: Between two values.
        words: The slider's help.
    """
    _check(key, least, most, default)
    value = st.slider(label, least, most, default, step, key=key, bind="query-params", help=words)
    return min(max(float(value), least), most)


def one_of(label: str, names: Sequence[N], key: str, words: str, first: int = 0) -> N:
    """Let the person choose one of several; it is in the link.

    Args:
        label: Of the control.
        names: What there is to choose, as the link spells it.
        key: Of the widget and the link.
        words: The control's help.
        first: Which is chosen at first.
    """
    session_keys.check_choice(key, names, names[first])
    with st.container(width="content"):
        chosen = st.segmented_control(
            label,
            names,
            default=names[first],
            key=key,
            bind="query-params",
            required=True,
            help=words,
        )
    return chosen if chosen in names else names[first]


def _check(key: str, least: float, most: float, default: float) -> None:
    """Say it once if the link asks for a number out of range; Streamlit then falls back."""
    asked = st.query_params.get(key)
    if asked is None or key in st.session_state:
        return
    try:
        value = float(asked)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        range_ = f"which is not within {least:g} to {most:g}"
        session_keys.note(
            f"The link asks for {key} = {quoted(asked)}, {range_}: {default:g} stands in."
        )
