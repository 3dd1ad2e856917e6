"""Which network learnt it best?"""

from __future__ import annotations

import streamlit as st

from rnnviz.ui import compare, controls, kept, race, search, state

st.title("Which network learnt it best?")
st.markdown(
    "Every run is kept: open it again, lay runs over one another, race the cells against each "
    "other on equal terms, or search for better settings."
)
notes = st.container()
shown = controls.view(("Runs", "Compare", "Race", "Search"), state.VIEW)
if shown == "Compare":
    compare.show(kept.choose_compared())
elif shown == "Race":
    race.show()
elif shown == "Search":
    search.show()
else:
    kept.show()
with notes:
    controls.notes()
