"""What does each unit do, and what if it did not?"""

from __future__ import annotations

import streamlit as st

from rnnviz.ui import controls, state, states, watch

st.title("What does each unit do, and what if it did not?")
notes = st.container()
subject = states.choose()
shown = controls.view(("Watch",), state.VIEW)
if shown == "Watch":
    watch.show(subject)
with notes:
    controls.notes()
with st.expander("Why? What the numbers mean"):
    st.markdown(states.MEANING)
