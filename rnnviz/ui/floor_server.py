"""The server of `floor.py`, which hands out scripts as the app's own does."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rnnviz.ui.components import served

app = st.App(Path(__file__).with_name("floor.py"), routes=served.routes())
