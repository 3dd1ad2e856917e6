"""Router: the script that Streamlit runs, with what all pages share and their navigation."""

from __future__ import annotations

import streamlit as st

from rnnviz.ui.app import latency_metrics, preload
from rnnviz.ui.app.app_files import ICON, PAGES

preload.wait()  # before anything of it is imported

from rnnviz.core import device  # noqa: E402
from rnnviz.data.mnist import DamagedAssetError  # noqa: E402
from rnnviz.training.store.checkpoint import CheckpointError  # noqa: E402
from rnnviz.ui.components import browser_history, page_style  # noqa: E402
from rnnviz.ui.server import embedded_models  # noqa: E402
from rnnviz.ui.session import keys as session_keys  # noqa: E402
from rnnviz.ui.session import linked_values  # noqa: E402
from rnnviz.ui.session.markdown_escape import plain  # noqa: E402

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
browser_history.keep()
linked_values.enter(page.url_path, (session_keys.VIEW,))
page_style.show()
try:
    with latency_metrics.pages().timed():
        page.run()
except (CheckpointError, DamagedAssetError) as error:
    st.error(f"A file of rnnviz is damaged or missing: {error}. Fetch rnnviz again to mend it.")
chosen = embedded_models.device_chosen()
reason = f" {plain(chosen.reason)}." if chosen.reason else ""
st.caption(f"Runs on {device.describe(chosen.device)}.{reason}")
