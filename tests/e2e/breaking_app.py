"""The view on a page of its own: a network and a test digit from the link."""

import streamlit as st

from rnnviz.ui import breaking, chosen, models

st.set_page_config(layout="wide")
st.title("Break it and see")
name = st.query_params.get("model", chosen.DEFAULT)
index = int(st.query_params.get("digit", "0"))
label = int(models.test_digits().labels[index])
frame = models.test_digits().images[index].numpy()
breaking.show(chosen.chosen(name), frame, f"test digit {index}, a {label}", label)
