"""View "After training": free running, state portrait, segment boundaries, other lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st
import torch

from rnnviz.chapters.sine import charts, frozen_eval, oscillation, text
from rnnviz.chapters.sine.charts import Course
from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.frozen_eval import Frozen
from rnnviz.chapters.sine.segmented_forward import head_by_steps
from rnnviz.chapters.sine.signals import Source
from rnnviz.chapters.sine.ui import keys, sine_checkpoint_cache
from rnnviz.chapters.sine.ui.keys import CHART
from rnnviz.chapters.sine.ui.sine_checkpoint_cache import Shown
from rnnviz.chapters.sine.ui.train_view import HEIGHT, colours, theme
from rnnviz.core.inspect.reading import evaluating
from rnnviz.ui.figures.numbers import amount
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets import run_group
from rnnviz.ui.widgets.setting_controls import number, one_of

LENGTHS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100, 200)
PERIODS = 6  # of a portrait
BORDERS = 40
LEAST, MOST, USUAL = 20, 5000, 200
LOOP = """# as a loop over the steps, as notebooks have it
outs = torch.stack([out(r_out[t]) for t in range(r_out.size(0))])
# as one Linear over all of them
outs = out(r_out)"""


def show(planned: Sequence[SineConfig]) -> None:
    """Show what a network does with its weights as they are now."""
    embedded_models.one_thread()
    found = run_group.standing("sine")
    networks = sine_checkpoint_cache.shown(planned, found)
    if not networks:
        return
    one = _choose(networks)
    if not one.step:
        st.info("Nothing is trained yet: these are the first weights. Press Start on Train.")
    elif found is not None and not found.over:
        st.caption(f"The training goes on: these are the weights after segment {one.step:,}.")
    _free(one)
    _portrait(one)
    _borders(one)
    _lengths(one)
    _head(one)


def _choose(networks: Sequence[Shown]) -> Shown:
    names = [one.name for one in networks]
    chosen = one_of(
        "Which network, by what became of its state in training",
        keys.NETWORK,
        names,
        "From here on the state is carried, whatever it was trained with.",
    )
    return next((one for one in networks if one.name == chosen), networks[0])


def _free(one: Shown) -> None:
    st.subheader("Left to itself, it reads its own answers")
    steps = number(
        "For so many steps",
        keys.FREE,
        LEAST,
        MOST,
        USUAL,
        "Each answer is read when the signal would be what was asked for.",
        step=100,
        width=200,
    )
    try:
        read, own = sine_checkpoint_cache.known(
            ("free", steps, *one.key),
            lambda: frozen_eval.run_freely(one.model, one.config, one.step, steps),
        )
    except ValueError as error:
        st.info(f"It cannot run freely: {error}.", icon=":material/info:")
        return
    config, first = one.config, read.first + len(read.x)
    wave = Source.of(config).take(first, steps)
    target = wave.y.double().flatten().numpy()
    amplitude = float(np.ptp(target)) / 2
    said = text.freely(oscillation.swing(own), config.steps_per_period, steps, amplitude)
    st.markdown(f"**{said}**")
    look = theme()
    late, times = read.steps[-40:], np.arange(first, first + steps)
    courses = [
        Course("asked for", look.text, times, target, "dotted"),
        Course("led by the signal", colours(look)[one.name], late, read.outputs[-40:]),
        Course("its own way", look.runs[2], times, own),
    ]
    reach = charts.reach_of(target, np.clip(own, -3, 3))
    chart = charts.fit("Its answers", courses, look, borders=[first], reach=reach)
    chart["xAxis"] |= {"min": int(late[0])}
    st.echarts_chart(chart, key=f"{CHART}_free", height=HEIGHT, alt="Its own way")
    _numbers({"time step": times, "asked for": target, "its own answer": own})


def _portrait(one: Shown) -> None:
    st.subheader("Its portrait")
    period = one.config.steps_per_period
    read = _read(one, max(2, int(np.ceil(PERIODS * period / one.config.segment_length))))
    axes, share = oscillation.two_axes(read.h)
    whole = abs(period - round(period)) < 1e-9 and one.config.signal == "sine"
    found = oscillation.gap(read.h, round(period)) if whole and len(read.h) > period else None
    st.markdown(f"**{text.loop(found, share)}**")
    look = theme()
    left, right = st.columns(2, gap="medium")
    with left:
        reach = charts.reach_of(read.y)
        ideal = np.array([-reach, reach])
        courses = [
            Course("all right", look.text, ideal, ideal, "dotted"),
            Course("answers", colours(look)[one.name], read.y, read.outputs),
        ]
        title = "Answer against what was asked for"
        chart = charts.portrait(title, courses, look, x="asked for", y="answer", reach=reach)
        st.echarts_chart(chart, key=f"{CHART}_answers", height=360, alt=title)
    with right:
        course = Course("states", colours(look)[one.name], axes[:, 0], axes[:, 1])
        title = "The state on its two widest axes"
        reach = charts.reach_of(axes)
        chart = charts.portrait(title, [course], look, x="first", y="second", reach=reach)
        st.echarts_chart(chart, key=f"{CHART}_axes", height=360, alt=title)
    _numbers(
        {
            "time step": read.steps,
            "asked for": read.y,
            "answer": read.outputs,
            "first axis": axes[:, 0],
            "second axis": axes[:, 1],
        }
    )


def _borders(one: Shown) -> None:
    st.subheader("The state at each border")
    read = _read(one, BORDERS)
    per_period = one.config.steps_per_period / one.config.segment_length
    st.markdown(f"**{text.borders(read.borders, per_period)}**")
    first = read.first // read.segment_length + 1
    chart = charts.at_borders("h_n of each segment", read.borders, first, theme())
    st.echarts_chart(chart, key=f"{CHART}_borders", height=HEIGHT, alt="States at the borders")
    segments = np.arange(first, first + len(read.borders))
    units = {f"h[{unit}]": column for unit, column in enumerate(read.borders.T)}
    _numbers({"after segment": segments, **units})


def _lengths(one: Shown) -> None:
    st.subheader("Segments longer and shorter than those it was trained on")
    found = sine_checkpoint_cache.known(
        ("lengths", *one.key),
        lambda: list(frozen_eval.by_reading_length(one.model, one.config, one.step, LENGTHS)),
    )
    st.markdown(f"**{text.lengths(found, one.config.segment_length)}**")
    look = theme()
    ink = colours(look)
    lengths, carried, reset = (np.array(column, float) for column in zip(*found, strict=True))
    courses = [
        Course("carried", ink["carried"], lengths, carried),
        Course("reset", ink["reset"], lengths, reset),
    ]
    chart = charts.over(
        "Squared error by the length that is read", courses, look, x="steps of a segment", log="xy"
    )
    st.echarts_chart(chart, key=f"{CHART}_lengths", height=HEIGHT, alt="Error by length")
    _numbers(
        {
            "steps of a segment": [length for length, *_ in found],
            "carried": [amount(errors) for _, errors, _ in found],
            "reset": [amount(errors) for *_, errors in found],
        }
    )


def _head(one: Shown) -> None:
    st.subheader("The head, written in two ways")
    h = torch.from_numpy(_read(one, 2).h).float().unsqueeze(1)
    with evaluating(one.model), torch.no_grad():
        difference = float((head_by_steps(one.model, h) - one.model.head(h)).abs().max())
    st.code(LOOP, language="python")
    st.markdown(f"**{text.heads(difference)}** nn.Linear works on the last axis alone.")


def _numbers(columns: Mapping[str, object]) -> None:
    with st.expander("The numbers behind it"):
        st.dataframe(columns, hide_index=True)


def _read(one: Shown, segments: int) -> Frozen:
    def compute() -> Frozen:
        begun = frozen_eval.settled(one.model, one.config, one.step, carry="detach")
        return frozen_eval.frozen(one.model, one.config, one.step, segments, begun, carry="detach")

    return sine_checkpoint_cache.known(("next", segments, *one.key), compute)
