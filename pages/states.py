"""States page: the units and gates inside one network while it reads a digit."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.states.ablation.ui import view as ablation_view
from rnnviz.chapters.states.map.ui import view as map_view
from rnnviz.chapters.states.memory.ui import view as memory_view
from rnnviz.chapters.states.recording.ui import upload
from rnnviz.chapters.states.recording.ui import view as recording_view
from rnnviz.chapters.states.ui import view as states_view
from rnnviz.chapters.states.units.ui import view as units_view
from rnnviz.chapters.states.watch.ui import view as watch_view
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import controls

st.title("What does each unit do, and what if it did not?")
notes = st.container()
subject = states_view.choose()
recorded = upload.recording()
views = ("Watch", "Break", "Units", "Map", "Memory", *(["Recording"] if recorded else []))
shown = controls.view(views, session_keys.VIEW)
if shown == "Watch":
    watch_view.show(subject)
elif shown == "Break":
    ablation_view.show(subject)
elif shown == "Units":
    units_view.show(subject)
elif shown == "Map":
    map_view.show(subject)
elif shown == "Memory":
    memory_view.show(subject)
elif recorded is not None:
    recording_view.show(recorded[1], recorded[0])
with notes:
    controls.notes()
with st.expander("Why? What the numbers mean"):
    st.markdown(states_view.MEANING)
