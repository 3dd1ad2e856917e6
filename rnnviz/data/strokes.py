"""Pen strokes from the drawing pad: their validation, and the ink that they leave."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from rnnviz.data.mnist_frame import Ink

PAD = 280  # units and pixels a side of the pad
MAX_POINTS = 6_000  # of a drawing; a digit has one or two hundred
WIDTHS = (6.0, 40.0)  # thinnest and thickest pen

Point = tuple[float, float]
Strokes = tuple[tuple[Point, ...], ...]


def parse_strokes(values: object) -> Strokes:
    """Check what came from a client.

    Args:
        values: A list of strokes, each a flat list x0, y0, x1, y1, … in units of the pad, x to the
            right, y down.

    Returns: The strokes; points beyond the pad are brought to its edge.

    Raises:
        ValueError: If it is anything else, or more than 6,000 points.
    """
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        raise ValueError(f"strokes must be a list of lists of numbers, got {type(values).__name__}")
    strokes = tuple(_parse_stroke(stroke) for stroke in values)
    if (points := sum(map(len, strokes))) > MAX_POINTS:
        raise ValueError(f"a drawing may have {MAX_POINTS:,} points, got {points:,}")
    return strokes


def _parse_stroke(values: object) -> tuple[Point, ...]:
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        raise ValueError(f"a stroke must be a list of numbers, got {type(values).__name__}")
    if not values or len(values) % 2 or len(values) > 2 * MAX_POINTS:
        raise ValueError(f"a stroke must be pairs x, y, got {len(values)} numbers")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(
                f"a stroke must be a list of numbers, got {type(value).__name__} in it"
            )
        if not abs(value) < math.inf:  # a whole number may be too large for isfinite
            raise ValueError(f"a stroke must be a list of finite numbers, got {value}")
    inside = [float(min(max(value, 0), PAD)) for value in values]
    return tuple(zip(inside[::2], inside[1::2], strict=True))


def draw(strokes: Strokes, width: float) -> Ink:
    """Draw strokes with a round pen.

    Args:
        strokes: As `parse_strokes` returns them.
        width: Diameter of the pen in units of the pad, brought into `WIDTHS`.

    Returns: Bright ink on dark, 0 or 1, shape (280, 280).
    """
    width = min(max(width, WIDTHS[0]), WIDTHS[1])
    image = Image.new("L", (PAD, PAD))
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        pen.line(stroke, fill=255, width=round(width), joint="curve")
        for x, y in stroke:
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
    return np.asarray(image, np.float32) / np.float32(255)
