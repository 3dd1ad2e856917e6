"""What does each unit do, and what if it did not?"""

from __future__ import annotations

import streamlit as st

from rnnviz.ui import (
    breaking,
    controls,
    memory_view,
    own,
    state,
    state_map,
    states,
    unit_view,
    watch,
)

st.title("What does each unit do, and what if it did not?")
notes = st.container()
subject = states.choose()
recorded = own.recording()
views = ("Watch", "Break", "Units", "Map", "Memory", *(["Recording"] if recorded else []))
shown = controls.view(views, state.VIEW)
if shown == "Watch":
    watch.show(subject)
elif shown == "Break":
    breaking.show(subject)
elif shown == "Units":
    unit_view.show(subject)
elif shown == "Map":
    state_map.show(subject)
elif shown == "Memory":
    memory_view.show(subject)
elif recorded is not None:
    own.show_recording(recorded[1], recorded[0])
with notes:
    controls.notes()
with st.expander("Why? What the numbers mean"):
    st.markdown(states.MEANING)
