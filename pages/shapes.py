"""Which slice do I want?"""

from __future__ import annotations

import streamlit as st

from rnnviz.ui import controls, shape_form, shape_views, shapes, state

st.title("Which slice do I want?")
notes = st.container()
call = shape_form.choose()
if call is not None:
    shapes.show(call)
    shape_views.show(call, controls.view(tuple(shape_views.VIEWS), state.VIEW))
with notes:
    controls.notes()
with st.expander("Why? What the letters mean"):
    st.markdown(shapes.MEANING)
