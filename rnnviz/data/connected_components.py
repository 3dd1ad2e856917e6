"""Connected components of a mask: which pixels hang together, diagonals included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Component:
    """Pixels that hang together.

    Attributes:
        box: Top, left, bottom, right; the last two are exclusive.
        mask: Which pixels of the box belong to it, shape (bottom - top, right - left).
    """

    box: Box
    mask: Mask

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.box[2] - self.box[0]

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.box[3] - self.box[1]

    @property
    def area(self) -> int:
        """Number of its pixels."""
        return int(self.mask.sum())


def components(mask: Mask, least: int = 1) -> list[Component]:
    """Return the connected components of a mask, shape (height, width), the largest first.

    Args:
        mask: True where something is.
        least: Pixels that a component has at least; smaller ones are skipped.
    """
    labels, count = _labels(mask)
    areas = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    found = []
    rows, columns = np.nonzero(labels)
    label = labels[rows, columns] - 1
    top, left = np.full(count, mask.shape[0]), np.full(count, mask.shape[1])
    bottom, right = np.zeros(count, int), np.zeros(count, int)
    np.minimum.at(top, label, rows)
    np.minimum.at(left, label, columns)
    np.maximum.at(bottom, label, rows + 1)
    np.maximum.at(right, label, columns + 1)
    for k in np.argsort(-areas, kind="stable"):
        if areas[k] < least:
            break
        box = (int(top[k]), int(left[k]), int(bottom[k]), int(right[k]))
        found.append(Component(box, labels[box[0] : box[2], box[1] : box[3]] == k + 1))
    return found


def joined(parts: list[Component]) -> Component:
    """Return several components as one."""
    tops, lefts, bottoms, rights = zip(*(part.box for part in parts), strict=True)
    box = (min(tops), min(lefts), max(bottoms), max(rights))
    mask = np.zeros((box[2] - box[0], box[3] - box[1]), bool)
    for part in parts:
        top, left, bottom, right = part.box
        place = mask[top - box[0] : bottom - box[0], left - box[1] : right - box[1]]
        place |= part.mask
    return Component(box, mask)


def _labels(mask: Mask) -> tuple[NDArray[np.int64], int]:
    """Number the components from 1: runs of each row, united with the touching runs above."""
    height, width = mask.shape
    padded = np.zeros((height, width + 2), np.int8)
    padded[:, 1:-1] = mask
    steps = np.diff(padded, axis=1)
    rows, starts = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    first = np.searchsorted(rows, np.arange(height + 1))
    parent = list(range(len(rows)))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    begin, end = starts.tolist(), ends.tolist()
    for row in range(1, height):
        above, here = int(first[row - 1]), int(first[row])
        last_above, last_here = here, int(first[row + 1])
        while above < last_above and here < last_here:
            if begin[above] <= end[here] and begin[here] <= end[above]:
                a, b = root(above), root(here)
                parent[max(a, b)] = min(a, b)
            if end[above] < end[here]:
                above += 1
            else:
                here += 1
    roots = np.array([root(k) for k in range(len(rows))], int)
    names, number = np.unique(roots, return_inverse=True)
    labels = np.zeros(height * width, np.int64)
    lengths = ends - starts
    offsets = np.repeat(rows * width + starts - np.cumsum(lengths) + lengths, lengths)
    labels[offsets + np.arange(lengths.sum())] = np.repeat(number + 1, lengths)
    return labels.reshape(height, width), len(names)
