"""What does PyTorch hide?"""

from __future__ import annotations

import streamlit as st

from rnnviz.ui import controls, scratch, state

st.title("What does PyTorch hide?")
st.markdown(
    "The same network by hand: an RNN in NumPy and a small autograd that trains it, short enough "
    "to read, numerically equal to PyTorch, with every number visible."
)
notes = st.container()
scratch.show(controls.view(scratch.VIEWS, state.VIEW))
with notes:
    controls.notes()
with st.expander("Why? What the numbers mean"):
    st.markdown(scratch.MEANING)
