"""Affine augmentation of MNIST's digits: a small random shift, rotation and shear."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from rnnviz.data.mnist import Digits

SIDE = 28

# The most that a digit changes, either way; all that lies between is equally common.
MOVE_PIXELS = 2.0
TURN_DEGREES = 10.0
SLANT = 0.15  # pixels to the side per pixel of height

DIGITS_AT_ONCE = 250  # some 3 MB, which a processor keeps at hand


def shift(digits: Digits, generator: torch.Generator) -> Digits:
    """Move, turn and slant each digit a little, by chance.

    Turn and slant leave the picture's middle where it is; then it moves along both axes. Between
    pixels the grey is bilinear, and outside of the picture it is black.

    Args:
        digits: What to start from, on any device.
        generator: Source of chance, on the CPU; the same state gives the same pictures.

    Returns: As many digits with the same labels, on the same device.
    """
    u = 2 * torch.rand((len(digits), 4), generator=generator) - 1
    theta = source_places(u.to(digits.images.device))
    images = torch.empty_like(digits.images)
    for start in range(0, len(digits), DIGITS_AT_ONCE):
        part = slice(start, start + DIGITS_AT_ONCE)
        ink = digits.images[part].unsqueeze(1).float()  # (B, 1, 28, 28)
        grid = F.affine_grid(theta[part], list(ink.shape), align_corners=False)
        moved = F.grid_sample(ink, grid, mode="bilinear", align_corners=False)
        images[part] = moved[:, 0].round().to(torch.uint8)
    return Digits(images, digits.labels)


def source_places(u: Tensor) -> Tensor:
    """Return the maps from a new place to its source, (N, 4) in [-1, 1] -> (N, 2, 3).

    Places are (x, y) as in affine_grid, from -1 to 1 across the picture. What was at s goes to
    p = A·s + t, so the source of p is s = A⁻¹·(p - t).
    """
    angle, slant = u[:, 0] * math.radians(TURN_DEGREES), u[:, 1] * SLANT
    t = u[:, 2:, None] * (MOVE_PIXELS * 2 / SIDE)  # (N, 2, 1)
    zero, one, cos, sin = torch.zeros_like(angle), torch.ones_like(angle), angle.cos(), angle.sin()
    turn_back = torch.stack([cos, sin, -sin, cos], -1).view(-1, 2, 2)
    slant_back = torch.stack([one, slant, zero, one], -1).view(-1, 2, 2)
    back = slant_back @ turn_back  # A is a turn after a slant
    return torch.cat([back, -back @ t], dim=-1)
