"""Sheet of paper on a darker or lighter table, or inside of a frame at the picture's edge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from rnnviz.data import paper_tone
from rnnviz.data.connected_components import Component, components

Tones = NDArray[np.float32]
Mask = NDArray[np.bool_]

LEAST_SIDE = 64  # pixels: a smaller picture is no photo of a table
TABLE, ALONG = 0.75, 0.9  # of the picture's edge, and of three of its sides: table
SOME_TABLE, WHOLE_SIDE = 0.4, 0.97  # of the edge, and of one side: a table of another tone
SMALLEST, LARGE = 0.2, 0.5  # of the picture: a sheet with a table around it, or beside
STRAIGHT = 0.88  # shared with the quadrilateral of its corners, of what either covers: a sheet
APART = 0.12  # between the tones of sheet and table
SOLID = 0.82  # of the sheet's hull: its paper, the rest is ink
SQUAT = 2.2  # longer over shorter side of an empty sheet; a longer one is a stroke
INK = 0.02  # sides of the picture: the least that is written on a sheet


def without_table(tones: Tones) -> Tones:
    """Replace what lies around a sheet of paper by the tone of its paper.

    Args:
        tones: Grey values 0 … 1, shape (height, width).

    Returns: The same, or the tones as they are where no sheet lies on a table.
    """
    if min(tones.shape) < LEAST_SIDE:
        return tones
    coarse = paper_tone.resized(tones, paper_tone.COARSE)
    sheet = _sheet(coarse)
    if sheet is None:
        return tones
    inner = ~paper_tone.grown(~sheet, 2)
    inner[[0, 1, -2, -1]] &= sheet[[0, 1, -2, -1]]
    if inner.mean() < 0.1:
        return tones
    light = paper_tone.surface(coarse, inner)
    height, width = tones.shape
    size = (width, height)
    shown = np.asarray(Image.fromarray(inner).resize(size))
    paper = np.asarray(Image.fromarray(light).resize(size, Image.Resampling.BILINEAR))
    return np.where(shown, tones, paper).astype(np.float32)


def _sheet(coarse: Tones) -> Mask | None:
    """Return where the sheet is, ink on it included, or None if there is no table around it."""
    light, parted = paper_tone.two_classes(coarse)
    for paper in (light, ~light):
        table, sheet = coarse[~paper].mean(), coarse[paper].mean()
        apart = abs(float(table - sheet))
        if not paper.any() or apart < APART:
            continue
        around = _is_around(~paper)
        largest = components(paper)[0]
        hull = _hull(largest.mask)
        least = SMALLEST if around else LARGE
        if largest.area < max(least * paper.size, SOLID * hull.sum()):
            continue
        if not around and not _is_beside(~paper, parted, float(table / sheet)):
            continue
        if _straightness(hull) < STRAIGHT:
            continue
        if not (_is_written(largest, hull, paper) or (around and _is_squat(largest))):
            continue
        found = np.zeros_like(paper)
        top, left, bottom, right = largest.box
        found[top:bottom, left:right] = hull
        return found
    return None


def _is_around(table: Mask) -> bool:
    """Whether a table lies around the rest, along three sides of the picture at least."""
    sides = _sides(table)
    return sum(sides) / 4 >= TABLE and sorted(sides)[1] >= ALONG


def _is_beside(table: Mask, parted: float, ratio: float) -> bool:
    """Whether a table lies along some of the picture's edge: no shadow is as dark.

    Args:
        table: What may be the table.
        parted: How far the two classes are parted, of 1.
        ratio: Of the tones of table and sheet.
    """
    is_dark = parted >= paper_tone.PARTED and not 0.5 < ratio < 2
    sides = _sides(table)
    return is_dark and sum(sides) / 4 >= SOME_TABLE and max(sides) >= WHOLE_SIDE


def _sides(mask: Mask) -> list[float]:
    return [float(line.mean()) for line in (mask[0], mask[-1], mask[:, 0], mask[:, -1])]


def _is_written(largest: Component, hull: Mask, paper: Mask) -> bool:
    """Whether there is ink in the middle of a sheet."""
    least = max(INK * max(paper.shape), 3)
    ink = components(hull & ~largest.mask)
    height, width = hull.shape
    return any(
        max(part.height, part.width) >= least
        and min(part.box[:2]) > 0
        and part.box[2] < height
        and part.box[3] < width
        for part in ink
    )


def _is_squat(largest: Component) -> bool:
    """Whether a part has the shape of an empty sheet, not that of a stroke."""
    shorter, longer = sorted((largest.height, largest.width))
    return longer <= SQUAT * shorter


def _straightness(mask: Mask) -> float:
    """Return what a mask shares with the quadrilateral of its corners, of what either covers."""
    rows, columns = np.nonzero(mask)
    best = 0.0
    for first, second in ((rows + columns, rows - columns), (rows, columns)):
        order = (first.argmin(), second.argmax(), first.argmax(), second.argmin())
        drawn = Image.new("1", (mask.shape[1], mask.shape[0]))
        corners = [(float(columns[k]), float(rows[k])) for k in order]
        ImageDraw.Draw(drawn).polygon(corners, fill=1, outline=1)
        area = np.asarray(drawn)
        best = max(best, float((area & mask).sum() / (area | mask).sum()))
    return best


def _hull(mask: Mask) -> Mask:
    """Return all that lies between pixels of a mask both in its row and in its column."""
    between = np.ones_like(mask)
    for axis in (0, 1):
        before = np.logical_or.accumulate(mask, axis=axis)
        behind = np.flip(np.logical_or.accumulate(np.flip(mask, axis), axis=axis), axis)
        between &= before & behind
    return between
