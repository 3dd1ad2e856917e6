"""Recurrence page: weight sharing, row order, vanishing gradients, memory span."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.recurrence.ui import (
    cell_view,
    influence_view,
    row_order_view,
    span_view,
    texts,
)
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import controls

st.title("What does recurrence buy, and what does it forget?")
notes = st.container()
views = ("One cell", "Order", "What is left", "Memory span")
shown = controls.view(views, session_keys.VIEW)
if shown == "Order":
    row_order_view.show()
elif shown == "What is left":
    influence_view.show()
elif shown == "Memory span":
    span_view.show()
else:
    cell_view.show()
with notes:
    controls.notes()
with st.expander("Where sequences are met"):
    st.markdown(texts.SEQUENCES)
with st.expander("Why? What the numbers mean"):
    st.markdown(span_view.MEANING if shown == "Memory span" else texts.MEANING)
