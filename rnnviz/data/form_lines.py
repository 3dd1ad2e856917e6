"""Straight lines that are printed on paper, rules, squares and boxes, taken out of a mask."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.data import paper_tone
from rnnviz.data.connected_components import Component

Mask = NDArray[np.bool_]

SLOPES = np.linspace(-0.08, 0.08, 17)  # of a line across a picture that was held askew
ACROSS = 0.85  # of the picture's side: a line that covers as much is printed
SIDE_COVER = 0.8  # of its side's length: a box's line
SMALL = 48  # pixels: in a smaller picture nothing tells a line from a stroke
MUCH, CORE = 0.75, 25  # of all ink: strokes, where lines are taken out; their least core, pixels
PEN = 0.6  # of the pen's width: the width of what is thin
THIN = 0.08  # of the shorter side of the box: as thick as a line of it may be
BOX_INSIDE = 0.3  # of the box's height: the least that is written inside of it


def without_lines(mask: Mask) -> Mask:
    """Take the lines out that run across the picture from side to side, level or upright.

    A line that is as thick as the strokes goes only where it is longer than what is left and not at
    the edge: the bar of a digit that was cut tight to its ink stays.
    """
    if max(mask.shape) < SMALL:
        return mask
    found = mask
    for transposed in (False, True):
        turned = found.T if transposed else found
        bands = _bands(turned) if _may_hold_lines(turned) else np.zeros_like(turned)
        if bands.any():
            rest = _erased(turned, bands)
            if _are_lines(turned, bands, rest):
                found = rest.T if transposed else rest
    return found


def without_thin(mask: Mask) -> Mask:
    """Take lines out that are much thinner than the strokes, if there is much of them.

    So go squares and rules of any direction. What a stroke has of thin parts stays within a pen's
    width of it.
    """
    if max(mask.shape) < SMALL:
        return mask
    for reach in (4, 3, 2, 1):
        core = ~paper_tone.grown(~mask, reach)
        thick = paper_tone.grown(core, reach + 1) & mask
        if core.sum() >= CORE and thick.sum() < MUCH * mask.sum():
            pen = stroke_width(paper_tone.grown(core, reach) & mask)
            if 2 * reach + 1 <= PEN * pen:
                return thick
    return mask


def _may_hold_lines(mask: Mask) -> bool:
    """Whether some band of rows, high enough for any slope, has ink in most columns."""
    width = mask.shape[1]
    reach = int(SLOPES[-1] * width / 2) + 1
    sums = np.pad(mask, ((reach + 1, reach), (0, 0))).cumsum(axis=0, dtype=np.int32)
    band = sums[2 * reach + 1 :] > sums[: -2 * reach - 1]
    return bool((band.mean(axis=1) >= ACROSS * 0.9).any())


def _are_lines(mask: Mask, bands: Mask, rest: Mask) -> bool:
    inked = np.flatnonzero(rest.any(axis=0))
    if not len(inked):
        return True
    count = _count(bands)
    thickness = (bands & mask).sum() / max(count * mask.shape[1], 1)
    if count >= 3 or thickness < 0.6 * stroke_width(rest):
        return True
    at_edge = bands[:2].any() or bands[-2:].any()
    return not at_edge and inked[-1] - inked[0] < 0.75 * mask.shape[1]


def stroke_width(mask: Mask) -> float:
    """Return the median over the pixels of the shorter of the level and the upright run there."""
    shorter = np.minimum(_run_lengths(mask), _run_lengths(mask.T).T)[mask]
    return float(np.median(shorter)) if len(shorter) else 0.0


def _run_lengths(mask: Mask) -> NDArray[np.int64]:
    """Return for each pixel the length of the run of its row in which it lies."""
    height, width = mask.shape
    flat = np.zeros((height, width + 1), np.int8)
    flat[:, :-1] = mask
    steps = np.diff(flat.ravel(), prepend=0)
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    lengths = np.zeros(flat.size, np.int64)
    lengths[flat.ravel() == 1] = np.repeat(ends - starts, ends - starts)
    return lengths.reshape(flat.shape)[:, :-1]


def _count(bands: Mask) -> int:
    middle = bands[:, bands.shape[1] // 2].astype(np.int8)
    return int((np.diff(middle, prepend=0) == 1).sum())


def _bands(mask: Mask) -> Mask:
    """Return the places of lines across the picture, of the slope that covers them best."""
    height, width = mask.shape
    column = np.arange(width)
    best, score = np.zeros_like(mask), 0.0
    row = np.arange(height)[:, None]
    for slope in SLOPES if width >= 64 else (0.0,):
        shift = np.rint(slope * (column - width / 2)).astype(int)
        source = row + shift
        inside = (source >= 0) & (source < height)
        straight = mask[source.clip(0, height - 1), column] & inside
        cover = straight.sum(axis=1) / np.maximum(inside.sum(axis=1), width / 2)
        full = cover >= ACROSS
        found = float((cover[full] ** 4).sum())
        if found > score * 1.02:
            thin = _thin_runs(full | _beside(full, cover >= ACROSS / 2), max(2.0, THIN * height))
            score = found
            back = row - shift
            best = thin[back.clip(0, height - 1)] & (back >= 0) & (back < height)
    return best


def _beside(full: Mask, half: Mask) -> Mask:
    grown = full.copy()
    grown[1:] |= full[:-1]
    grown[:-1] |= full[1:]
    return grown & half


def _thin_runs(flags: Mask, most: float) -> Mask:
    """Keep the runs of True that are not longer than `most`."""
    steps = np.diff(flags.astype(np.int8), prepend=0, append=0)
    kept = np.zeros_like(flags)
    for start, end in zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True):
        kept[start:end] = end - start <= most
    return kept


def _erased(mask: Mask, bands: Mask) -> Mask:
    """Erase bands; a stroke that goes on above and below of one stays."""
    margin = np.zeros_like(bands)
    margin[1:] |= bands[:-1]
    margin[:-1] |= bands[1:]
    erased = mask & ~(bands | margin)
    height, width = mask.shape
    wide = bands | margin
    steps = np.diff(wide.astype(np.int8), axis=0, prepend=0, append=0)
    for column in range(width):
        starts = np.flatnonzero(steps[:, column] == 1)
        ends = np.flatnonzero(steps[:, column] == -1)
        for start, end in zip(starts, ends, strict=True):
            near = slice(max(column - 1, 0), column + 2)
            above = start > 0 and erased[start - 1, near].any()
            below = end < height and erased[end, near].any()
            if above and below:
                erased[start:end, column] = mask[start:end, column]
    return erased


def inside_of_box(part: Component) -> Mask | None:
    """Return what is written inside of a box whose lines it touches, None if it is no box.

    A box has a straight line along each of at least three sides of the part.
    """
    height, width = part.mask.shape
    if min(height, width) < 16:
        return None
    rest = part.mask.copy()
    sides = 0
    most = max(2, round(THIN * min(height, width)))
    for turns in range(4):
        turned = np.rot90(rest, turns)
        whole = np.rot90(part.mask, turns)
        deep = 2 * most
        reaches = whole[:deep].any(axis=0).mean()
        thick = whole[:deep].sum(axis=0)
        middle = float(np.median(thick[thick > 0])) if (thick > 0).any() else deep
        if reaches >= SIDE_COVER and middle <= most:
            sides += 1
            first = np.argmax(whole[:deep], axis=0)
            until = first + round(1.5 * middle) + 1
            index = np.arange(turned.shape[0])[:, None]
            turned &= ~((index < until) & whole[:deep].any(axis=0))
    return rest if sides >= 3 else None
