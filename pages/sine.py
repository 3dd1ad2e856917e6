"""Sine page: a signal read in segments, with the hidden state passed or reset."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.sine.ui import downloads as sine_downloads
from rnnviz.chapters.sine.ui import evaluate_view, full_graph_view, train_view
from rnnviz.chapters.sine.ui import form as sine_form
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import controls

st.title("What is h_state for?")
st.markdown(
    "A network reads a signal in short segments. One is handed its state at each border, the other "
    "begins each segment anew: see what that does."
)
notes = st.container()
shown = controls.view(("Train", "After training", "Without detach"), session_keys.VIEW)
planned = sine_form.choose()
if shown == "Train":
    train_view.show(planned)
elif shown == "After training":
    evaluate_view.show(planned)
else:
    full_graph_view.show(planned)
sine_downloads.show(planned)
with notes:
    controls.notes()
with st.expander("Why? What the numbers mean, and what it is for"):
    st.markdown(train_view.MEANING)
