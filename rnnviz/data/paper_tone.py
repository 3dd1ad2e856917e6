"""Tone of the paper at each place of a picture, and how far the ink differs from it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Tones = NDArray[np.float32]

COARSE = 128  # longer side, in pixels, at which the paper is estimated: light changes slowly
WINDOW = 0.4  # sides of the picture: wider than a stroke
PAPER_SPREAD = 0.12  # of the paper's tone: what is still paper, at first
DARKEST = 0.12  # tone of the paper below which differences are not divided by it
PARTED = 0.88  # variance between light and dark over all: two tones, not a slope of the light
EVEN = 0.01  # of all tones: the paper of a drawing or a scan differs less from one tone
FLAT = 1e-3  # between tones that are one
DARK = 0.5  # of the light class: the dark one, if it is more than a shadow
MOST = 0.55  # of the picture, and of its edge: the paper where there are two tones
DEGREE = 2  # of the surface that is fitted to the light


def resized(tones: Tones, longest: int) -> Tones:
    """Return the tones averaged over areas so that the longer side has `longest` pixels at most."""
    height, width = tones.shape
    if max(height, width) <= longest:
        return tones
    scale = longest / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    image = Image.fromarray(tones).resize(size, Image.Resampling.BOX)
    return np.asarray(image, np.float32)


def darkness(tones: Tones) -> Tones:
    """Return how much darker each pixel is than its paper, as a fraction of the paper's tone.

    Light falls unevenly on paper and multiplies the tones of paper and ink alike, so the fraction
    is the same in light and shadow. The paper is the lesser of two estimates: a closing, which
    follows the edge of a shadow, and a smooth surface fitted to what looks like paper, which
    follows a slope of the light up to the edges of the picture.

    Args:
        tones: Grey values 0 … 1 of dark ink on light paper, shape (height, width).

    Returns: About 0 on paper, up to 1 on ink, negative where noise is lighter than the paper.
    """
    coarse = _median3(resized(tones, COARSE))
    window = max(3, round(WINDOW * max(coarse.shape)))
    closed = _sliding(_sliding(coarse, window, np.maximum), window, np.minimum)
    smooth = _fitted(coarse, closed)
    near = coarse > np.minimum(smooth, closed) * np.float32(1 - PAPER_SPREAD)
    correction = np.nan_to_num(_local_mean(coarse - smooth, near, window))
    paper = np.minimum(smooth + correction, closed).astype(np.float32)
    level = np.median(coarse[near])
    if float(np.abs(paper - level).max()) < EVEN:
        paper = np.full_like(paper, level)
    height, width = tones.shape
    whole = Image.fromarray(paper).resize((width, height), Image.Resampling.BILINEAR)
    local = np.asarray(whole, np.float32)
    result: Tones = ((local - tones) / local.clip(DARKEST)).astype(np.float32)
    return result


def is_lighter_ink(tones: Tones) -> bool:
    """Whether what stands out from the tone along the edge is lighter than it."""
    coarse = _median3(resized(tones, COARSE))
    height, width = coarse.shape
    edge = np.zeros(coarse.shape, bool)
    edge[[0, -1]] = edge[:, [0, -1]] = True
    light, parted = two_classes(coarse)
    around, whole = float(light[edge].mean()), float(light.mean())
    if parted >= PARTED and coarse[~light].mean() < DARK * coarse[light].mean():
        if min(around, whole) > MOST:
            return False
        if max(around, whole) < 1 - MOST:
            return True
    basis = _polynomials(height, width, 1)
    weight = edge.ravel().astype(np.float64)
    values = coarse.ravel().astype(np.float64)
    level = np.full(values.shape, float(np.median(coarse[edge])))
    for _ in range(8):  # least absolute deviations, by weights
        weights = weight / np.maximum(np.abs(values - level), 0.01)
        level[:] = basis @ _solved(basis, values, weights)
    residual = values - level
    return float(residual.max()) > -float(residual.min())


def two_classes(tones: Tones) -> tuple[NDArray[np.bool_], float]:
    """Part the tones into a light and a dark class of the least variance within (Otsu).

    Returns: Where the light ones are, and the variance between the classes over all variance: 0.75
        for an even slope, 1 for two tones alone.
    """
    if float(np.ptp(tones)) < FLAT:
        return np.ones(tones.shape, bool), 0.0
    counts, edges = np.histogram(tones, 128)
    middles = (edges[1:] + edges[:-1]) / 2
    below = counts.cumsum()
    above = below[-1] - below
    sums = (counts * middles).cumsum()
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = sums / below - (sums[-1] - sums) / above
    between = np.nan_to_num(below * above * apart**2)
    best = int(between.argmax())
    variance = float(tones.var()) * float(below[-1]) ** 2
    parted = float(between[best]) / variance if variance > 0 else 0.0
    return tones > edges[1:][best], min(parted, 1.0)


def surface(coarse: Tones, among: NDArray[np.bool_]) -> Tones:
    """Fit a smooth surface to the paper among the chosen pixels, from their median on."""
    start = np.full(coarse.shape, np.median(coarse[among]), np.float32)
    return _fitted(coarse, start, among)


def local_mean(tones: Tones, size: int) -> Tones:
    """Return the mean of each pixel's surroundings, a square of `size` pixels."""
    return _local_mean(tones, np.ones(tones.shape, bool), size)


def _fitted(coarse: Tones, start: Tones, among: NDArray[np.bool_] | None = None) -> Tones:
    """Fit a smooth surface to what is paper, and look again what is paper beside it."""
    height, width = coarse.shape
    basis = _polynomials(height, width, DEGREE)
    values = coarse.ravel().astype(np.float64)
    paper = start.ravel().astype(np.float64)
    chosen = np.ones(values.shape, bool) if among is None else among.ravel()
    spread = PAPER_SPREAD if among is None else 2 * PAPER_SPREAD
    for _ in range(6):
        near = values > paper * (1 - spread)
        if among is not None:
            near &= values < paper * (1 + spread)
        weights = (near & chosen).astype(np.float64) + 1e-6
        fit: NDArray[np.float64] = basis @ _solved(basis, values, weights)
        paper = fit.clip(values.min(), values.max())
    return paper.reshape(coarse.shape).astype(np.float32)


def _polynomials(height: int, width: int, degree: int) -> NDArray[np.float64]:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    parts = [
        x**power * y**other for power in range(degree + 1) for other in range(degree + 1 - power)
    ]
    return np.stack([part.ravel() for part in parts], axis=1).astype(np.float64)


def _solved(
    basis: NDArray[np.float64], values: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    weighted = basis * weights[:, None]
    gram = weighted.T @ basis
    gram += 1e-6 * np.trace(gram) * np.eye(len(gram))
    return np.linalg.solve(gram, weighted.T @ values).astype(np.float64)


def _median3(tones: Tones) -> Tones:
    if min(tones.shape) < 3:
        return tones
    padded = np.pad(tones, 1, mode="edge")
    height, width = tones.shape
    shifts = [padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]
    result: Tones = np.median(np.stack(shifts), axis=0)
    return result


def _sliding(tones: Tones, size: int, extreme: np.ufunc) -> Tones:
    """Return the maximum or minimum over a square of `size` pixels around each, cut at the edge."""
    for axis in (0, 1):
        length = tones.shape[axis]
        reach = min(size // 2, length - 1)
        neutral = -np.inf if extreme is np.maximum else np.inf
        widths = [(0, 0), (0, 0)]
        widths[axis] = (reach, reach)
        run, covered = np.pad(tones, widths, constant_values=neutral), 1
        while covered < 2 * reach + 1:
            step = min(covered, 2 * reach + 1 - covered)
            ahead = [slice(None), slice(None)]
            behind = [slice(None), slice(None)]
            ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
            run, covered = extreme(run[tuple(ahead)], run[tuple(behind)]), covered + step
        tones = run
    return tones


def _local_mean(tones: Tones, among: NDArray[np.bool_], size: int) -> Tones:
    """Return the mean of the chosen pixels in a square around each; NaN where there are few."""
    total, count = (_box_sum(part, size) for part in (tones * among, among.astype(np.float32)))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count >= 0.1 * size * size, total / count, np.nan)
    return mean.astype(np.float32)


def _box_sum(values: Tones, size: int) -> NDArray[np.float64]:
    reach = size // 2
    sums = np.pad(values.astype(np.float64), reach + 1).cumsum(axis=0).cumsum(axis=1)
    span = 2 * reach + 1
    height, width = values.shape
    a, b = sums[span:, span:], sums[:-span, span:]
    c, d = sums[span:, :-span], sums[:-span, :-span]
    result: NDArray[np.float64] = (a - b - c + d)[:height, :width]
    return result


def shrunk(tones: Tones, reach: int) -> Tones:
    """Return the least of the tones within `reach` pixels, in a square."""
    return _sliding(tones, 2 * reach + 1, np.minimum)


def grown(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Return a mask with all within `reach` pixels of it, in a square."""
    return _sliding(mask.astype(np.float32), 2 * reach + 1, np.maximum) > 0
