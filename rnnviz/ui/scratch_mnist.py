"""NumPy reads MNIST: RNN-128 run by `scratch` alone on what is drawn, and PyTorch beside it."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.plots import scratch_words
from rnnviz.training.numpy_reader import read_digit, weights_of
from rnnviz.ui import chosen, controls, drawing, models, pad_state, scratch_state, state
from rnnviz.ui.chosen import ChosenModel
from rnnviz.ui.components.scratch.charts import Chart, Line, charts
from rnnviz.ui.drawing import Seen

NETWORK = "RNN-128"
Frame = NDArray[np.uint8]


def show() -> None:
    """Show the pad, and what NumPy makes of the ink while the pen is down."""
    st.markdown(
        f"{NETWORK}'s weights are handed to `rnnviz.scratch.rnn` as plain arrays: what stands "
        "beside the pad comes from the five lines of its `step`, 28 times, without PyTorch."
    )
    model = chosen.chosen(NETWORK)
    top = st.container()
    controls.test_digits()

    @st.fragment(key=state.LIVE)
    def live() -> None:
        drawing.show_pad(model, controls.PEN_WIDTH, True, see)

    @st.fragment(key=state.BELOW)
    def below() -> None:
        _beside(model)

    with top:
        live()
    below()


def see(model: ChosenModel, frame: Frame) -> Seen:
    """Let NumPy read one picture, uint8 (28, 28)."""
    belief, h = read_digit(frame, weights_of(model.model))
    answers = belief.argmax(1)
    changes = np.flatnonzero(np.diff(answers))
    decided = int(changes[-1]) + 2 if len(changes) else 1  # counted from 1
    return Seen(frame, belief.astype(np.float32), h.astype(np.float32), decided, 1.0)


def _beside(model: ChosenModel) -> None:
    """Lay both networks' answers beside each other."""
    frame = drawing.frame()
    st.subheader("NumPy beside PyTorch")
    if frame is None:
        st.info("Draw a digit, or take one of the test digits.", icon=":material/draw:")
        return
    models.one_thread()
    numpy_belief, _ = read_digit(frame, weights_of(model.model))
    torch_belief = drawing.see(model, frame).belief.astype(np.float64)
    apart = np.abs(numpy_belief - torch_belief)
    st.markdown(f"**{scratch_words.read(numpy_belief, torch_belief)}**")
    rows = np.arange(1, len(apart) + 1, dtype=float)
    chart = Chart(
        "Largest difference of a probability after each row",
        "row",
        (1, len(apart)),
        (-9, -4),
        (Line("apart", rows, apart.max(1), "first"),),
        log=True,
    )
    charts("NumPy beside PyTorch", (chart,), key=scratch_state.MNIST)
    with st.expander("The numbers"):
        st.dataframe(
            {
                "class": np.arange(10),
                "NumPy": numpy_belief[-1],
                "PyTorch": torch_belief[-1],
                "|difference|": [f"{value:.1e}" for value in apart[-1]],
            },
            hide_index=True,
        )
    if pad_state.source().kind == "drawing":
        st.caption("In float64 here, in float32 there: that is all the difference.")
