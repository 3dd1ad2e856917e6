"""Session keys of the Sine page."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.full_graph import Growth
from rnnviz.ui.widgets.incremental import Job

LIVE_SINE, CHART = "live_sine", "sine_chart"  # the fragment, what the keys of its charts begin with
WRONG = "sine_wrong"  # of the link: what is handed over at a border
NETWORK, FREE = (
    "sine_network",
    "sine_free",
)  # of the link: whose weights are looked at; for how long
LIVE_GROWTH = "live_growth"  # the fragment that measures graphs
_GROWTH = "_growth"  # what is measured of them, and of which network


def set_growth_job(config: SineConfig, job: Job[list[Growth]]) -> None:
    """Keep what is measured of graphs, and of what network."""
    st.session_state[_GROWTH] = (config, job)


def growth_job(config: SineConfig) -> Job[list[Growth]] | None:
    """Return what is measured of that very network; None if it was never asked for."""
    of, job = st.session_state.get(_GROWTH, (None, None))
    return job if of == config else None
