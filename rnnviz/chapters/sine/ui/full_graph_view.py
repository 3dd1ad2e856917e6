"""View "Without detach": torch's error message, and the measured cost of the full graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from rnnviz.chapters.sine import charts, full_graph, text
from rnnviz.chapters.sine.charts import Course
from rnnviz.chapters.sine.config import SINE_LIMITS, SineConfig
from rnnviz.chapters.sine.full_graph import Growth
from rnnviz.chapters.sine.ui import keys, sine_checkpoint_cache
from rnnviz.chapters.sine.ui.keys import CHART
from rnnviz.chapters.sine.ui.train_view import HEIGHT, theme
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets import incremental
from rnnviz.ui.widgets.incremental import Job

COUNTS = (1, 2, 5, 10, 20, 50, 100, 200)
STEPPED = """h_state = None
for x, y in segments:
    r_out, h_state = rnn(x, h_state)      # no detach
    loss = ((out(r_out) - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward({argument})
    optimizer.step()"""
WHOLE = """h_state, losses = None, []
for x, y in segments:
    r_out, h_state = rnn(x, h_state)      # no detach
    losses.append(((out(r_out) - y) ** 2).mean())
optimizer.zero_grad()
torch.stack(losses).mean().backward()  # through all segments
optimizer.step()                       # one step"""


def show(planned: Sequence[SineConfig]) -> None:
    """Show both forms of it."""
    if not planned:
        return
    embedded_models.one_thread()
    config = planned[0]
    st.subheader("A step after each segment: torch refuses")
    for column, retain in zip(st.columns(2, gap="medium"), (False, True), strict=True):
        with column:
            _refusal(config, retain=retain)
    st.subheader("One step after all segments: full back-propagation through time")
    left, right = st.columns([1, 1], gap="medium")
    with left:
        st.code(WHOLE, language="python")
    with right:
        _measured(config)


def counts(config: SineConfig) -> tuple[int, ...]:
    """Return how many segments are put into one graph, within what one person may ask for."""
    most = SINE_LIMITS["graph_steps"] // config.segment_length
    return tuple(count for count in COUNTS if count <= most)


def _refusal(config: SineConfig, *, retain: bool) -> None:
    st.code(STEPPED.format(argument="retain_graph=True" if retain else ""), language="python")
    plain = replace(config, pace=0)
    found = sine_checkpoint_cache.known(
        ("refusal", retain, plain), lambda: full_graph.refusal(plain, retain_graph=retain)
    )
    if not found.segment:
        st.info("This torch did not refuse it.")
        return
    st.error(
        f"At segment {found.segment}, torch says:\n\n> RuntimeError: {found.text}",
        icon=":material/error:",
    )
    st.markdown(f"**Cause.** {found.cause}\n\n**Cure.** {found.cure}")


def _measured(config: SineConfig) -> None:
    plain, planned = replace(config, pace=0), counts(config)
    said = f"{planned[-1]} segments, {planned[-1] * config.segment_length:,} steps"
    st.caption(
        f"Measured on this machine with the network set above, from one segment to {said}; a graph "
        f"through more than {SINE_LIMITS['graph_steps']:,} steps is not built here."
    )
    job = keys.growth_job(plain)

    def filling() -> bool:
        _buttons(plain)
        job = keys.growth_job(plain)
        if job is None:
            st.info("Press Measure: a few seconds.", icon=":material/timer:")
            return True
        job.go_on()  # one graph: the longest take more than a moment
        found = job.newest or []
        incremental.progress(len(found) / len(planned), f"{len(found)} of {len(planned)} graphs")
        _grown(found)
        return job.over

    incremental.live(keys.LIVE_GROWTH, filling, done=job is None or job.over)


def _buttons(config: SineConfig) -> None:
    job = keys.growth_job(config)
    going = job is not None and not job.over
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Measure",
            key="sine_measure",
            type="primary",
            icon=":material/timer:",
            disabled=going,
            on_click=_begin,
            args=(config,),
        )
        incremental.cancel_button(job, "sine_cancel")


def _begin(config: SineConfig) -> None:
    def pieces() -> Iterator[list[Growth]]:
        found: list[Growth] = []
        for one in full_graph.growth(config, counts(config)):
            found.append(one)
            yield list(found)

    keys.set_growth_job(config, Job(pieces))


def _grown(found: Sequence[Growth]) -> None:
    st.markdown(f"**{text.grown(found)}**")
    look = theme()
    x = np.array([one.segments for one in found], float)
    kinds = (
        ("operations in the graph", look.runs[0], [one.nodes for one in found]),
        ("kept for the way back, KB", look.runs[1], [one.kept_bytes / 1e3 for one in found]),
        ("time of one step, ms", look.runs[2], [one.step_s * 1e3 for one in found]),
    )
    courses = [Course(name, colour, x, np.array(y, float)) for name, colour, y in kinds]
    chart = charts.over("What one step costs", courses, look, x="segments in one graph", log="xy")
    chart["grid"] |= {"top": 84}  # on a phone its legend takes three lines
    st.echarts_chart(chart, key=f"{CHART}_growth", height=HEIGHT + 60, alt="Costs by segments")
    with st.expander("The numbers behind it"):
        columns = {
            "segments": [one.segments for one in found],
            "time steps": [one.time_steps for one in found],
            "operations": [one.nodes for one in found],
            "kept, KB": [round(one.kept_bytes / 1e3, 1) for one in found],
            "one step, ms": [round(one.step_s * 1e3, 2) for one in found],
        }
        st.dataframe(columns, hide_index=True)
