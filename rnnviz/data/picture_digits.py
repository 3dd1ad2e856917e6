"""Digits that are written in a picture: which ink belongs to which, from left to right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rnnviz.data import form_lines, paper_tone
from rnnviz.data.connected_components import Component, Mask, components, joined

Tones = NDArray[np.float32]

LONGEST = 360  # longer side, in pixels, at which ink is sorted into digits
CONTRAST = 0.08  # of the paper's tone; ink that differs less from it is none
NOISE = 5.0  # times the spread of the paper's tone: what is still paper
USUAL, FEW = 85, 25  # percentile of the darkness of thick strokes; pixels of them at least
SHARE = 0.45  # of the ink's usual darkness: what is paler is a shadow, a line or a trace
SPECK = 0.3  # longer side over the largest digit's: smaller parts are specks
FRAGMENT = 0.6  # height over its neighbor's: a smaller part near to it belongs to it
NEAR = 0.3  # of the taller part's height: the gap to a fragment of it
LEAST = 0.025  # longer side over the picture's: smaller parts are specks even alone
DOT, DOT_FILL = 0.08, 0.6  # the same for what fills so much of its box, as a dot does
CLEAN = 0.02  # spread of a paper without noise
RIM_OF_INK, NOISY_RIM = 0.07, 0.03  # of a digit's size: its soft edge; less amid noise
RIM, SOFT = 0.012, 0.35  # sides from a part to its paper; darkness there over the part's own
CONTACT, STRIP = 0.3, 0.15  # of an edge's length: what lies along it; of the sides: its depth
FLAT = 3.5  # width over height: a line, not a digit
THIN_LINE = 0.6  # of the pen's width
MOST = 100  # parts that are sorted into digits, the largest: a page full of marks takes no longer


@dataclass(frozen=True)
class WrittenDigit:
    """One digit of a picture.

    Attributes:
        box: Left, top, width and height in pixels.
        ink: Its ink alone, 0 … 1, shape (height, width) of the box.
    """

    box: tuple[int, int, int, int]
    ink: Tones

    @property
    def size(self) -> int:
        """The longer side of the box, or its area's root: what is larger to the eye."""
        return self.box[3] * max(self.box[2], self.box[3] // 2)


def find(darkness: Tones) -> list[WrittenDigit]:
    """Find the digits of a picture, from left to right; at most `MOST`.

    Args:
        darkness: Of each pixel against its paper, as `paper_tone.darkness` returns it.
    """
    small = paper_tone.resized(darkness, LONGEST)
    noise = _spread(small)
    threshold = max(CONTRAST, NOISE * noise)
    if not (small > threshold).any():
        return []
    mask = form_lines.without_thin(small > max(threshold, SHARE * _usual(small, threshold)))
    parts = _groups(_digit_like(_parts(mask), small))
    floor = 3 * _spread(darkness)
    floor = floor if floor > CLEAN else 0.0
    return [_cut(darkness, small.shape, part, floor) for part in parts]


def _usual(small: Tones, threshold: float) -> float:
    """Return the darkness of the strokes; thin lines do not count where there is anything else."""
    thick = paper_tone.shrunk(small, 1)
    for values in (thick[thick > threshold], small[small > threshold]):
        if len(values) >= FEW:
            break
    return float(np.percentile(values, USUAL))


def _spread(values: Tones) -> float:
    """Return the standard deviation of the paper, whatever is written on it."""
    near = values[np.abs(values) < CONTRAST * 2]
    return 1.4826 * float(np.median(np.abs(near))) if len(near) else 0.0


def _parts(mask: Mask) -> list[Component]:
    cleaned = form_lines.without_lines(mask)
    least = max(2, round((LEAST * max(mask.shape)) ** 2 / 4))
    found = []
    for part in components(cleaned, least):
        inside = form_lines.inside_of_box(part)
        if inside is None:
            found.append(part)
            continue
        top, left = part.box[:2]
        within = components(inside, least)
        for one in within:
            a, b, c, d = one.box
            found.append(Component((a + top, b + left, c + top, d + left), one.mask))
    return found


def _digit_like(parts: list[Component], small: Tones) -> list[Component]:
    """Leave out what is no ink of a digit: borders, soft shadows, specks."""
    side = max(small.shape)
    parts = [part for part in parts if _is_large(part, side) and _is_sharp(part, small)]
    pen = max((part.area, form_lines.stroke_width(part.mask)) for part in parts)[1] if parts else 0
    parts = [part for part in parts if not _is_thin_line(part, pen)]
    inner = [part for part in parts if not _touches(part, small.shape)]
    largest = max((max(part.height, part.width) for part in inner), default=0)
    parts = [part for part in parts if not _is_border(part, small.shape, largest)]
    return sorted(parts, key=lambda part: -part.area)[:MOST]


def _is_large(part: Component, side: int) -> bool:
    size = max(part.height, part.width)
    is_dot = part.area > DOT_FILL * part.height * part.width and size < 2 * min(
        part.height, part.width
    )
    return size >= max((DOT if is_dot else LEAST) * side, 3)


def _is_sharp(part: Component, small: Tones) -> bool:
    """Whether the paper begins close to a part, and not by and by as at a shadow."""
    reach = max(2, round(RIM * max(small.shape)))
    top, left = max(part.box[0] - reach, 0), max(part.box[1] - reach, 0)
    around = small[top : part.box[2] + reach, left : part.box[3] + reach]
    mask = np.zeros(around.shape, bool)
    row, column = part.box[0] - top, part.box[1] - left
    mask[row : row + part.height, column : column + part.width] = part.mask
    rim = paper_tone.grown(mask, reach) & ~paper_tone.grown(mask, reach - 1)
    if rim.sum() < 4:
        return True
    return float(np.median(around[rim])) < SOFT * float(np.median(around[mask]))


def _is_thin_line(part: Component, pen: float) -> bool:
    """Whether a part is a piece of a line that is thinner than the pen's."""
    shorter, longer = sorted((part.height, part.width))
    return longer > FLAT * shorter and form_lines.stroke_width(part.mask) < THIN_LINE * pen


def _touches(part: Component, shape: tuple[int, ...]) -> bool:
    top, left, bottom, right = part.box
    return top == 0 or left == 0 or bottom == shape[0] or right == shape[1]


def _is_border(part: Component, shape: tuple[int, ...], inner: int) -> bool:
    """Whether a part lies along an edge of the picture: a dark table, a scanner's shadow.

    Args:
        part: What may be a border.
        shape: Of the picture.
        inner: Longer side of the largest part that touches no edge.
    """
    top, left, bottom, right = part.box
    for touches, line, side, depth, across in (
        (top == 0, part.mask[0], shape[1], part.height, shape[0]),
        (bottom == shape[0], part.mask[-1], shape[1], part.height, shape[0]),
        (left == 0, part.mask[:, 0], shape[0], part.width, shape[1]),
        (right == shape[1], part.mask[:, -1], shape[0], part.width, shape[1]),
    ):
        is_strip = depth < STRIP * across or inner > SPECK * max(part.height, part.width)
        if touches and line.sum() > CONTACT * side and is_strip:
            return True
    return False


def _groups(parts: list[Component]) -> list[Component]:
    """Join the fragments of broken digits, drop specks, and sort from left to right."""
    if not parts:
        return []
    groups = [[part] for part in parts]
    while (pair := _closest_fragment([joined(group) for group in groups])) is not None:
        small, large = pair
        groups[large] += groups[small]
        del groups[small]
    whole = [joined(group) for group in groups]
    tallest = max(max(part.height, part.width / 2) for part in whole)
    written = [
        part
        for part in whole
        if max(part.height, part.width) >= SPECK * tallest
        and part.height >= SPECK * tallest * 0.8
        and part.width < FLAT * part.height
    ]
    return sorted(written, key=lambda part: part.box[1] + part.box[3])


def _closest_fragment(whole: list[Component]) -> tuple[int, int] | None:
    best: tuple[float, int, int] | None = None
    for k, small in enumerate(whole):
        for j, large in enumerate(whole):
            if j == k or small.area > large.area or not _belongs(small, large):
                continue
            gap = _gap(small, large) / max(large.height, large.width)
            if gap <= NEAR and (best is None or gap < best[0]):
                best = (gap, k, j)
    return None if best is None else best[1:]


def _belongs(small: Component, large: Component) -> bool:
    size = max(large.height, large.width)
    if max(small.height, small.width) < 0.12 * size:
        return False
    if small.height > FRAGMENT * large.height and not _is_above(small, large):
        return False
    height, width = (
        max(small.box[end], large.box[end]) - min(small.box[start], large.box[start])
        for start, end in ((0, 2), (1, 3))
    )
    return width <= 1.3 * max(height, large.width) and height <= 1.7 * size


def _is_above(small: Component, large: Component) -> bool:
    """Whether two parts share most of their columns."""
    shared = min(small.box[3], large.box[3]) - max(small.box[1], large.box[1])
    return shared >= 0.6 * min(small.width, large.width)


def _gap(one: Component, other: Component) -> float:
    """Return the least distance between pixels of two parts."""
    points = []
    for part in (one, other):
        rows, columns = np.nonzero(part.mask)
        step = max(1, len(rows) // 400)
        points.append(np.stack([rows + part.box[0], columns + part.box[1]], 1)[::step])
    between = points[0][:, None, :] - points[1][None]
    return float(np.sqrt((between**2).sum(-1).min()))


def _cut(darkness: Tones, small: tuple[int, int], part: Component, floor: float) -> WrittenDigit:
    """Cut a digit from the whole picture: its own ink, soft edges included."""
    height, width = darkness.shape
    scale = height / small[0], width / small[1]
    reach = max(1, round((NOISY_RIM if floor > 0 else RIM_OF_INK) * max(part.height, part.width)))
    top, left = max(part.box[0] - reach, 0), max(part.box[1] - reach, 0)
    bottom, right = min(part.box[2] + reach, small[0]), min(part.box[3] + reach, small[1])
    near = np.zeros((bottom - top, right - left), bool)
    row, column = part.box[0] - top, part.box[1] - left
    near[row : row + part.height, column : column + part.width] = part.mask
    near = paper_tone.grown(near, reach)
    rows = slice(round(top * scale[0]), min(round(bottom * scale[0]), height))
    columns = slice(round(left * scale[1]), min(round(right * scale[1]), width))
    region = darkness[rows, columns]
    image = Image.fromarray(near).resize((region.shape[1], region.shape[0]))
    region = np.where(np.asarray(image), region, 0)
    full = float(region.max())
    if floor > 0:  # the strongest of noisy pixels is no measure
        full = float(np.percentile(region[region > 0.5 * full], 70))
    low = min(floor, 0.4 * full)
    ink = ((region - low) / max(full - low, 1e-6)).clip(0.0, 1.0).astype(np.float32)
    in_rows = np.flatnonzero((ink > 0.05).any(axis=1))
    in_columns = np.flatnonzero((ink > 0.05).any(axis=0))
    a, b, c, d = in_rows[0], in_rows[-1] + 1, in_columns[0], in_columns[-1] + 1
    box = (int(columns.start + c), int(rows.start + a), int(d - c), int(b - a))
    return WrittenDigit(box, ink[a:b, c:d])
