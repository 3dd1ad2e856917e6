"""View of two operations as small experiments: cat and dropout."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.scratch import text
from rnnviz.chapters.scratch.ui import keys
from rnnviz.chapters.scratch.ui.components.scratch.charts import Chart, Line, Mark, charts
from rnnviz.chapters.scratch.ui.components.scratch.tables import Matrix, Row, tables
from rnnviz.scratch.tensor import Tensor, cat

DRAWS = 2000
Array = NDArray[np.float64]


def show() -> None:
    """Show both."""
    st.subheader("cat: laid end to end")
    _cat()
    st.subheader("dropout: some are zeroed, the mean stays put")
    _dropout()


def _cat() -> None:
    dim = int(keys.choice("dim", "hand_dim", ("0", "1")))
    values = np.arange(1.0, 7).reshape(2, 3)
    a, b = Tensor(values, True), Tensor(-values, True)
    joined = cat([a, b], dim)
    gradient = np.arange(1.0, 13).reshape(joined.shape) / 10
    joined.backward(gradient)
    assert a.grad is not None
    assert b.grad is not None
    first = [n for n in range(12) if joined.data.flat[n] > 0]
    st.markdown(
        f"**(2, 3) and (2, 3) along dim {dim} are {joined.shape}: axis {dim} adds up, the other "
        "must agree. On the way back the gradient is cut where they met.**"
    )
    whole = Matrix(f"cat([A, B], {dim})", joined.data, first)
    parts = Matrix("∂L/∂A", a.grad, range(6)), "and", Matrix("∂L/∂B", b.grad)
    rows = [
        Row("Forward", (Matrix("A", a.data, range(6)), "and", Matrix("B", b.data), "→", whole)),
        Row("Backward", (Matrix("∂L/∂cat", gradient, first), "→", *parts)),
    ]
    tables("cat, forward and backward", rows, key=keys.OPERATIONS)
    st.caption("Underlined: what comes from A, and goes back to it.")


def _dropout() -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        percent = keys.number("Zeroed, in %", "hand_p", 0, 90, 20, "p, the probability.")
        seed = keys.number("Draw", "hand_draw", 0, 9999, 0, "Another one each.")
    p, values = percent / 100, np.arange(1.0, 11)
    a = Tensor(values, True)
    inverted = a.dropout(p, rng=np.random.default_rng(seed))
    mask = (inverted.data != 0).astype(float)
    means = _means(values, p)
    st.markdown(f"**{text.dropout(values, inverted.data, means, p)}**")
    keep = 1 - p
    rows = [
        Row("The draw", (Matrix("1 … 10", values, most=12.5), "and", Matrix("mask", mask, most=2))),
        Row(
            f"Inverted, as in torch and scratch: training divides by {keep:g}, test does nothing",
            (
                Matrix("training", inverted.data, most=12.5),
                "and",
                Matrix("test", a.dropout(p, training=False).data, most=12.5),
            ),
        ),
        Row(
            f"The other convention: training only zeroes, test multiplies by {keep:g}",
            (
                Matrix("training", values * mask, most=12.5),
                "and",
                Matrix("test", values * keep, most=12.5),
            ),
        ),
    ]
    tables("dropout of 1 to 10", rows, key=f"{keys.OPERATIONS}_dropout")
    _mean_chart(values, means, keep)


def _means(values: Array, p: float) -> Array:
    """Return the mean after dropout, of many draws."""
    rng, a = np.random.default_rng(0), Tensor(np.tile(values, (DRAWS, 1)))
    return np.asarray(a.dropout(p, rng=rng).data.mean(1))


def _mean_chart(values: Array, means: Array, keep: float) -> None:
    draws: Array = np.arange(1.0, DRAWS + 1)
    running = means.cumsum() / draws
    mean = float(values.mean())
    chart = Chart(
        "The mean over so many draws",
        "draw",
        (1, DRAWS),
        (0.5 * mean, 1.5 * mean),
        (
            Line("not divided", draws, keep * running, "second", 1.8),
            Line("inverted", draws, running, "first", 2.2),
        ),
        marks=(Mark(mean, f"the numbers' own mean, {mean:g}", across=True),),
    )
    charts("The mean of dropout", (chart,), key=keys.DROPPED)
    with st.expander("The numbers"):
        st.dataframe(
            {
                "draw": draws.astype(int),
                "mean": means,
                "so far": running,
                "not divided": keep * running,
            },
            hide_index=True,
        )
