"""What lies on the pad of the draw page: its keys are those of `state`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.errors import StreamlitAPIException

from rnnviz.data import strokes as pen
from rnnviz.ui import state
from rnnviz.ui.plain_words import quoted

Kind = Literal["drawing", "digit", "upload"]


@dataclass(frozen=True)
class Source:
    """What lies on the pad.

    Attributes:
        kind: The person's drawing, a test digit or an upload.
        serial: Grows with each choice.
        index: Of the test digit.
        ink: Of the upload, uint8, at most 280 pixels a side; None if it could not be read.
        note: One sentence about the upload, or "".
    """

    kind: Kind = "drawing"
    serial: int = 0
    index: int = 0
    ink: NDArray[np.uint8] | None = None
    note: str = ""


@dataclass(frozen=True)
class Ink:
    """What the pad sent last, checked.

    Attributes:
        seq: Serial of the message.
        down: Whether the pen is on the pad.
        strokes: The drawing.
        fault: Why it could not be read, or "".
    """

    seq: int = 0
    down: bool = False
    strokes: pen.Strokes = ()
    fault: str = ""


def ink() -> Ink:
    """Return the drawing on the pad; after another page, as it was left."""
    message = _message() or st.session_state.get(state.DRAWING)
    if message is None:
        return Ink()
    if not isinstance(message, Mapping):
        return Ink(fault="The pad sent something that is no drawing.")
    seq = message.get("seq")
    if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq < 2**53:
        return Ink(fault="The pad sent something that is no drawing.")
    down = message.get("down") is True
    try:
        return Ink(seq, down, pen.parse_strokes(message.get("strokes")))
    except ValueError as error:
        return Ink(seq, down, fault=f"The drawing could not be read: {error}.")


def _message() -> object:
    value = st.session_state.get(state.PAD)
    return value.get("ink") if isinstance(value, Mapping) else None


def source() -> Source:
    """Return what lies on the pad; a link's test digit first."""
    if state.SOURCE not in st.session_state:
        st.session_state[state.SOURCE] = _linked_source()
    found: Source = st.session_state[state.SOURCE]
    return found


def choose_drawing() -> None:
    """Let the person's own ink lie on the pad: called when a stroke has come."""
    # Streamlit forgets a component's state when its page is left; the drawing is to stay.
    st.session_state[state.DRAWING] = _message()
    if source().kind != "drawing":
        _choose(Source("drawing", source().serial + 1))
    if not ink().down:
        # Not the whole page: the next stroke may be on its way. If the person has just gone to
        # another page, the last ink comes with that; its fragments are gone, and nothing is to do.
        with suppress(StreamlitAPIException):
            st.rerun((state.LIVE, state.BELOW))


def choose_digit(index: int) -> None:
    """Lay a test digit on the pad, and into the link."""
    _choose(Source("digit", source().serial + 1, index=index))


def choose_upload(ink: NDArray[np.uint8] | None, note: str) -> None:
    """Lay an uploaded picture on the pad, or say why it cannot be."""
    _choose(Source("upload", source().serial + 1, ink=ink, note=note))


def _choose(chosen: Source) -> None:
    st.session_state[state.SOURCE] = chosen
    if chosen.kind == "digit":
        st.query_params[state.DIGIT] = str(chosen.index)
    else:
        st.query_params.pop(state.DIGIT, None)


def _linked_source() -> Source:
    asked = st.query_params.get(state.DIGIT)
    if asked is None:
        return Source()
    if asked.isascii() and asked.isdigit() and len(asked) <= 4:
        return Source("digit", 1, index=int(asked))
    state.note(f"The link asks for test digit {quoted(asked)}; there are 0 to 9999.")
    st.query_params.pop(state.DIGIT, None)
    return Source()


def uploaded() -> bytes | None:
    """Return the content of the file in the uploader, if there is one."""
    file = st.session_state.get(state.UPLOAD)
    return None if file is None else bytes(file.getvalue())


def without_framing() -> bool:
    """Return whether the framing is switched off; its switch stands below what it changes."""
    if state.WITHOUT in st.session_state:
        return bool(st.session_state[state.WITHOUT])
    return st.query_params.get(state.WITHOUT) == "true"
