"""Redrawing augmentation: MNIST's digits with the handwriting, pens and habits of other writers."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from rnnviz.data.mnist import Digits
from rnnviz.data.skeleton import MAP, POINTS, SPREAD, UNITS_PER_PIXEL, Skeletons, map_index
from rnnviz.data.stroke_variants import Habits, added_strokes

SIDE = 28
FRAME = 20.0  # longest side of a digit in MNIST's frame
MIDDLE = 14.5  # where MNIST has the centre of mass, give or take half a pixel
BOLD = 3.4  # pixels: from here on loops may be filled, and gone from the skeleton
WAVES = 4  # a warp is made of waves, up to WAVES - 1 half periods along each axis


@dataclass(frozen=True)
class Hand:
    """How handwriting varies. All zeros leave a digit as it is.

    What goes both ways is drawn from a triangle: small changes are common, the largest rare.

    Attributes:
        redrawn: Share of digits drawn anew along their skeleton, with a round pen of even width and
            in MNIST's frame; the others, and all that are very bold, keep their grey values, size
            and place.
        pen: Thinnest and thickest pen for them, in pixels.
        rotation: Largest turn either way, in degrees.
        shear: Largest slant either way, a share of the height.
        aspect: Largest change either way of the logarithm of width over height.
        warp: Root mean square of a smooth displacement, in pixels.
        resize: Largest change of size either way, a share.
        shift: Largest shift either way along each axis, in pixels.
        contrast: Largest steepening of the grey edges, a share.
        boldness: Largest change either way of log2 of the exponent that the grey is raised to.
        habits: Strokes that are added.
    """

    redrawn: float = 0.0
    pen: tuple[float, float] = (1.0, 3.4)
    rotation: float = 0.0
    shear: float = 0.0
    aspect: float = 0.0
    warp: float = 0.0
    resize: float = 0.0
    shift: float = 0.0
    contrast: float = 0.0
    boldness: float = 0.0
    habits: Habits = field(default_factory=Habits)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True)
class _Layout:
    """Where digits land: the map from a place in the source to one in the new picture.

    With z = s0·A(p - c) and q + warp(q) = z, the new place is s1·q + t.
    """

    c: Tensor  # (B, 2)
    A: Tensor  # (B, 2, 2)
    s0: Tensor  # (B,)
    s1: Tensor  # (B,)
    t: Tensor  # (B, 2)
    waves: Tensor  # (B, 2, WAVES²)
    points: Tensor  # new places of the points given, (B, K, 2)


def vary(
    digits: Digits,
    skeletons: Skeletons,
    hand: Hand,
    generator: torch.Generator,
    *,
    chunk: int = 1000,
) -> Digits:
    """Write digits again as other people might have.

    Args:
        digits: What to start from.
        skeletons: Theirs, on the same device.
        hand: How much changes.
        generator: Source of chance, on the CPU; the same state gives the same pictures.
        chunk: Digits worked on at once.

    Returns: As many digits with the same labels.
    """
    images = torch.empty_like(digits.images)
    for start in range(0, len(digits), chunk):
        part = slice(start, start + chunk)
        images[part] = _vary(digits[part], skeletons[part], hand, generator)
    return Digits(images, digits.labels)


def _vary(digits: Digits, bones: Skeletons, hand: Hand, generator: torch.Generator) -> Tensor:
    device, count = digits.images.device, len(digits)
    u = torch.rand((count, 4), generator=generator).to(device)
    redrawn = (u[:, 0] < hand.redrawn) & (bones.width < BOLD)
    pen = torch.where(redrawn, hand.pen[0] + (hand.pen[1] - hand.pen[0]) * u[:, 1], 0.0)
    strokes, there = added_strokes(digits.labels, bones.points, hand.habits, generator)
    layout = _lay_out(bones, strokes, there, pen, hand, generator)
    places = _source_places(layout)  # (B, 28, 28, 2)
    ink = torch.empty((count, SIDE, SIDE), device=device)
    scale = layout.s0 * layout.s1
    new, old = redrawn.nonzero()[:, 0], (~redrawn).nonzero()[:, 0]
    ink[new] = _draw(bones.distance[new], places[new], scale[new], pen[new])
    grey = _look_up(digits.images[old].float() / 255, places[old] - 0.5)
    ink[old] = _retouch(grey, hand.boldness * (2 * u[old, 2] - 1), 1 + hand.contrast * u[old, 3])
    some = there.any(1).nonzero()[:, 0]
    width = torch.where(redrawn, pen, bones.width * scale)
    corners = layout.points[:, -strokes[0, :, :, 0].numel() :].view_as(strokes)
    added = _draw_strokes(corners[some], there[some], width[some])
    ink[some] = torch.maximum(ink[some], added)
    return (ink * 255).round().to(torch.uint8)


def _lay_out(
    bones: Skeletons,
    strokes: Tensor,
    there: Tensor,
    pen: Tensor,
    hand: Hand,
    generator: torch.Generator,
) -> _Layout:
    """Turn, slant and warp digits; fit what was drawn anew into MNIST's frame."""
    count, device = len(bones), pen.device
    u = torch.rand((count, 6, 2), generator=generator).sum(-1).sub(1).to(device)  # triangle, ±1
    waves = torch.randn((count, 2, WAVES * WAVES), generator=generator).to(device)
    waves = waves * _wave_sizes(device) * hand.warp
    A = _linear(u[:, 0] * hand.rotation, u[:, 1] * hand.shear, u[:, 2] * hand.aspect)
    p, weight = _with_strokes(bones, strokes, there)
    redrawn = pen > 0
    own = torch.where(redrawn, 0.0, bones.width)  # a pen that grows with the digit
    wanted = torch.where(redrawn, FRAME, _extent(bones.points) + own) * (1 + u[:, 3] * hand.resize)
    c = (p * weight[..., None]).sum(1)
    z = (p - c[:, None]) @ A.transpose(1, 2)
    s0 = (wanted - pen) / (_extent(z) + own)
    z = z * s0[:, None, None]
    q = z
    for _ in range(3):
        q = z - _waves_at(q) @ waves.transpose(1, 2)  # until z = q + warp(q)
    s1 = (wanted - pen - own * s0) / _extent(q)
    q = q * s1[:, None, None]
    middle = torch.where(redrawn[:, None], MIDDLE, bones.points[:, :SPREAD].mean(1))
    t = middle + u[:, 4:] * hand.shift - (q * weight[..., None]).sum(1)
    return _Layout(c, A, s0, s1, t, waves, q + t[:, None])


def _with_strokes(bones: Skeletons, strokes: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """Return points and added corners, (B, K, 2), and their shares of the ink's line, (B, K)."""
    corners = torch.where(there[..., None, None], strokes, bones.points[:, :1, None])
    ends = (strokes[:, :, 2] - strokes[:, :, 0]).norm(dim=-1) * there  # (B, S)
    shares = ends[..., None] * ends.new_tensor([0.25, 0.5, 0.25])
    line = bones.length[:, None].expand(-1, POINTS) / SPREAD
    line = torch.where(torch.arange(POINTS, device=line.device) < SPREAD, line, 0.0)
    weight = torch.cat([line, shares.flatten(1)], 1)
    return torch.cat([bones.points, corners.flatten(1, 2)], 1), weight / weight.sum(1, True)


def _extent(points: Tensor) -> Tensor:
    """Return the longer side of the box around points, (B, K, 2) -> (B,)."""
    return (points.amax(1) - points.amin(1)).amax(-1).clamp(min=1.0)


def _linear(degrees: Tensor, shear: Tensor, aspect: Tensor) -> Tensor:
    """Return rotation · shear · stretch, each of determinant 1, shape (B, 2, 2)."""
    angle, stretch = degrees * (math.pi / 180), (aspect / 2).exp()
    zero, cos, sin = torch.zeros_like(angle), angle.cos(), angle.sin()
    turn = torch.stack([cos, -sin, sin, cos], -1).view(-1, 2, 2)
    slant = torch.stack([stretch, shear / stretch, zero, 1 / stretch], -1).view(-1, 2, 2)
    return turn @ slant


def _waves_at(places: Tensor) -> Tensor:
    """Return the cosine waves at places from the picture's middle, (…, 2) -> (…, WAVES²)."""
    k = torch.arange(WAVES, device=places.device) * (math.pi / SIDE)
    along = ((places[..., None] + SIDE / 2) * k).cos()  # (…, 2, WAVES)
    return (along[..., 0, :, None] * along[..., 1, None, :]).flatten(-2)


def _wave_sizes(device: torch.device) -> Tensor:
    """Return sizes that fall with the wave number, together of root mean square about 1."""
    k = torch.arange(WAVES, device=device)
    sizes = (k[:, None] ** 2 + k**2).float().clamp(min=1) ** -0.75
    sizes[0, 0] = 0
    power = sizes**2 * torch.where(k > 0, 0.5, 1.0)[:, None] * torch.where(k > 0, 0.5, 1.0)
    return (sizes / power.sum().sqrt()).flatten()


def _source_places(layout: _Layout) -> Tensor:
    """Return where each new pixel lies in the source, shape (B, 28, 28, 2)."""
    line = torch.arange(SIDE, device=layout.t.device) + 0.5
    y, x = torch.meshgrid(line, line, indexing="ij")
    grid = torch.stack([x, y], -1).view(-1, 2)  # (784, 2)
    warp = (layout.waves @ _waves_at(grid - SIDE / 2).T).transpose(1, 2)  # (B, 784, 2)
    z = (grid - layout.t[:, None]) / layout.s1[:, None, None] + warp
    back = torch.linalg.inv(layout.A) / layout.s0[:, None, None]
    places: Tensor = layout.c[:, None] + z @ back.transpose(1, 2)  # (B, 784, 2)
    return places.view(-1, SIDE, SIDE, 2)


def _look_up(maps: Tensor, index: Tensor) -> Tensor:
    """Read maps (B, Y, X) between their cells at (column, row), (B, 28, 28, 2) -> (B, 28, 28)."""
    grid = index * (2 / (maps.shape[-1] - 1)) - 1
    found: Tensor = F.grid_sample(maps[:, None], grid, align_corners=True)
    return found[:, 0]


def _draw(distance: Tensor, places: Tensor, scale: Tensor, pen: Tensor) -> Tensor:
    """Draw along skeletons with a round pen, edges one pixel soft."""
    index = map_index(places).clamp(0, MAP - 1)
    far = _look_up(distance.float(), index) * (scale / UNITS_PER_PIXEL)[:, None, None]
    return (pen[:, None, None] / 2 + 0.5 - far).clamp(0, 1)


def _retouch(grey: Tensor, boldness: Tensor, steep: Tensor) -> Tensor:
    """Make edges lighter or darker, then steeper; black and white stay."""
    bold = grey ** (-boldness).exp2()[:, None, None]
    return ((bold - 0.5) * steep[:, None, None] + 0.5).clamp(0, 1)


def _draw_strokes(corners: Tensor, there: Tensor, pen: Tensor) -> Tensor:
    """Draw lines through corners (B, S, C, 2), those that are there."""
    line = torch.arange(SIDE, device=corners.device) + 0.5
    ink = torch.zeros((len(corners), SIDE, SIDE), device=corners.device)
    for s in range(corners.shape[1]):
        for k in range(corners.shape[2] - 1):
            start, end = corners[:, s, k, :, None, None], corners[:, s, k + 1, :, None, None]
            (ax, ay), (dx, dy) = start.unbind(1), (end - start).unbind(1)
            x, y = line - ax, line[:, None] - ay  # (B, 1, 28), (B, 28, 1)
            along = ((x * dx + y * dy) / (dx * dx + dy * dy).clamp(min=1e-6)).clamp(0, 1)
            far = ((x - along * dx) ** 2 + (y - along * dy) ** 2).sqrt()
            here = (pen[:, None, None] / 2 + 0.5 - far).clamp(0, 1)
            ink = torch.maximum(ink, here * there[:, s, None, None])
    return ink
