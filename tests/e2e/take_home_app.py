"""The panel on a page of its own, beside the draw page."""

from pathlib import Path

import streamlit as st

from rnnviz.ui import take_home

PAGES = Path(__file__).resolve().parents[2] / "pages"


def take():
    st.title("Take it home")
    take_home.show(st.session_state.setdefault("taken", st.query_params.get("run", "")))


st.set_page_config(layout="wide")
page = st.navigation(
    [st.Page(take, title="Take", default=True), st.Page(PAGES / "draw.py", title="Draw")],
    position="top",
)
page.run()
