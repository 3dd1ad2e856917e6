"""Tones of a picture of any mode: its luminance, or the color axis on which its ink stands out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rnnviz.data import paper_tone

Tones = NDArray[np.float32]

BEYOND = 2.0  # contrast in color over that in luminance, from which color is read
LEAST = 0.08  # contrast in color that is read at all
STRONGEST = 99.0  # percentile of the differences from the surroundings: the contrast


def tones(image: Image.Image) -> Tones:
    """Return grey values 0 … 1, transparent parts filled with what contrasts with the rest."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _deep(image)
    if image.has_transparency_data:
        layers = np.asarray(image.convert("RGBA").convert("LA"), np.float32) / np.float32(255)
        grey, alpha = layers[..., 0], layers[..., 1]
        paper = 0.0 if float((grey * alpha).sum()) > 0.5 * float(alpha.sum()) else 1.0
        filled: Tones = grey * alpha + np.float32(paper) * (1 - alpha)
        return filled
    luminance = np.asarray(image.convert("RGB").convert("L"), np.float32) / np.float32(255)
    if image.mode in ("L", "1"):
        return luminance
    colored = _hue(np.asarray(image.convert("RGB"), np.float32) / np.float32(255))
    contrast = _contrast(colored)
    return colored if contrast > max(BEYOND * _contrast(luminance), LEAST) else luminance


def _deep(image: Image.Image) -> Tones:
    values = np.nan_to_num(np.asarray(image, np.float32))
    top = 65535.0 if image.mode != "F" else max(float(values.max(initial=0.0)), 1e-12)
    return (values / np.float32(top)).clip(0.0, 1.0)


def _hue(colors: NDArray[np.float32]) -> Tones:
    """Return how far each color lies from the paper's shades, along the axis of most contrast.

    Light and shadow move a color along the line from black through the paper's own color. What is
    across that line differs in hue: its principal axis tells ink of the same lightness.

    Args:
        colors: Red, green and blue, 0 … 1, shape (height, width, 3).

    Returns: 0 … 1, the paper at 0.5.
    """
    edge = np.concatenate((colors[0], colors[-1], colors[:, 0], colors[:, -1]))
    paper = np.median(edge, axis=0).astype(np.float64)
    paper = paper / max(float(np.linalg.norm(paper)), 1e-6)
    moments = np.einsum("hwi,hwj->ij", colors, colors, dtype=np.float64)
    across = np.eye(3) - np.outer(paper, paper)
    axis = np.linalg.eigh(across @ moments @ across)[1][:, -1]
    lying = (colors @ (across @ axis).astype(np.float32)) / np.float32(2)
    hue: Tones = (lying + np.float32(0.5)).clip(0.0, 1.0)
    return hue


def _contrast(values: Tones) -> float:
    """Return how much the tones differ from their surroundings where they do so most."""
    coarse = paper_tone.resized(values, paper_tone.COARSE)
    around = paper_tone.local_mean(coarse, max(coarse.shape) // 2)
    return float(np.percentile(np.abs(coarse - around), STRONGEST))
