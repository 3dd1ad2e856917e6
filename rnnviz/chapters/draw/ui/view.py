"""Views of the Draw page: the prediction while the user draws, the reading, the framing."""

from __future__ import annotations

import zlib

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.data import mnist_frame
from rnnviz.ui.app import latency_metrics
from rnnviz.ui.components.player import Panel, player
from rnnviz.ui.figures import framing_images, reading_text
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets import digit_reading, model_choice, pad, pad_reading
from rnnviz.ui.widgets.model_choice import ChosenModel

KEPT = 64  # readings, of 15 kB at H = 128 and T = 28
EXAMPLE = 61  # a test digit whose reading changes its mind on the way


def _kept(model: ChosenModel, frame: NDArray[np.uint8]) -> pad_reading.Seen:
    """Let a network read a picture, unless it has done so not long ago."""
    return _seen(model.identity, frame.tobytes(), _model=model, _frame=frame)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _seen(
    identity: str, content: bytes, *, _model: ChosenModel, _frame: NDArray[np.uint8]
) -> pad_reading.Seen:
    return pad_reading.see(_model, _frame)


def intro(model: ChosenModel) -> str:
    """Say how a network reads, and what there is to see."""
    return (
        f"It reads your digit {reading_text.manner(model.time_step, model.chunk)}. "
        f"After each {model.word} you see what it holds in memory, and what it would answer."
    )


def answer(model: ChosenModel, pen_width: int, framed: bool) -> None:
    """Show the pad and what a network makes of it, and count how long that took."""
    if pad.source().kind == "drawing" and pad.ink().strokes:
        with latency_metrics.answers().timed():
            pad_reading.show_pad(model, pen_width, framed)
    else:
        pad_reading.show_pad(model, pen_width, framed)


def show_player(model: ChosenModel, pen_width: int, framed: bool) -> None:
    """Show the reading of what lies on the pad, to be stepped through."""
    ink = pad.lying_ink(pad.source(), pen_width)
    stages = mnist_frame.frame(ink)
    if stages is None:
        words = f"Draw something first: its {model.length} {model.word}s will be here."
        st.info(words, icon=":material/draw:")
        return
    frame = stages.frame if framed else mnist_frame.resize(ink)
    if not _play(model, frame).lost:
        digit_reading.offer(model, frame, _digit_words())


def _digit_words() -> str:
    """Say what lies on the pad."""
    source = pad.source()
    if source.kind == "digit":
        label = int(embedded_models.test_digits().labels[source.index])
        return f"test digit {source.index}, a {label}"
    return "your picture" if source.kind == "upload" else "your drawing"


def show_example() -> None:
    """Show the default network's reading of one test digit."""
    frame: NDArray[np.uint8] = embedded_models.test_digits().images[EXAMPLE].numpy()
    model = model_choice.chosen(model_choice.DEFAULT)
    st.markdown(pad_reading.verdict(_play(model, frame), model))


def _play(model: ChosenModel, frame: NDArray[np.uint8]) -> pad_reading.Seen:
    seen = _kept(model, frame)
    if seen.lost:
        st.info(reading_text.LOST, icon=":material/error:")
        return seen
    reading_id = f"{model.identity}:{zlib.crc32(frame.tobytes())}"
    panel = Panel("h", pad_reading.state_label(model), seen.h, range=(-seen.reach, seen.reach))
    player(
        reading_id,
        frame,
        seen.belief,
        seen.decided,
        (panel,),
        key="player",
        entering=model.entering(),
        word=model.word,
    )
    return seen


def show_framing(model: ChosenModel, pen_width: int) -> None:
    """Show the way of the ink into the frame, and what the answer would be without it."""
    ink = pad.lying_ink(pad.source(), pen_width)
    stages = mnist_frame.frame(ink)
    if stages is None:
        st.info(
            "Draw something first: its way into the frame will be here.", icon=":material/draw:"
        )
        return
    captions, images = zip(*framing_images.framing_stages(stages), strict=True)
    st.image([*map(framing_images.data_url, images)], [*captions], width=175)
    framed, raw = (_kept(model, frame) for frame in (stages.frame, mnist_frame.resize(ink)))
    if not (framed.lost or raw.lost):
        st.markdown(reading_text.framing(framed.belief[-1], raw.belief[-1]))


MEANING = """
- **Belief after row t** is the network's own head applied to its hidden state h_t (or to the mean
  or maximum of h_1…h_t, if it was trained with that). The network was trained to answer at the end
  only; what it would say earlier nobody taught it. For a network that reads in two directions it is
  the answer to rows 1…t, re-read from both ends as if the digit stopped there. A network trained
  here may read columns or pixels instead of rows.
- **Decided at row t**: the first row from which the answer no longer changes.
- **Hidden state**: that of the top layer, one line per unit, one column per row. Blue is negative,
  orange positive, the middle is 0.
- **In the link** are the network, the pen, the test digit and the switch above; a drawing or an
  upload stays with you.
"""
