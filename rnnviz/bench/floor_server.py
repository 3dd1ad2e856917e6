"""Server of the baseline app `floor.py`, with the same route for scripts as the app."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rnnviz.ui.components import component_files

app = st.App(Path(__file__).with_name("floor.py"), routes=component_files.routes())
