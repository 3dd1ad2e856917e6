"""Controls that several pages share, each with one name, one help text and its link value."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rnnviz.data import strokes
from rnnviz.data.image_file import SUFFIXES
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import linked_values, selected_runs
from rnnviz.ui.session.markdown_escape import quoted, sentence
from rnnviz.ui.widgets import model_choice, pad, setting_controls
from rnnviz.ui.widgets.model_choice import ChosenModel, ModelError

PEN_WIDTH = 18


def notes() -> None:
    """Show what a link asked for and did not get."""
    for note in session_keys.take_notes():
        st.warning(note)


def model() -> ChosenModel:
    """Let the person choose which network reads: an embedded one, or one that was trained."""
    found = _wanted()
    titles = {
        name: one.title for name, one in model_choice.uploaded(session_keys.watcher()).items()
    }
    options = model_choice.offered(selected_runs.opened_runs(), titles)
    session_keys.choose_model(found.name)
    own = found.name.startswith(model_choice.OWN)  # nobody else could open it
    if own:
        linked_values.release(session_keys.MODEL)
    linked = not own and found.name != model_choice.DEFAULT
    linked_values.link(session_keys.MODEL, found.name if linked else "")
    st.selectbox(
        "Which network reads",
        list(options),
        key=session_keys.MODEL,
        format_func=lambda name: options.get(name, name),
        persist_state="session",
        help="The first four come with rnnviz, trained on MNIST's 60,000 digits; BiLSTM reads the "
        "rows from the top and from the bottom, 64 units each. After them come networks trained "
        "here, as their last checkpoint left them.",
    )
    return found


def _wanted() -> ChosenModel:
    """Return the network that is asked for, or the default and a sentence why."""
    linked = st.query_params.get(session_keys.MODEL)
    if not linked_values.decides(session_keys.MODEL):
        linked = st.session_state[session_keys.MODEL] or linked
    name = str(linked or model_choice.DEFAULT)
    if not model_choice.could_be(name):
        link, stands = f"model = {quoted(name)}", f"{model_choice.DEFAULT} stands in"
        session_keys.note(f"The link asks for {link}, which is not there: {stands}.")
        return model_choice.chosen(model_choice.DEFAULT)
    try:
        found = model_choice.chosen(name)
    except ModelError as error:
        told = sentence(str(error)).removesuffix(".")
        session_keys.note(f"{told}: {model_choice.DEFAULT} reads instead.")
        return model_choice.chosen(model_choice.DEFAULT)
    if name not in model_choice.EMBEDDED and not name.startswith(model_choice.OWN):
        selected_runs.remember_run(name)
    return found


def view(names: Sequence[str], key: str) -> str:
    """Let the person choose one of a page's views; return its name."""
    return setting_controls.one_of("View", key, names, hidden=True)


def pen_width() -> int:
    """Let the person set the pen's width in units of the pad, 280 a side."""
    least, most = (int(width) for width in strokes.WIDTHS)
    return setting_controls.number(
        "Pen width",
        session_keys.PEN,
        least,
        most,
        PEN_WIDTH,
        "The pad is 280 wide. What you have drawn is drawn again with the new pen.",
    )


def test_digits() -> None:
    """Offer a random MNIST test digit of each class."""
    st.markdown("Try a real test digit", help="One of MNIST's 10,000, chosen at random each time.")
    with st.container(horizontal=True, gap="xsmall"):
        for digit in range(10):
            st.button(
                str(digit),
                key=f"digit-{digit}",
                on_click=pad.take_test_digit,
                args=(digit,),
                help=f"A random {digit} from the test set",
            )


def upload() -> None:
    """Let the person lay a picture of their own on the pad."""
    with st.popover("Upload a picture", icon=":material/upload:"):
        st.file_uploader(
            "A picture of a digit, or of several, dark on light or light on dark",
            type=[suffix.removeprefix(".") for suffix in SUFFIXES],
            key=session_keys.UPLOAD,
            on_change=_uploaded,
            max_upload_size=10,
        )


def _uploaded() -> None:
    file = pad.uploaded()
    if file is not None:
        pad.take_upload(file)


def uploaded_digit() -> None:
    """Let the person choose which digit of the picture on the pad is read, if it has several."""
    source = pad.source()
    if source.picture is None or len(source.picture.digits) < 2:
        return
    st.session_state.setdefault(session_keys.UPLOADED_DIGIT, source.chosen)
    st.segmented_control(
        "Digit of your picture, from the left",
        range(len(source.picture.digits)),
        key=session_keys.UPLOADED_DIGIT,
        format_func=lambda place: str(place + 1),
        on_change=_other_digit,
        required=True,
    )


def _other_digit() -> None:
    picture, chosen = pad.source().picture, st.session_state.get(session_keys.UPLOADED_DIGIT)
    if picture is not None and isinstance(chosen, int) and 0 <= chosen < len(picture.digits):
        pad.choose_upload(picture, chosen)


def framed() -> bool:
    """Let the person switch MNIST's framing off."""
    return not setting_controls.switch(
        "Read without the frame",
        session_keys.WITHOUT,
        "The drawing is then only squeezed into 28 × 28, wherever it lies and however large.",
    )
