"""The controls that pages share: the same name and help everywhere, their values in the link."""

from __future__ import annotations

import streamlit as st

from rnnviz.data import strokes
from rnnviz.data.picture import SUFFIXES
from rnnviz.ui import drawing, models, state

# As the link spells them, and the file of each.
MODELS = {
    "LSTM-128": "lstm-128",
    "GRU-128": "gru-128",
    "RNN-128": "rnn-128",
    "BiLSTM-64": "bilstm-64",
}
PEN_WIDTH = 18


def notes() -> None:
    """Show what a link asked for and did not get."""
    for sentence in state.take_notes():
        st.warning(sentence)


def model() -> str:
    """Let the person choose which of the embedded networks reads; return its name."""
    state.check_choice(state.MODEL, tuple(MODELS), "LSTM-128")
    chosen = st.selectbox(
        "Which network reads",
        list(MODELS),
        key=state.MODEL,
        bind="query-params",
        help="All four were trained on MNIST's 60,000 digits. BiLSTM reads the rows from the top "
        "and from the bottom, 64 units each.",
    )
    name = MODELS.get(chosen or "LSTM-128", "lstm-128")
    models.embedded(name)  # a damaged file is told here, for the whole page
    return name


def pen_width() -> int:
    """Let the person set the pen's width in units of the pad, 280 a side."""
    least, most = (int(width) for width in strokes.WIDTHS)
    state.check_range(state.PEN, least, most, PEN_WIDTH)
    width = st.slider(
        "Pen width",
        least,
        most,
        PEN_WIDTH,
        key=state.PEN,
        bind="query-params",
        help="The pad is 280 wide. What you have drawn is drawn again with the new pen.",
    )
    return min(max(int(width), least), most)


def test_digits() -> None:
    """Offer a random MNIST test digit of each class."""
    st.markdown("Try a real test digit", help="One of MNIST's 10,000, chosen at random each time.")
    with st.container(horizontal=True, gap="xsmall"):
        for digit in range(10):
            st.button(
                str(digit),
                key=f"digit-{digit}",
                on_click=drawing.take_test_digit,
                args=(digit,),
                help=f"A random {digit} from the test set",
            )


def upload() -> None:
    """Let the person lay a picture of their own on the pad."""
    with st.popover("Upload a picture", icon=":material/upload:"):
        st.file_uploader(
            "A picture of a digit, dark on light or light on dark",
            type=[suffix.removeprefix(".") for suffix in SUFFIXES],
            key=state.UPLOAD,
            on_change=_uploaded,
            max_upload_size=10,
        )


def _uploaded() -> None:
    file = state.uploaded()
    if file is not None:
        drawing.take_upload(file)


def framed() -> bool:
    """Let the person switch MNIST's framing off."""
    state.check_choice(state.WITHOUT, ("true", "false"), "false")
    return not st.toggle(
        "Read without the frame",
        key=state.WITHOUT,
        bind="query-params",
        help="The drawing is then only squeezed into 28 × 28, wherever it lies and however large.",
    )
