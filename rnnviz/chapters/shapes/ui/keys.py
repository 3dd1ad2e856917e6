"""Session keys of the Shapes page."""

from __future__ import annotations

import streamlit as st

EXAMPLE, PASTED = "example", "pasted"  # what sets all settings at once
BLOCKS, MAPPING_VIEW = "blocks", "mapping_view"  # components
WANT, MAPPING = "want", "mapping"  # of the link: what a person wants, which way of mapping
WEIGHT_ROW = "weight_row"  # of the link: whose gate is asked for
_TOLD = "_pasted_told"  # what was said of the line pasted last: whether it is read, a sentence


def pasted() -> str:
    """Return the line that lies in the field."""
    return str(st.session_state.get(PASTED) or "")


def tell(read: bool, sentence: str) -> None:
    """Keep what is said of the line that was pasted."""
    st.session_state[_TOLD] = (read, sentence)


def told() -> tuple[bool, str] | None:
    """Return it; None if nothing was pasted, or the settings were changed since."""
    found: tuple[bool, str] | None = st.session_state.get(_TOLD)
    return found


def forget_told() -> None:
    """Let it go: called when other settings are chosen."""
    st.session_state.pop(_TOLD, None)
