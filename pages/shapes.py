"""Shapes page: the shape of every tensor of a call, and which slice of it to use."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.shapes.ui import form as shapes_form
from rnnviz.chapters.shapes.ui import tabs
from rnnviz.chapters.shapes.ui import view as shapes_view
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import controls

st.title("Which slice do I want?")
notes = st.container()
call = shapes_form.choose()
if call is not None:
    shapes_view.show(call)
    tabs.show(call, controls.view(tuple(tabs.VIEWS), session_keys.VIEW))
with notes:
    controls.notes()
with st.expander("Why? What the letters mean"):
    st.markdown(shapes_view.MEANING)
