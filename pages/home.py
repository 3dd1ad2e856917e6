"""Home page: what the app shows, links to its pages, and an example reading to play."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rnnviz.chapters.draw.ui import view as draw_view

PAGES = (
    ("draw", "**Draw a digit**", ":material/draw:"),
    ("train", "Train a network", ":material/model_training:"),
    ("recurrence", "What recurrence is", ":material/all_inclusive:"),
    ("characters", "Spell with one", ":material/abc:"),
    ("scratch", "See it written by hand", ":material/function:"),
    ("sine", "Hand a state on", ":material/airwave:"),
)

st.title("See how a recurrent network reads")
st.markdown(
    "rnnviz opens up RNNs, GRUs and LSTMs: networks that read one step at a time and keep what "
    "they have read in a hidden state. Draw a digit, and while your pen is still down an LSTM "
    "reads it row by row and makes up its mind in front of you. Everything you see is computed on "
    "this machine, by real networks trained on real data."
)
with st.container(horizontal=True, gap="small", key="page_links"):
    for page, label, icon in PAGES:
        st.page_link(Path(__file__).with_name(f"{page}.py"), label=label, icon=icon)
st.subheader("An LSTM reading a digit it has never seen: play it")
draw_view.show_example()
