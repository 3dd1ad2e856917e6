"""Conversion of a drawing to MNIST's 28 × 28 frame, with each intermediate stage."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.float32]

FRAME = 28  # pixels a side of the picture that the network reads
BOX = 20  # pixels of the digit's longer side in it
FAINT = 0.05  # of the strongest ink: fainter pixels do not widen the box
BLOCK_FILL = 0.74  # share of its box that a block or a dot fills and no training digit does
BLOCK_ASPECT = 0.6  # shorter over longer side: a thin full box is a one
DOT = 0.2  # longer side over the picture's: a block smaller than that is a dot

Shape = Literal["strokes", "dot", "block"]


@dataclass(frozen=True)
class Framing:
    """A drawing on its way into the frame.

    Attributes:
        ink: The drawing, 0 no ink … 1 full ink, shape (height, width).
        box: The tight box of its ink: top, left, bottom, right; the last two are exclusive.
        scaled: The box with its longer side at 20 pixels, aspect kept, shape (h, w).
        corner: Row and column of the frame at which `scaled` begins.
        frame: What the network reads, uint8, shape (28, 28).
    """

    ink: Ink
    box: tuple[int, int, int, int]
    scaled: Ink
    corner: tuple[int, int]
    frame: NDArray[np.uint8]

    @property
    def shape(self) -> Shape:
        """Whether the ink is made of strokes, or is one filled dot or block."""
        top, left, bottom, right = self.box
        height, width = bottom - top, right - left
        fill = float(self.ink[top:bottom, left:right].mean())
        if fill < BLOCK_FILL or min(height, width) < BLOCK_ASPECT * max(height, width):
            return "strokes"
        return "dot" if max(height, width) < DOT * max(self.ink.shape) else "block"


def frame(ink: Ink) -> Framing | None:
    """Bring a drawing into MNIST's frame by MNIST's own recipe.

    The tight box of the ink is scaled by area averaging until its longer side has 20 pixels, and
    laid into 28 × 28 so that its centre of mass comes to the middle.

    Args:
        ink: Bright ink on dark, 0 … 1, shape (height, width).

    Returns: The stages, or None where there is no ink.

    Source: LeCun, Cortes, Burges: The MNIST database of handwritten digits.
    """
    strongest = float(ink.max(initial=0.0))
    if strongest <= 0.0:
        return None
    box = _tight_box(ink > FAINT * strongest)
    top, left, bottom, right = box
    scaled = _shrink(ink[top:bottom, left:right] / np.float32(strongest))
    corner = _corner(scaled)
    row, column = corner
    height, width = scaled.shape
    framed = np.zeros((FRAME, FRAME), np.uint8)
    framed[row : row + height, column : column + width] = np.rint(255 * scaled)
    return Framing(ink, box, scaled, corner, framed)


def resize(ink: Ink) -> NDArray[np.uint8]:
    """Squeeze a whole drawing into 28 × 28 by area averaging, framed by nothing: uint8 (28, 28)."""
    strongest = float(ink.max(initial=0.0)) or 1.0
    small = _area(ink.shape[0], FRAME) @ ink @ _area(ink.shape[1], FRAME).T
    return np.rint(255 * (small / strongest)).astype(np.uint8)


def _tight_box(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    in_rows, in_columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(in_rows[0]), int(in_columns[0]), int(in_rows[-1]) + 1, int(in_columns[-1]) + 1


def _shrink(crop: Ink) -> Ink:
    height, width = crop.shape
    step = max(height, width) / BOX
    rows, columns = max(1, round(height / step)), max(1, round(width / step))
    scaled: Ink = (_area(height, rows) @ crop @ _area(width, columns).T).astype(np.float32)
    return scaled.clip(0.0, 1.0)


def _area(size: int, parts: int) -> Ink:
    """Return the matrix that averages `size` pixels over `parts` equal stretches, (parts, size)."""
    edges = np.linspace(0.0, size, parts + 1)
    pixel = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    weights: Ink = (overlap.clip(0.0) * (parts / size)).astype(np.float32)
    return weights


def _corner(scaled: Ink) -> tuple[int, int]:
    """Return where `scaled` begins in the frame for its centre of mass to come to the middle."""
    total = float(scaled.sum())
    corner = []
    for axis, size in enumerate(scaled.shape):
        centre = float(scaled.sum(axis=1 - axis) @ (np.arange(size) + 0.5)) / total
        corner.append(min(max(math.ceil(FRAME / 2 - centre), 0), FRAME - size))
    return corner[0], corner[1]
