"""What is this?"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rnnviz.ui import drawing

st.title("See how a recurrent network reads")
st.markdown(
    "rnnviz opens up RNNs, GRUs and LSTMs: networks that read one step at a time and keep what "
    "they have read in a hidden state. Draw a digit, and while your pen is still down an LSTM "
    "reads it row by row and makes up its mind in front of you. Everything you see is computed on "
    "this machine, by real networks trained on real data."
)
with st.container(horizontal=True, gap="small"):
    if st.button("Draw a digit", type="primary", icon=":material/draw:"):
        st.switch_page(Path(__file__).with_name("draw.py"))
    if st.button("Train a network", icon=":material/model_training:"):
        st.switch_page(Path(__file__).with_name("train.py"))
    if st.button("What recurrence is", icon=":material/all_inclusive:"):
        st.switch_page(Path(__file__).with_name("recurrence.py"))
    if st.button("Spell with one", icon=":material/abc:"):
        st.switch_page(Path(__file__).with_name("characters.py"))
    if st.button("See it written by hand", icon=":material/function:"):
        st.switch_page(Path(__file__).with_name("scratch.py"))
    if st.button("Hand a state on", icon=":material/airwave:"):
        st.switch_page(Path(__file__).with_name("sine.py"))
st.subheader("An LSTM reading a digit it has never seen: play it")
drawing.show_example()
