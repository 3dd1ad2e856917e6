"""What comes after h, e, l, l?"""

from __future__ import annotations

import streamlit as st

from rnnviz.ui import controls, hello, state

st.title("What comes after h, e, l, l?")
notes = st.container()
shown = controls.view(("hello",), state.VIEW)
if shown == "hello":
    hello.show()
with notes:
    controls.notes()
