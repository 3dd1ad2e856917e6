"""A network's units and its map of states, on a page of their own."""

import streamlit as st

from rnnviz.ui import controls, models, state, state_map, training, unit_view

st.set_page_config(layout="wide")
st.title("Units and map")
network = controls.model()
training.probe_controls()
picture, words = training.probe()
label = int(models.test_digits().labels[state.probe_index()])
if controls.view(("Units", "Map"), state.VIEW) == "Map":
    state_map.show(network, picture, words, label)
else:
    unit_view.show(network, picture, words, label)
controls.notes()
