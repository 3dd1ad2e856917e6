"""Train page: one digit classifier, trained live, with its hidden states."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.train.ui import keys as train_keys
from rnnviz.chapters.train.ui import step_shapes_view
from rnnviz.chapters.train.ui import view as train_view
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import selected_runs
from rnnviz.ui.widgets import controls, run_downloads, setting_controls
from rnnviz.ui.widgets.fragment import fragment

st.title("How does a hidden state form?")
st.markdown(
    "Set up a network in the sidebar and press Start: its hidden state forms before your "
    "eyes while it learns to read. Pause and scrub back, through training and through time steps."
)
notes = st.container()
values = setting_controls.choose()
planned = train_view.plan(values)
tick_s = run_manager.tick_s(run_manager.current())


@fragment(key=train_keys.LIVE_TRAINING, run_every=tick_s)
def live() -> None:
    """Show the run, and again while it goes on."""
    train_view.show(planned, tick_s)


live()
if (run_id := selected_runs.linked_run()) is not None:
    run_downloads.show(run_id)
step_shapes_view.show(planned)
step_shapes_view.show_model(planned)
with notes:
    controls.notes()
with st.expander("Why? What the numbers mean"):
    st.markdown(train_view.MEANING)
