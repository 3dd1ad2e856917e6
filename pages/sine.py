"""What is h_state for?"""

from __future__ import annotations

import streamlit as st

from rnnviz.ui import controls, sine, sine_after, sine_home, sine_settings, sine_undetached, state

st.title("What is h_state for?")
st.markdown(
    "A network reads a signal in short segments. One is handed its state at each border, the other "
    "begins each segment anew: see what that does."
)
notes = st.container()
shown = controls.view(("Train", "After training", "Without detach"), state.VIEW)
planned = sine_settings.choose()
if shown == "Train":
    sine.show(planned)
elif shown == "After training":
    sine_after.show(planned)
else:
    sine_undetached.show(planned)
sine_home.show(planned)
with notes:
    controls.notes()
with st.expander("Why? What the numbers mean, and what it is for"):
    st.markdown(sine.MEANING)
