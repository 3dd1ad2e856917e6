"""Runs page: saved runs, their comparison, races and searches."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.runs.compare.ui import view as compare_view
from rnnviz.chapters.runs.list.ui import view as list_view
from rnnviz.chapters.runs.race.ui import view as race_view
from rnnviz.chapters.runs.search.ui import view as search_view
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import controls

st.title("Which network learnt it best?")
st.markdown(
    "Every run is kept: open it again, lay runs over one another, race the cells against each "
    "other on equal terms, or search for better settings."
)
notes = st.container()
shown = controls.view(("Runs", "Compare", "Race", "Search"), session_keys.VIEW)
if shown == "Compare":
    compare_view.show(list_view.choose_compared())
elif shown == "Race":
    race_view.show()
elif shown == "Search":
    search_view.show()
else:
    list_view.show()
with notes:
    controls.notes()
