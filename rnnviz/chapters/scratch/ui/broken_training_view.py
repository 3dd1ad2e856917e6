"""View of a broken training loop, and of the two lines that fix it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from rnnviz.chapters.scratch import broken_training, text
from rnnviz.chapters.scratch.numpy_training import ByHandConfig
from rnnviz.chapters.scratch.ui import keys
from rnnviz.chapters.scratch.ui.components.scratch.charts import Chart, Line, charts
from rnnviz.chapters.scratch.ui.incremental import Lessons
from rnnviz.chapters.scratch.ui.learning_view import TICK_S, trainings
from rnnviz.ui.figures.numbers import percent
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets.fragment import fragment

LENGTHS = {"10 epochs at 0.001": (10, 0.001), "1,000 epochs at 0.01": (1000, 0.01)}
TITLES = ("1. As taught", "2. A loss that has parents", "3. And gradients zeroed")
WHY = (
    "`np.mean` works on raw numbers: `loss` is a new leaf without parents, so `backward` ends "
    "where it begins. No weight gets a gradient, and nothing moves.",
    "Computed on Tensors, the loss leads back to every weight. But each `backward` adds to the "
    "gradients of all steps before.",
    "Now each step follows its own gradient: this is the training of “It learns”.",
)
NAMES = ("as taught", "parents", "mended")
COLOURS = ("text", "second", "first")


def show() -> None:
    """Show the three trainings."""
    chosen = keys.choice(
        "How long",
        "hand_lesson",
        tuple(LENGTHS),
        "All 100 sequences are one batch, so an epoch is one step of Adam.",
    )
    steps, lr = LENGTHS[chosen]
    config = replace(ByHandConfig(), steps=steps, lr=lr)
    work = trainings(session_keys.watcher()).lessons(config)
    tick_s = TICK_S if work.share < 1 else None

    @fragment(key=keys.LIVE_LESSON, run_every=tick_s)
    def live() -> None:
        work.work()
        _show(work)
        if work.share == 1 and tick_s is not None:
            st.rerun()

    _code()
    live()


def _show(work: Lessons) -> None:
    st.progress(work.share, f"{percent(work.share, 0)} of three trainings")
    ends = [(log[0].loss, log[-1].loss) for log in work.logs if log]
    words = "They are being trained, one after the other."
    if work.share == 1:
        moved = [log[-1].moved for log in work.logs]
        words = text.lesson(ends, moved, work.config.steps)
    st.markdown(f"**{words}**")
    lines = [
        Line(
            name,
            np.array([one.step for one in log], float),
            np.array([one.loss for one in log]),
            colour,
        )
        for name, log, colour in zip(NAMES, work.logs, COLOURS, strict=True)
    ]
    log = work.config.steps > 10
    scale = (-3, 3) if log else (0, 600)
    chart = Chart("Mean squared error", "step", (0, work.config.steps), scale, lines, log=log)
    charts("The lesson's trainings", (chart,), key=keys.LESSON)
    with st.expander("The numbers"):
        st.dataframe(
            {
                "step": np.arange(max(map(len, work.logs))),
                **{
                    f"{name}, {what}": [getattr(one, what) for one in log]
                    + [None] * (max(map(len, work.logs)) - len(log))
                    for name, log in zip(NAMES, work.logs, strict=True)
                    for what in ("loss", "moved")
                },
            },
            hide_index=True,
        )


def _code() -> None:
    """Show what runs, as it stands in the source, and say which line is new."""
    before: list[str] = []
    for column, title, function, why in zip(
        st.columns(3), TITLES, broken_training.STEPS, WHY, strict=True
    ):
        lines = broken_training.body(function)
        fresh = [line for line in lines if before and line not in before]
        with column:
            st.markdown(f"**{title}**")
            marked = [f"{line}  # ←" if line in fresh else line for line in lines]
            st.code("\n".join(marked), language="python", wrap_lines=True)
            st.markdown(why)
        before = lines
