"""Component without a view: one entry of the browser's history for each page that is gone to."""

from __future__ import annotations

import streamlit as st

from rnnviz.ui.components.component_files import ComponentFiles

FILES = ComponentFiles(__file__)
_browser_history = st.components.v2.component(
    "rnnviz_browser_history", js=FILES.script("./browser_history.js")
)


def keep() -> None:
    """Keep the browser's history to one entry a page, from now on."""
    _browser_history(key="browser_history")
