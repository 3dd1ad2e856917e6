"""View "Train": one network trained with the state carried and reset, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from rnnviz.chapters.sine import charts, frozen_eval, text
from rnnviz.chapters.sine.charts import Course
from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.frozen_eval import WRONG, Frozen, Handover, Wrong
from rnnviz.chapters.sine.health import light
from rnnviz.chapters.sine.ui import keys, sine_checkpoint_cache
from rnnviz.chapters.sine.ui.keys import CHART
from rnnviz.chapters.sine.ui.sine_checkpoint_cache import Shown
from rnnviz.training.jobs.side_by_side import Standing
from rnnviz.ui.figures import palette
from rnnviz.ui.figures.numbers import amount
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets import run_group
from rnnviz.ui.widgets.fragment import fragment
from rnnviz.ui.widgets.setting_controls import one_of

RIGHT = "the right state"
LIGHTS = {"ok": "green", "warn": "orange", "bad": "red", "unknown": "gray"}
HEIGHT = 250


def show(planned: Sequence[SineConfig]) -> None:
    """Show the training with its buttons, and again while it goes on."""
    found = run_group.standing("sine")
    tick_s = run_group.tick_s(found)

    @fragment(key=keys.LIVE_SINE, run_every=tick_s)
    def live() -> None:
        embedded_models.one_thread()
        found = run_group.standing("sine")
        run_group.buttons("sine", planned, found, what="both networks")
        run_group.endings(found)
        share, words = run_group.words(found, "segments")
        st.progress(share, words)
        wrong = _handed_over()
        networks = sine_checkpoint_cache.shown(planned, found)
        if networks:
            _picture(networks, found, wrong)
        if run_group.tick_s(found) != tick_s:
            st.rerun()

    live()


def colours(theme: palette.Palette) -> dict[str, str]:
    """Return the colour of each network, the same in all charts."""
    return {"carried": theme.runs[0], "reset": theme.runs[1], "wrong": theme.runs[3]}


def theme() -> palette.Palette:
    """Return the palette of the theme that the browser shows."""
    return palette.DARK if st.context.theme.type == "dark" else palette.LIGHT


def _handed_over() -> Wrong | None:
    """Let the person hand a wrong state over."""
    chosen = one_of(
        "Hand over at the border in the middle",
        keys.WRONG,
        (RIGHT, *WRONG),
        "To the network that is carried, its weights as they are: zeros, noise within ±1, or the "
        "state of half a period later. How many steps until it has recovered?",
    )
    return chosen if chosen in WRONG else None


def _picture(networks: Sequence[Shown], found: Standing | None, wrong: Wrong | None) -> None:
    reads = [sine_checkpoint_cache.read(one) for one in networks]
    by_name = {one.name: each for one, each in zip(networks, reads, strict=True)}
    first = networks[0]
    if len(by_name) == 2:
        said = text.verdict(
            by_name["carried"].errors,
            by_name["reset"].errors,
            step=min(one.step for one in networks),
            steps=first.config.steps,
            begun=found is not None,
        )
        st.markdown(f"**{said}**")
    _lights(networks)
    carried = next((one for one in networks if one.name == "carried"), None)
    handover = _hand_over(carried, wrong) if carried is not None and wrong is not None else None
    if wrong is not None and handover is not None:
        st.markdown(text.handed(wrong, handover.recovered, len(handover.wrong.x)))
    _fits(networks, reads, handover)
    _heats(networks, reads, handover)
    _below(networks, reads)
    _table(networks, reads)


def _lights(networks: Sequence[Shown]) -> None:
    with st.container(horizontal=True, gap="medium"):
        for one in networks:
            seen = light(one.config, one.history)
            told = " ".join(filter(None, (seen.says, seen.remedy)))
            with st.container(horizontal=True, gap="xsmall", width="content"):
                st.badge(one.name, color=LIGHTS[seen.level], icon=":material/circle:")  # type: ignore[arg-type]
                st.caption(told)


def _hand_over(one: Shown, wrong: Wrong) -> Handover:
    first, count = one.window
    border = first + count // 2
    return sine_checkpoint_cache.known(
        ("wrong", wrong, *one.key),
        lambda: frozen_eval.hand_over(one.model, one.config, border, count - count // 2, wrong),
    )


def _fits(networks: Sequence[Shown], reads: Sequence[Frozen], handover: Handover | None) -> None:
    look = theme()
    ink = colours(look)
    reach = charts.reach_of(*(each.y for each in reads))
    for column, one, each in zip(st.columns(2, gap="medium"), networks, reads, strict=False):
        courses = [
            Course("asked for", look.text, each.steps, each.y, "dotted"),
            Course(f"answer, {one.name}", ink[one.name], each.steps, each.outputs),
        ]
        at = None
        if handover is not None and one.name == "carried":
            mistaken = handover.wrong
            courses.append(
                Course("after the wrong state", ink["wrong"], mistaken.steps, mistaken.outputs)
            )
            at = mistaken.first
        with column:
            chart = charts.fit(
                f"State {one.name}: the segments read last",
                courses,
                look,
                borders=_borders(each),
                at=at,
                reach=reach,
            )
            st.echarts_chart(
                chart,
                key=f"{CHART}_fit_{one.name}",
                height=HEIGHT,
                alt=f"Target and answer with the state {one.name}",
            )


def _heats(networks: Sequence[Shown], reads: Sequence[Frozen], handover: Handover | None) -> None:
    for column, one, each in zip(st.columns(2, gap="medium"), networks, reads, strict=False):
        h, title = each.h, f"h through the borders, {one.name}"
        if handover is not None and one.name == "carried":
            begins = handover.wrong.first - each.first
            h, title = np.concatenate((h[:begins], handover.wrong.h)), f"{title}, wrong from there"
        with column:
            chart = charts.heat(title, h, each.first, _borders(each), theme())
            st.echarts_chart(
                chart,
                key=f"{CHART}_heat_{one.name}",
                height=HEIGHT,
                alt=f"Hidden state over the steps, {one.name}",
            )


def _below(networks: Sequence[Shown], reads: Sequence[Frozen]) -> None:
    look = theme()
    ink = colours(look)
    left, right = st.columns(2, gap="medium")
    errors = {
        one.name: (ink[one.name], each.errors.mean(0))
        for one, each in zip(networks, reads, strict=True)
    }
    with left:
        chart = charts.by_place("Squared error by place in the segment", errors, look)
        st.echarts_chart(chart, key=f"{CHART}_places", height=HEIGHT, alt="Error by place")
    with right:
        losses = [
            Course(one.name, ink[one.name], one.history.step, one.history.loss) for one in networks
        ]
        chart = charts.over("Loss of each segment", losses, look, x="segment", log="y")
        chart["xAxis"] |= {"max": networks[0].config.steps, "min": 0}
        st.echarts_chart(chart, key=f"{CHART}_loss", height=HEIGHT, alt="Loss by segment")


def _table(networks: Sequence[Shown], reads: Sequence[Frozen]) -> None:
    with st.expander("The numbers behind it"):
        first = networks[0]
        st.caption(
            f"{first.config.parameters:,} parameters each. Read with the weights after segment "
            f"{first.step}, which stand still for it; mean squared error by place, over "
            f"{first.window[1]} segments."
        )
        columns: dict[str, list[object]] = {
            "step within the segment": list(range(1, first.config.segment_length + 1))
        }
        for one, each in zip(networks, reads, strict=True):
            columns[one.name] = [amount(value) for value in each.errors.mean(0)]
        st.dataframe(columns, hide_index=True)


def _borders(read: Frozen) -> list[int]:
    return list(range(read.first, read.first + len(read.x) + 1, read.segment_length))


MEANING = """
- **h_state** is what the network has when a segment ends: h_n, of an LSTM with c_n. *Carried*: the
  next segment begins with it, cut from its graph (`h_state.detach()`, in older notebooks
  `h_state.data`). *Reset*: the next segment begins with zeros. All else is the same: first weights,
  signal, segments, one step of Adam for each.
- **Why it matters here**: at sin t = 0 the input does not tell whether t goes up or down, so cos t
  may be 1 or −1. The state knows. Reset, the first answer of a segment is a guess; at the best it
  is 0, and errs by 1. That is **the seam**.
- **What is drawn** is read with the weights of now, standing still: the segments read last, and 20
  before them for the state to settle. The loss is the training's, of each segment before its step.
- **What h_n of one piece is to the next**: a long recording read in pieces, a picture in bands of
  rows, a text in windows, a stream that never ends. Carried, the numbers are those of one long
  reading; pieces are for the memory of the machine, not of the network.
- **Where truncated back-propagation through time ends**: at the border. The numbers go on, the
  gradient does not, so nothing teaches the network to keep what is needed more than a segment
  later, though it may do so all the same. *Without detach* shows what going on would cost.
- In the link are all settings and the runs; they are kept on the Runs page.
"""
