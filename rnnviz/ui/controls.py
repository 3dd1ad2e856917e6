"""The controls that pages share: the same name and help everywhere, their values in the link."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rnnviz.data import strokes
from rnnviz.data.picture import SUFFIXES
from rnnviz.ui import chosen, drawing, pad_state, run_state, state
from rnnviz.ui.chosen import ChosenModel, ModelError
from rnnviz.ui.plain_words import quoted

PEN_WIDTH = 18


def notes() -> None:
    """Show what a link asked for and did not get."""
    for sentence in state.take_notes():
        st.warning(sentence)


def model() -> ChosenModel:
    """Let the person choose which network reads: an embedded one, or one that was trained."""
    found = _wanted()
    titles = {name: one.title for name, one in chosen.uploaded(state.watcher()).items()}
    options = chosen.offered(run_state.opened_runs(), titles)
    state.choose_model(found.name)
    own = found.name.startswith(chosen.OWN)  # nobody else could open it
    state.link_model(chosen.DEFAULT if own else found.name, chosen.DEFAULT)
    st.selectbox(
        "Which network reads",
        list(options),
        key=state.MODEL,
        format_func=lambda name: options.get(name, name),
        persist_state="session",
        help="The first four come with rnnviz, trained on MNIST's 60,000 digits; BiLSTM reads the "
        "rows from the top and from the bottom, 64 units each. After them come networks trained "
        "here, as their last checkpoint left them.",
    )
    return found


def _wanted() -> ChosenModel:
    """Return the network that is asked for, or the default and a sentence why."""
    name = state.model_name(chosen.DEFAULT)
    if not chosen.could_be(name):
        link, stands = f"model = {quoted(name)}", f"{chosen.DEFAULT} stands in"
        state.note(f"The link asks for {link}, which is not there: {stands}.")
        return chosen.chosen(chosen.DEFAULT)
    try:
        found = chosen.chosen(name)
    except ModelError as error:
        told = str(error)
        state.note(f"{told[0].upper()}{told[1:]}: {chosen.DEFAULT} reads instead.")
        return chosen.chosen(chosen.DEFAULT)
    if name not in chosen.EMBEDDED and not name.startswith(chosen.OWN):
        run_state.remember_run(name)
    return found


def view(names: Sequence[str], key: str) -> str:
    """Let the person choose one of a page's views; return its name."""
    state.check_choice(key, names, names[0])
    chosen = st.segmented_control(
        "View",
        names,
        default=names[0],
        key=key,
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    return chosen if chosen in names else names[0]


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
    file = pad_state.uploaded()
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
