"""How does a hidden state form?"""

from __future__ import annotations

import streamlit as st

from rnnviz.ui import controls, one_step, run_state, runs, sidebar, state, take_home, training

st.title("How does a hidden state form?")
st.markdown(
    "Set up a network in the sidebar and press Start: its hidden state forms before your "
    "eyes while it learns to read. Pause and scrub back, through training and through time steps."
)
notes = st.container()
values = sidebar.choose()
planned = training.plan(values)
tick_s = runs.tick_s(runs.current())


@st.fragment(key=state.LIVE_TRAINING, run_every=tick_s)
def live() -> None:
    """Show the run, and again while it goes on."""
    training.show(planned, tick_s)


live()
if (run_id := run_state.linked_run()) is not None:
    take_home.show(run_id)
one_step.show(planned)
one_step.show_model(planned)
with notes:
    controls.notes()
with st.expander("Why? What the numbers mean"):
    st.markdown(training.MEANING)
