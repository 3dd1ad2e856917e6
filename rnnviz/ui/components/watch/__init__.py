"""Component of one reading: all states and gates under one cursor, a unit's equation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TypeGuard

import streamlit as st

from rnnviz.ui.components.component_files import script
from rnnviz.ui.components.component_sources import WATCH, WATCH_STYLES, source
from rnnviz.ui.components.session_arrays import pack
from rnnviz.ui.html_views.reading import Reading, Setting

_watch = st.components.v2.component(
    "rnnviz_watch",
    html=source(WATCH),
    css=source(*WATCH_STYLES),
    js=script("ui/components/watch/watch.js"),
)


def watch(
    reading: Reading, start: Setting, *, key: str, on_set: Callable[[], None] = lambda: None
) -> None:
    """Show a reading from the inside; moving about in it asks the server nothing.

    Args:
        reading: What there is to see; it is sent once.
        start: Where the cursor stands when the component first comes up.
        key: Of the component.
        on_set: Called before the next run when the person has set something and let it rest;
            `setting` reads what.
    """
    header = reading.header() | {"start": asdict(start)}
    _watch(
        data=pack(header, reading.arrays()), key=key, default={"set": None}, on_set_change=on_set
    )


def setting(message: object) -> Setting | None:
    """Read what the component sent last; None if that is nothing or makes no sense."""
    if not isinstance(message, Mapping):
        return None
    unit, row, shown = message.get("unit"), message.get("row"), message.get("shown")
    if not (_is_count(unit) and _is_count(row) and isinstance(shown, list) and len(shown) < 20):
        return None
    words = [*shown, message.get("order"), message.get("gate")]
    if not all(isinstance(word, str) and len(word) < 40 for word in words):
        return None
    return Setting(unit, row, tuple(shown), *words[-2:])


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6
