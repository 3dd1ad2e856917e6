"""What comes after h, e, l, l?"""

from __future__ import annotations

import streamlit as st

from rnnviz.ui import controls, hello, own_pairs, state

st.title("What comes after h, e, l, l?")
notes = st.container()
shown = controls.view(("hello", "My text"), state.VIEW)
if shown == "My text":
    own_pairs.show()
else:
    hello.show()
with notes:
    controls.notes()
