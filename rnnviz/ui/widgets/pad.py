"""Image on the drawing pad: the user's drawing, a test digit, or an upload; and its ink."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from PIL import Image
from streamlit.errors import StreamlitAPIException

from rnnviz.data import image_file, mnist_frame
from rnnviz.data import strokes as pen
from rnnviz.ui.server import embedded_models
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import linked_values
from rnnviz.ui.session.markdown_escape import quoted

Kind = Literal["drawing", "digit", "upload"]

TINY = 60  # pixels of the pad's 280: an uploaded digit is shown at least as large


@dataclass(frozen=True)
class Source:
    """What lies on the pad.

    Attributes:
        kind: The person's drawing, a test digit or an upload.
        serial: Grows with each choice.
        index: Of the test digit.
        ink: Of the upload, uint8, at most 280 pixels a side; None if it could not be read.
        note: Sentences about the upload, or "".
        picture: The upload, if it could be read.
        chosen: Which of its digits lies on the pad, from the left.
    """

    kind: Kind = "drawing"
    serial: int = 0
    index: int = 0
    ink: NDArray[np.uint8] | None = None
    note: str = ""
    picture: image_file.Picture | None = None
    chosen: int = 0


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
    message = _message() or st.session_state.get(session_keys.DRAWING)
    if message is None:
        return Ink()
    read: tuple[object, Ink] | None = st.session_state.get(session_keys.INK)
    if read is None or read[0] is not message:
        read = st.session_state[session_keys.INK] = (message, _parse(message))
    return read[1]


def _parse(message: object) -> Ink:
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


def answers_pen() -> bool:
    """Return, once, whether this run answers ink of the pad on the page, which then has that ink.

    A pad that is new to the page has sent nothing yet: it is to be told what lies on it.
    """
    answered = st.session_state.pop(session_keys.ANSWERED, None)
    return answered is not None and answered is _message()


def _message() -> object:
    value = st.session_state.get(session_keys.PAD)
    return value.get("ink") if isinstance(value, Mapping) else None


def source() -> Source:
    """Return what lies on the pad; a link's test digit first."""
    if session_keys.SOURCE not in st.session_state:
        st.session_state[session_keys.SOURCE] = _linked_source()
    elif linked_values.is_back() and session_keys.DIGIT in st.query_params:
        _take_back(st.session_state[session_keys.SOURCE])
    found: Source = st.session_state[session_keys.SOURCE]
    return found


def _take_back(now: Source) -> None:
    """Lay the test digit of the link that Back has brought on the pad."""
    linked = _linked_source()
    if linked.kind == "digit" and (now.kind, now.index) != ("digit", linked.index):
        st.session_state[session_keys.SOURCE] = replace(linked, serial=now.serial + 1)


def choose_drawing() -> None:
    """Let the person's own ink lie on the pad: called when a stroke has come."""
    # Streamlit forgets a component's state when its page is left; the drawing is to stay.
    st.session_state[session_keys.DRAWING] = st.session_state[session_keys.ANSWERED] = _message()
    if source().kind != "drawing":
        _choose(Source("drawing", source().serial + 1))
    if not ink().down:
        # Not the whole page: the next stroke may be on its way. If the person has just gone to
        # another page, the last ink comes with that; its fragments are gone, and nothing is to do.
        with suppress(StreamlitAPIException):
            st.rerun((session_keys.LIVE, session_keys.BELOW))


def choose_digit(index: int) -> None:
    """Lay a test digit on the pad, and into the link."""
    _choose(Source("digit", source().serial + 1, index=index))


def refuse_upload(note: str) -> None:
    """Clear the pad, and say why an uploaded picture cannot be laid on it."""
    _choose(Source("upload", source().serial + 1, note=note))


def choose_upload(picture: image_file.Picture, chosen: int) -> None:
    """Lay one digit of an uploaded picture on the pad, the others left out, and say which."""
    note = " ".join(filter(None, (_which(picture, chosen), picture.note)))
    ink = _pad_sized(picture, chosen)
    serial = source().serial + 1
    _choose(Source("upload", serial, ink=ink, note=note, picture=picture, chosen=chosen))
    st.session_state[session_keys.UPLOADED_DIGIT] = chosen


def _which(picture: image_file.Picture, chosen: int) -> str:
    count = len(picture.digits)
    if count == 1:
        return ""
    place = f"digit {chosen + 1} from the left"
    largest = "the largest, " if chosen == picture.largest else ""
    return f"Your picture has {count} digits; this is {largest}{place}."


def _pad_sized(picture: image_file.Picture, chosen: int) -> NDArray[np.uint8]:
    """Return the ink of a digit at the size of the pad, and closer where it would be tiny there."""
    ink = picture.ink_of(chosen)
    left, top, width, height = picture.digits[chosen].box
    longest = max(width, height)
    if longest * pen.PAD < TINY * max(ink.shape):
        reach = longest * pen.PAD // (2 * TINY)
        row, column = max(top + height // 2 - reach, 0), max(left + width // 2 - reach, 0)
        ink = ink[row : row + 2 * reach, column : column + 2 * reach]
    image = Image.fromarray(np.rint(255 * ink).astype(np.uint8))
    image.thumbnail((pen.PAD, pen.PAD), Image.Resampling.BOX)
    return np.asarray(image)


def _choose(chosen: Source) -> None:
    st.session_state[session_keys.SOURCE] = chosen
    if chosen.kind == "digit":
        st.query_params[session_keys.DIGIT] = str(chosen.index)
    else:
        st.query_params.pop(session_keys.DIGIT, None)


def _linked_source() -> Source:
    asked = st.query_params.get(session_keys.DIGIT)
    if asked is None:
        return Source()
    if asked.isascii() and asked.isdigit() and len(asked) <= 4:
        return Source("digit", 1, index=int(asked))
    session_keys.note(f"The link asks for test digit {quoted(asked)}; there are 0 to 9999.")
    st.query_params.pop(session_keys.DIGIT, None)
    return Source()


def uploaded() -> bytes | None:
    """Return the content of the file in the uploader, if there is one."""
    file = st.session_state.get(session_keys.UPLOAD)
    return None if file is None else bytes(file.getvalue())


def without_framing() -> bool:
    """Return whether the framing is switched off; its switch stands below what it changes."""
    if session_keys.WITHOUT in st.session_state:
        return bool(st.session_state[session_keys.WITHOUT])
    return st.query_params.get(session_keys.WITHOUT) == "true"


def lying_ink(source: Source, pen_width: int) -> mnist_frame.Ink:
    """Return the ink on the pad, 0 … 1, of any size; all 0 if there is none."""
    if source.kind == "digit":
        image: NDArray[np.uint8] = embedded_models.test_digits().images[source.index].numpy()
        return image.astype(np.float32) / np.float32(255)
    if source.kind == "upload" and source.ink is not None:
        return source.ink.astype(np.float32) / np.float32(255)
    if source.kind == "drawing" and (drawn := ink().strokes):
        return pen.draw(drawn, pen_width)
    return np.zeros((pen.PAD, pen.PAD), np.float32)


def frame() -> NDArray[np.uint8] | None:
    """Return what lies on the pad as a network would be given it, uint8 (28, 28), if anything."""
    lies = source()
    if lies.kind == "drawing" and not ink().strokes:
        return None
    stages = mnist_frame.frame(lying_ink(lies, pen.PAD * 18 // 280))
    return None if stages is None else stages.frame


def take_upload(content: bytes) -> None:
    """Lay an uploaded file on the pad, or say in one sentence why it cannot be."""
    try:
        read_picture = image_file.read(content)
    except image_file.PictureError as error:
        refuse_upload(str(error))
        return
    if not read_picture.digits:
        refuse_upload("This picture is empty: nothing on it stands out from its paper.")
        return
    choose_upload(read_picture, read_picture.largest)


def take_test_digit(digit: int) -> None:
    """Lay a random test digit of a class on the pad."""
    labels = embedded_models.test_digits().labels
    of_class = (labels == digit).nonzero()[:, 0]
    choose_digit(int(of_class[torch.randint(len(of_class), ())]))
