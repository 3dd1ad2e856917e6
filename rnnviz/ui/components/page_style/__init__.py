"""Component without a view: the style sheet of all pages, beside the theme of Streamlit."""

from __future__ import annotations

import streamlit as st

from rnnviz.ui.components.component_files import ComponentFiles

FILES = ComponentFiles(__file__)
_page_style = st.components.v2.component("rnnviz_page_style", js=FILES.script("./page_style.js"))


def show() -> None:
    """Add the style sheet to the page, once and for good."""
    _page_style(key="page_style")
