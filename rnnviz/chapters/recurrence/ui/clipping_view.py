"""View of exploding gradients: the first steps of a training, with and without clipping."""

from __future__ import annotations

from functools import cache
from typing import get_args

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.recurrence import influence_text
from rnnviz.chapters.recurrence.clipping import BATCH, HIDDEN, LR, Course, course
from rnnviz.chapters.recurrence.ui import keys
from rnnviz.chapters.recurrence.ui.components import clipping as view
from rnnviz.core.config import Nonlinearity
from rnnviz.data import mnist
from rnnviz.data.mnist import Digits
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets.setting_controls import one_of, real

STEPS, LIMIT = 20, 1.0
FUNCTIONS: tuple[Nonlinearity, ...] = ("relu", *(f for f in get_args(Nonlinearity) if f != "relu"))


@cache
def _digits() -> Digits:
    """Return as many training digits as the steps take."""
    found = mnist.load(train=True)[: STEPS * BATCH]
    return Digits(found.images.clone(), found.labels.clone())


def show() -> None:
    """Show some steps of a plain RNN's training, with the gradient as it comes and clipped."""
    st.header("The same in a training: clipping")
    radius, f = _ask()
    free, clipped = _courses(radius, f)
    losses = (float(free.loss[0]), free.loss_after, clipped.loss_after)
    moved = (float(free.moved[0]), float(clipped.moved[0]))
    told = influence_text.clipped(float(free.norm[0]), LIMIT, moved, free.weights, losses)
    st.markdown(f"**{told}**")
    columns = {"as it comes": free, f"clipped to {LIMIT:g}": clipped}
    view.clipping(
        [view.Steps(name, *_numbers(one)) for name, one in columns.items()],
        key=keys.CLIPPING,
    )
    st.markdown(influence_text.course((free.loss.numpy(), clipped.loss.numpy())))
    st.caption(
        f"A plain RNN of {HIDDEN} units with a fresh orthogonal W_hh of that radius learns MNIST's "
        f"first {STEPS * BATCH:,} training digits, {STEPS} steps of {BATCH}, by stochastic "
        f"gradient descent at a learning rate of {LR:g}: all numbers are of this very training."
    )
    with st.expander("The numbers of the steps"):
        table: dict[str, NDArray[np.generic]] = {"step": np.arange(1, STEPS + 1)}
        for name, one in columns.items():
            parts = zip(("loss", "gradient", "weights moved"), _numbers(one), strict=True)
            table |= {f"{part}, {name}": values for part, values in parts}
            table[f"gradient applied, {name}"] = one.applied.numpy()
        st.dataframe(table, hide_index=True)


def _ask() -> tuple[float, Nonlinearity]:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        radius = real(
            "Spectral radius at the start",
            keys.STEP_RADIUS,
            0.5,
            3.0,
            2.0,
            0.1,
            "Of W_hh before the first step; training changes it.",
            width=330,
        )
        f = one_of("f", keys.STEP_F, FUNCTIONS, _F)
    return radius, f


_F = "relu lets states grow without end, tanh holds them within ±1."


def _courses(radius: float, f: Nonlinearity) -> tuple[Course, Course]:
    embedded_models.one_thread()
    return _course(radius, f, 0.0), _course(radius, f, LIMIT)


@st.cache_data(max_entries=64, show_spinner=False)
def _course(radius: float, f: Nonlinearity, limit: float) -> Course:
    return course(_digits(), radius, nonlinearity=f, limit=limit, steps=STEPS)


def _numbers(found: Course) -> tuple[NDArray[np.float64], ...]:
    return found.loss.numpy(), found.norm.numpy(), found.moved.numpy()
