"""What does recurrence buy, and what does it forget?"""

from __future__ import annotations

import streamlit as st

from rnnviz.ui import (
    controls,
    recurrence_cell,
    recurrence_left,
    recurrence_order,
    sequences_met,
    state,
)

st.title("What does recurrence buy, and what does it forget?")
notes = st.container()
views = ("One cell", "Order", "What is left")
shown = controls.view(views, state.VIEW)
if shown == "Order":
    recurrence_order.show()
elif shown == "What is left":
    recurrence_left.show()
else:
    recurrence_cell.show()
with notes:
    controls.notes()
with st.expander("Where sequences are met"):
    st.markdown(sequences_met.TABLE)
