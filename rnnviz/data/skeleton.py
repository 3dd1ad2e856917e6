"""Skeletons of digits: the pen's line, found by thinning, with the distances to it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

FINE = 4  # thinning happens on a grid FINE times as fine as the picture
MAP = 56  # points a side of the stored distance map, FINE // 2 per pixel
SPREAD = 56  # points spread evenly along a skeleton
POINTS = SPREAD + 8  # with the outermost ones in eight directions
UNITS_PER_PIXEL = 63  # of the stored distances: 255 is 4.05 pixels, or more
_REACH = 16  # farthest distance looked for, in steps of the fine grid


@dataclass(frozen=True)
class Skeletons:
    """What is left of digits when the width of the pen is taken away.

    Lengths are in pixels of the 28×28 picture; a place is (x, y) from its top left corner, so that
    the first pixel's middle is (0.5, 0.5).

    Attributes:
        distance: How far places are from the skeleton, in 1/63 pixel, 4 pixels at most, uint8,
            shape (N, 56, 56); `map_index` tells where a place is in the map.
        points: Places on the skeleton, shape (N, POINTS, 2): SPREAD along it, then the outermost.
        width: Width of the pen, shape (N,).
        length: Length of the skeleton, shape (N,).
    """

    distance: Tensor
    points: Tensor
    width: Tensor
    length: Tensor

    def __len__(self) -> int:
        return len(self.width)

    def __getitem__(self, index: Tensor | slice) -> Skeletons:
        return Skeletons(
            self.distance[index], self.points[index], self.width[index], self.length[index]
        )


def map_index(places: Tensor) -> Tensor:
    """Turn places in pixels into (fractional) columns and rows of the distance map."""
    return (places * FINE - 0.5) / 2


def skeletons(images: Tensor, *, chunk: int = 4096) -> Skeletons:
    """Thin digits to skeletons.

    Args:
        images: Grey values, uint8, shape (N, 28, 28).
        chunk: Digits worked on at once.

    Returns: The skeletons, on the device of the pictures.
    """
    parts = [_skeletons(part) for part in torch.split(images, chunk)]
    return Skeletons(
        torch.cat([p.distance for p in parts]),
        torch.cat([p.points for p in parts]),
        torch.cat([p.width for p in parts]),
        torch.cat([p.length for p in parts]),
    )


def thin(marks: Tensor) -> Tensor:
    """Thin marks until a line one step wide is left, its ends and loops kept.

    Up to 63 pictures travel in the bits of each integer, so that all conditions are bitwise and
    work on all of them at once.

    Args:
        marks: What is ink, bool, shape (N, Y, X).

    Returns: What is skeleton, bool, shape (N, Y, X).

    Source: Zhang and Suen 1984, doi:10.1145/357994.358023.
    """
    return torch.cat([_thin(part) for part in torch.split(marks, 63)])


def _thin(marks: Tensor) -> Tensor:
    _, height, width = marks.shape
    bit = torch.arange(len(marks), device=marks.device)
    packed = (F.pad(marks, (1, 1, 1, 1)).long() << bit[:, None, None]).sum(0).flatten()
    inside = F.pad(marks.new_ones(height, width), (1, 1, 1, 1)).flatten().long().neg()
    changed = True
    while changed:
        before = packed
        for first in (True, False):
            packed = packed & ~(_removable(packed, width + 2, first=first) & inside)
        changed = not torch.equal(packed, before)
    planes = (packed >> bit[:, None]) & 1
    return planes.view(-1, height + 2, width + 2)[:, 1:-1, 1:-1].bool()


def _removable(packed: Tensor, stride: int, *, first: bool) -> Tensor:
    """Return the bits that Zhang and Suen delete in one half step, (Y·X,)."""
    p = F.pad(packed, (stride + 1, stride + 1))
    # Clockwise from the north: Zhang and Suen's P2 … P9.
    around = (-stride, 1 - stride, 1, stride + 1, stride, stride - 1, -1, -stride - 1)
    ring = [p[stride + 1 + k : stride + 1 + k + len(packed)] for k in around]
    rises = [~a & b for a, b in zip(ring, ring[1:] + ring[:1], strict=True)]
    n, e, s, w = ring[0], ring[2], ring[4], ring[6]
    free = ~(n & e & s | e & s & w) if first else ~(n & e & w | n & s & w)
    one_rise = _once(rises) & ~_twice(rises)
    return one_rise & _twice(ring) & _twice([~a for a in ring]) & free


def _once(planes: list[Tensor]) -> Tensor:
    """Return where at least one plane is set."""
    return functools.reduce(torch.bitwise_or, planes)


def _twice(planes: list[Tensor]) -> Tensor:
    """Return where at least two planes are set."""
    once, twice = planes[0], torch.zeros_like(planes[0])
    for plane in planes[1:]:
        twice = twice | (once & plane)
        once = once | plane
    return twice


def _skeletons(images: Tensor) -> Skeletons:
    grey = images.float()[:, None] / 255
    fine = F.interpolate(grey, scale_factor=FINE, mode="bilinear", align_corners=False)[:, 0]
    # Where there is much ink around, more is asked for: so small loops of bold digits stay open.
    around = F.avg_pool2d(grey, 5, stride=1, padding=2)
    around = F.interpolate(around, scale_factor=FINE, mode="bilinear", align_corners=False)[:, 0]
    lines = thin(fine > 0.3 + 0.45 * around)
    steps = lines.sum((1, 2))
    # A skeleton's steps go straight or diagonally; 1.12 is their mean length on these digits.
    length = (steps * (1.12 / FINE)).clamp(min=1.0)
    width = (grey.sum((1, 2, 3)) / length).clamp(0.5, 8.0)
    return Skeletons(_distance(lines), _points(lines, steps), width, length)


def _distance(lines: Tensor) -> Tensor:
    """Return Euclidean distances to the lines as stored, uint8, shape (N, MAP, MAP)."""
    count, height, width = lines.shape
    far = torch.tensor(_REACH + 1, dtype=torch.int16)
    down = torch.where(lines, 0, far).to(torch.int16)  # steps up or down to a line
    for y in range(1, height):
        down[:, y] = torch.minimum(down[:, y], down[:, y - 1] + 1)
    for y in range(height - 2, -1, -1):
        down[:, y] = torch.minimum(down[:, y], down[:, y + 1] + 1)
    squared = F.pad(down[:, ::2] ** 2, (_REACH, _REACH), value=(_REACH + 1) ** 2)
    best = torch.full((count, MAP, MAP), 32767, dtype=torch.int16, device=lines.device)
    for shift in range(-_REACH, _REACH + 1):
        start = _REACH + shift
        best = torch.minimum(best, squared[:, :, start : start + width : 2] + shift * shift)
    return (best.float().sqrt() * (UNITS_PER_PIXEL / FINE)).round().clamp(max=255).to(torch.uint8)


def _points(lines: Tensor, steps: Tensor) -> Tensor:
    """Return POINTS places of each skeleton in pixels, (N, POINTS, 2); if empty, the middle."""
    count, _, width = lines.shape
    found = lines.nonzero()  # (steps, 3): picture, y, x
    if not len(found):
        return torch.full((count, POINTS, 2), (width / 2) / FINE, device=lines.device)
    # Band by band, left to right in each: evenly chosen, then, from all lines that cross a band.
    found = found[(found @ found.new_tensor([2**20, 0, 1]) + (found[:, 1] // 8 << 10)).argsort()]
    start = steps.cumsum(0) - steps
    share = torch.arange(SPREAD, device=lines.device) / SPREAD
    spread = start[:, None] + (share * steps[:, None]).long()  # (N, SPREAD)
    y, x = found[:, 1].int(), found[:, 2].int()
    ends = []
    for key in (x, y, x + y, x - y):
        # The largest of (picture, key) sorts last within its picture.
        order = (found[:, 0] * 1024 + key + 256).argsort(stable=True)
        ends += [order[start.clamp(max=len(order) - 1)], order[(start + steps - 1).clamp(min=0)]]
    index = torch.cat([spread, torch.stack(ends, 1)], 1).clamp(max=len(found) - 1)
    places = (torch.stack([x[index], y[index]], -1) + 0.5) / FINE
    empty = (steps == 0)[:, None, None]
    return torch.where(empty, torch.full_like(places, width / 2 / FINE), places)
