"""What does recurrence buy, and what does it forget?"""

from __future__ import annotations

import streamlit as st

from rnnviz.ui import (
    controls,
    lesson_texts,
    recurrence_cell,
    recurrence_left,
    recurrence_order,
    span,
    state,
)

st.title("What does recurrence buy, and what does it forget?")
notes = st.container()
views = ("One cell", "Order", "What is left", "Memory span")
shown = controls.view(views, state.VIEW)
if shown == "Order":
    recurrence_order.show()
elif shown == "What is left":
    recurrence_left.show()
elif shown == "Memory span":
    span.show()
else:
    recurrence_cell.show()
with notes:
    controls.notes()
with st.expander("Where sequences are met"):
    st.markdown(lesson_texts.SEQUENCES)
with st.expander("Why? What the numbers mean"):
    st.markdown(span.MEANING if shown == "Memory span" else lesson_texts.MEANING)
