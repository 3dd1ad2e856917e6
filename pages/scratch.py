"""Scratch page: recurrent networks in NumPy, beside PyTorch."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.scratch.ui import view as scratch_view
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import controls

st.title("What does PyTorch hide?")
st.markdown(
    "The same network by hand: an RNN in NumPy and a small autograd that trains it, short enough "
    "to read, numerically equal to PyTorch, with every number visible."
)
notes = st.container()
scratch_view.show(controls.view(scratch_view.VIEWS, session_keys.VIEW))
with notes:
    controls.notes()
with st.expander("Why? What the numbers mean"):
    st.markdown(scratch_view.MEANING)
