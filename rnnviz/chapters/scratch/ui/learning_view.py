"""View of training on cumulative sums, in NumPy and from the same weights in PyTorch."""

from __future__ import annotations

from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.scratch import text
from rnnviz.chapters.scratch.cumulative_sum import LONGEST
from rnnviz.chapters.scratch.numpy_training import RIGHT, ByHandConfig, Cell, Nonlinearity, longer
from rnnviz.chapters.scratch.ui import keys
from rnnviz.chapters.scratch.ui.components.scratch.charts import Chart, Line, Mark, charts
from rnnviz.chapters.scratch.ui.incremental import Learning, Trainings
from rnnviz.ui.server import embedded_models
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import run_buttons
from rnnviz.ui.widgets.fragment import fragment
from rnnviz.ui.widgets.run_buttons import Commands

TICK_S = 0.1
CELLS: dict[str, tuple[Cell, Nonlinearity]] = {
    "RNN, relu": ("rnn", "relu"),
    "RNN, tanh": ("rnn", "tanh"),
    "GRU": ("gru", "tanh"),
    "LSTM": ("lstm", "tanh"),
}
RATES = {"0.01": 0.01, "0.001": 0.001, "0.03": 0.03, "0.0001": 0.0001}
OPTIMIZERS: dict[str, Literal["adam", "sgd"]] = {"Adam": "adam", "SGD, momentum 0.9": "sgd"}

Array = NDArray[np.float64]


@st.cache_resource(scope="session", show_spinner=False)
def trainings(watcher: str) -> Trainings:
    """Return the trainings of a session."""
    return Trainings()


def show() -> None:
    """Show the training, and again while it goes on."""
    config = _choose()
    mine = trainings(session_keys.watcher())
    tick_s = TICK_S if mine.learning(config).running else None

    @fragment(key=keys.LIVE, run_every=tick_s)
    def live() -> None:
        embedded_models.one_thread()
        learning = mine.learning(config)
        _buttons(mine, learning)
        learning.work()
        _show(learning)
        if learning.running != (tick_s is not None):
            st.rerun()

    live()


def _choose() -> ByHandConfig:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        cell = keys.choice("Cell", "hand_kind", tuple(CELLS))
        optimizer = keys.choice("Optimizer", "hand_optimizer", tuple(OPTIMIZERS))
        rate = keys.choice("Learning rate", "hand_rate", tuple(RATES))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        layers = keys.number("Layers", "hand_layers", 1, 4, 3)
        hidden = keys.number("Hidden units", "hand_hidden", 1, 32, 10)
        length = keys.number("Numbers", "hand_length", 2, 12, 6, "In a sequence.")
        high = keys.number("From 1 to", "hand_high", 1, 20, 9)
        count = keys.number("Sequences", "hand_count", 1, 500, 100, "All in each step.")
        steps = keys.number("Steps", "hand_steps", 10, 2000, 1000, "Full-batch steps.")
        seed = keys.number("Seed", "hand_learn", 0, 999, 0, "Of weights and sequences.")
    kind, nonlinearity = CELLS[cell]
    return ByHandConfig(
        cell=kind,
        hidden_size=hidden,
        num_layers=layers,
        nonlinearity=nonlinearity,
        length=length,
        high=high,
        count=count,
        optimizer=OPTIMIZERS[optimizer],
        lr=RATES[rate],
        steps=steps,
        seed=seed,
    )


def _buttons(mine: Trainings, learning: Learning) -> None:
    config = learning.training.config

    def start(paused: bool) -> None:
        mine.start(config, session_keys.batches() if paused else None)

    def step() -> None:
        learning.go(session_keys.batches())

    found = learning if learning.logs or learning.running else None
    commands = Commands(start, learning.pause, learning.go, step, learning.stop)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        run_buttons.show("hand_", found, commands, can_start=True, what="both")


def _show(learning: Learning) -> None:
    config, logs = learning.training.config, list(learning.logs)
    done = logs[-1].step if logs else 0
    states = {"running": learning.running, "done": learning.done, "stopped": learning.stopped}
    state_ = next((name for name, is_so in states.items() if is_so), "paused")
    st.progress(
        done / config.steps, f"step {done:,} of {config.steps:,}, {state_ if logs else 'ready'}"
    )
    words = "Press Start: both trainings begin with the same weights and see the same sequences."
    if logs:
        last = logs[-1]
        words = text.learning(last.step, last.loss, last.torch_loss, last.held_out, last.difference)
    st.markdown(f"**{words}**")
    steps = np.array([log.step for log in logs], float)
    lines = {
        "held out": np.array([log.held_out for log in logs]),
        "ours": np.array([log.loss for log in logs]),
        "PyTorch": np.array([log.torch_loss for log in logs]),
    }
    chart = Chart(
        "Mean squared error",
        "step",
        (0, config.steps),
        (-3, 3),
        (
            Line("held out", steps, lines["held out"], "text", 1.2, faint=True),
            Line("ours", steps, lines["ours"], "first", 6.0, faint=True),
            Line("PyTorch", steps, lines["PyTorch"], "second", 2.0, dash=True),
        ),
        log=True,
        marks=(Mark(1.0, "an error of 1", across=True),),
    )
    names = [name for name, _ in learning.training.network.named_parameters()]
    apart: list[tuple[str, float | None]] = [
        (_short(name), logs[-1].differences[name] if logs else None) for name in names
    ]
    charts(
        "Both trainings",
        (chart,),
        bars=("max |ours − PyTorch’s| of each parameter, from 1e−17 to 1", apart),
        key=keys.CURVES,
    )
    _beyond(learning)
    with st.expander("The numbers"):
        st.dataframe(
            {"step": steps.astype(int), **lines, "max |difference|": [g.difference for g in logs]},
            hide_index=True,
        )


def _beyond(learning: Learning) -> None:
    """Let it go on where its training ended: where does it break?"""
    config = learning.training.config
    length = min(10 * config.length, LONGEST)
    st.markdown("#### Longer than it was trained on: where does it break?")
    with np.errstate(all="ignore"):
        error = longer(learning.training, length, 100)
    begun = bool(learning.logs) and bool(np.isfinite(error).all())
    words = text.breaks(error, config.length, RIGHT)
    st.markdown(words if begun else "It is asked as soon as it has learnt a little.")
    steps = np.arange(1, length + 1, dtype=float)
    line = Line("error", steps, error, "first")
    chart = Chart(
        "Mean |error| of the sum after each number",
        "number",
        (1, length),
        (-3, 3),
        (line,) if begun else (),
        log=True,
        marks=(
            Mark(RIGHT, "right when rounded, below", across=True),
            Mark(config.length, f"trained on {config.length}"),
        ),
    )
    charts("Beyond the trained length", (chart,), key=keys.BEYOND)


def _short(name: str) -> str:
    """Return what a bar calls a parameter, e.g. "layer 1 weight"."""
    parts = [part for part in name.split(".") if part not in ("rnn", "cells", "linear")]
    if parts[0].isdigit():
        parts[0] = f"layer {int(parts[0]) + 1}"
    return " ".join(parts)
