"""View "MNIST": a drawn digit read by RNN-128 in NumPy, and by PyTorch for comparison."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.scratch import text
from rnnviz.chapters.scratch.numpy_mnist import read_digit, weights_of
from rnnviz.chapters.scratch.ui import keys
from rnnviz.chapters.scratch.ui.components.scratch.charts import Chart, Line, charts
from rnnviz.ui.server import embedded_models
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import controls, model_choice, pad, pad_reading
from rnnviz.ui.widgets.fragment import fragment
from rnnviz.ui.widgets.model_choice import ChosenModel
from rnnviz.ui.widgets.pad_reading import Seen

NETWORK = "RNN-128"
Frame = NDArray[np.uint8]


def show() -> None:
    """Show the pad, and what NumPy makes of the ink while the pen is down."""
    st.markdown(
        f"{NETWORK}'s weights are handed to `rnnviz.scratch.rnn` as plain arrays: what stands "
        "beside the pad comes from the five lines of its `step`, 28 times, without PyTorch."
    )
    model = model_choice.chosen(NETWORK)
    top = st.container()
    controls.test_digits()

    @fragment(key=session_keys.LIVE)
    def live() -> None:
        pad_reading.show_pad(model, controls.PEN_WIDTH, True, see)

    @fragment(key=session_keys.BELOW)
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
    frame = pad.frame()
    st.subheader("NumPy beside PyTorch")
    if frame is None:
        st.info("Draw a digit, or take one of the test digits.", icon=":material/draw:")
        return
    embedded_models.one_thread()
    numpy_belief, _ = read_digit(frame, weights_of(model.model))
    torch_belief = pad_reading.see(model, frame).belief.astype(np.float64)
    apart = np.abs(numpy_belief - torch_belief)
    st.markdown(f"**{text.read(numpy_belief, torch_belief)}**")
    rows = np.arange(1, len(apart) + 1, dtype=float)
    chart = Chart(
        "Largest difference of a probability after each row",
        "row",
        (1, len(apart)),
        (-9, -4),
        (Line("apart", rows, apart.max(1), "first"),),
        log=True,
    )
    charts("NumPy beside PyTorch", (chart,), key=keys.MNIST)
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
    if pad.source().kind == "drawing":
        st.caption("In float64 here, in float32 there: that is all the difference.")
