"""The memory view alone, as a page would show it."""

import streamlit as st

from rnnviz.ui import controls, memory_view, models, own, state, training

st.set_page_config(layout="wide")
st.title("Memory")
model = controls.model()
own.upload()
picture, words = training.probe()
label = int(models.test_digits().labels[state.probe_index()])
memory_view.show(model, picture, words, label)
if (found := own.recording()) is not None:
    own.show_recording(found[1], found[0])
st.markdown("the end")
