"""The script that Streamlit runs: what all pages share, then the page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rnnviz.ui import counted, warming

warming.wait()  # before anything of it is imported

from rnnviz.core import device  # noqa: E402
from rnnviz.data.mnist import DamagedAssetError  # noqa: E402
from rnnviz.training.checkpoint import CheckpointError  # noqa: E402
from rnnviz.ui import models  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "pages"
ICON = ROOT / "rnnviz" / "assets" / "icon.png"

st.set_page_config(page_title="rnnviz", page_icon=str(ICON), layout="wide")
page = st.navigation(
    [
        st.Page(PAGES / "home.py", title="rnnviz", icon=":material/home:", default=True),
        st.Page(PAGES / "draw.py", title="Draw", icon=":material/draw:"),
        st.Page(PAGES / "train.py", title="Train", icon=":material/model_training:"),
        st.Page(PAGES / "runs.py", title="Runs", icon=":material/leaderboard:"),
        st.Page(PAGES / "states.py", title="States", icon=":material/grid_on:"),
        st.Page(PAGES / "recurrence.py", title="Recurrence", icon=":material/all_inclusive:"),
        st.Page(PAGES / "shapes.py", title="Shapes", icon=":material/deployed_code:"),
        st.Page(PAGES / "characters.py", title="Characters", icon=":material/abc:"),
        st.Page(PAGES / "scratch.py", title="Scratch", icon=":material/function:"),
        st.Page(PAGES / "sine.py", title="Sine", icon=":material/airwave:"),
    ],
    position="top",
)
try:
    with counted.pages().timed():
        page.run()
except (CheckpointError, DamagedAssetError) as error:
    st.error(f"A file of rnnviz is damaged or missing: {error}. Fetch rnnviz again to mend it.")
st.caption(f"Runs on {device.describe(models.device())}.")
