"""Images of the stages in which a drawing is converted to MNIST's frame."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rnnviz.data.mnist_frame import BOX, FRAME, Framing

SIDE = 280  # pixels a side of each picture: ten for each of the frame's
GUTTER = 14  # transparent pixels at the right: Streamlit lays pictures edge to edge
LINE = 3  # pixels
MARK = (154, 148, 255, 255)  # the accent on black

RGBA = NDArray[np.uint8]


def framing_stages(stages: Framing) -> list[tuple[str, RGBA]]:
    """Return a caption and a picture, uint8 (280, 294, 4), for each of the four stages."""
    top, left, bottom, right = stages.box
    height, width = stages.scaled.shape
    ink = _canvas(stages.ink, stages.ink.shape)
    scale = SIDE / max(stages.ink.shape)
    _frame(ink, *(round(edge * scale) for edge in stages.box))
    scaled = _canvas(stages.scaled, (BOX, BOX))
    framed = _canvas(_ink(stages.frame), (FRAME, FRAME))
    middle = SIDE // 2
    framed[middle - 1 : middle + 1, :SIDE:4] = MARK
    framed[::4, middle - 1 : middle + 1] = MARK
    return [
        ("1 · the ink and its tight box", ink),
        (
            f"2 · the box, {right - left} × {bottom - top}",
            _canvas(stages.ink[top:bottom, left:right]),
        ),
        (f"3 · longer side to 20: {width} × {height}", scaled),
        ("4 · centre of mass to the middle of 28 × 28", framed),
    ]


def thumbnail(frame: NDArray[np.uint8]) -> RGBA:
    """Return a digit, uint8 (28, 28), twice as large, with room at the right: uint8 (56, 63, 4)."""
    picture = np.zeros((56, 63, 4), np.uint8)
    picture[:, :56, :3] = frame.repeat(2, 0).repeat(2, 1)[..., None]
    picture[:, :56, 3] = 255
    return picture


def data_url(picture: RGBA) -> str:
    """Return a picture, uint8 (height, width, 4), as an address that holds it.

    An address of Streamlit's own is gone as soon as the page has drawn another picture, and the
    browser may ask for it after that.
    """
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _ink(frame: NDArray[np.uint8]) -> NDArray[np.float32]:
    return frame.astype(np.float32) / np.float32(255)


def _canvas(ink: NDArray[np.float32], room: tuple[int, ...] | None = None) -> RGBA:
    """Lay ink into the middle of a black square, pixels kept square."""
    rows, columns = ink.shape
    side = max(room or ink.shape)
    index = (np.arange(SIDE) * side) // SIDE
    square = np.zeros((side, side), np.float32)
    top, left = (side - rows) // 2, (side - columns) // 2
    square[top : top + rows, left : left + columns] = ink
    picture = np.zeros((SIDE, SIDE + GUTTER, 4), np.uint8)
    picture[:, :SIDE, :3] = np.rint(255 * square[index][:, index])[..., None]
    picture[:, :SIDE, 3] = 255
    return picture


def _frame(picture: RGBA, top: int, left: int, bottom: int, right: int) -> None:
    top, left = max(top - LINE, 0), max(left - LINE, 0)
    bottom, right = min(bottom, SIDE - LINE), min(right, SIDE - LINE)
    for edge in (top, bottom):
        picture[edge : edge + LINE, left : right + LINE] = MARK
    for edge in (left, right):
        picture[top : bottom + LINE, edge : edge + LINE] = MARK
