"""Benchmark of pictures of digits: simulated photos on uneven paper, tight cuts and blank pages."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from rnnviz.core.inspect.reading import read
from rnnviz.data import image_file, mnist, mnist_frame
from rnnviz.training.store import checkpoint

DIGITS, SEED = 1000, 20_261
DIGIT_PX = (100, 300)  # longer side of the digit
ROOM = (1.3, 2.6)  # sides of the picture, in sides of the digit
PAPER, INK = (0.72, 0.92), (0.15, 0.35)  # reflectance
FALL = (0.15, 0.50)  # of the light from one end of the picture to the other
SHADOW, SHADOW_EDGE = (0.15, 0.40), (0.05, 0.25)  # depth; width of its edge, in sides
NOISE = 2.5  # standard deviation, of 255 levels
LINE_GAP, LINE_DEPTH = (0.07, 0.16), (0.15, 0.45)  # ruled paper: spacing in sides, darkness


def _percent(least: float, most: float) -> str:
    return f"{100 * least:.0f} – {100 * most:.0f} %"


PARAMETERS = {
    "photos": f"digits of {DIGIT_PX[0]} – {DIGIT_PX[1]} px, ink {_percent(*INK)} and paper "
    f"{_percent(*PAPER)} light, the light falling off by {_percent(*FALL)} in any direction, on "
    f"half of them the soft edge of a shadow, {_percent(*SHADOW)}, noise σ = {NOISE:g}, "
    "a third on ruled lines",
    "tight cuts": "digits cut to their ink, black on white",
    "blank pages": "light, shadows, noise and lines as above, on every fifth a speck; null is "
    "correct",
}

Tones = NDArray[np.float64]
Grey = NDArray[np.uint8]


def measure(
    digits: int = DIGITS, *, train: bool = False, tell: Callable[[str], None] | None = None
) -> dict[str, Any]:
    """Read simulated pictures with the default network, and count what it makes of them.

    Args:
        digits: How many of each kind; blank pages are a fifth of that.
        train: Take training digits, to tune on, instead of test digits.
        tell: Is told of each kind when it is done.

    Returns: `rows`, one for each kind: `pictures` and of them `correct` and `null`; the `seed`.
    """
    part, blanks = mnist.load(train=train), max(digits // 5, 1)
    chosen = np.random.default_rng(SEED).permutation(len(part))[:digits]
    images, labels = part.images.numpy()[chosen], part.labels.numpy()[chosen]
    made: dict[str, tuple[Iterator[Grey], Sequence[int | None]]] = {
        "photos": (map(photo, images, range(digits)), labels.tolist()),
        "tight cuts": (map(tight_cut, images), labels.tolist()),
        "blank pages": (map(blank, range(blanks)), [None] * blanks),
    }
    rows = []
    for kind, (pictures, truth) in made.items():
        found = _predict(pictures)
        correct = sum(a == b for a, b in zip(found, truth, strict=True))
        row = {"kind": kind, "pictures": len(found), "correct": correct}
        rows.append({**row, "null": found.count(None)})
        if tell is not None:
            tell(f"{kind}: {correct} of {len(found)} correct, {found.count(None)} null")
    return {"rows": rows, "seed": SEED}


def table(figures: dict[str, Any]) -> str:
    """Return the rows of the README's table."""
    lines = ["| pictures | how many | correct | null |", "| --- | --- | --- | --- |"]
    for row in figures["rows"]:
        count = row["pictures"]
        correct, null = (100 * row[name] / count for name in ("correct", "null"))
        name = f"{row['kind']}: {PARAMETERS[row['kind']]}"
        lines.append(f"| {name} | {count:,} | {correct:.1f} % | {null:.1f} % |")
    return "\n".join(lines)


def _predict(pictures: Iterator[Grey]) -> list[int | None]:
    frames = [frame_of(png(picture)) for picture in pictures]
    there = [frame for frame in frames if frame is not None]
    model, _ = checkpoint.embedded()
    digits: Iterator[int] = iter(())
    if there:
        batches = torch.split(torch.from_numpy(np.stack(there)), 500)
        read_digits = [read(model, mnist.rows(batch)).digit for batch in batches]
        digits = iter(torch.cat(read_digits).tolist())
    return [None if frame is None else next(digits) for frame in frames]


def frame_of(content: bytes) -> Grey | None:
    """Return what the network reads of a picture file, uint8 (28, 28); None where it is blank."""
    framed = mnist_frame.frame(image_file.read(content).ink)
    return None if framed is None else framed.frame


def png(picture: Grey) -> bytes:
    """Return a picture as a file."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", compress_level=1)
    return file.getvalue()


def photo(digit: Grey, index: int) -> Grey:
    """Write a digit, uint8 (28, 28), on paper in uneven light, and photograph it.

    Args:
        digit: Bright ink on black.
        index: Seeds everything; half of the photos have a shadow, a third are of ruled paper.

    Returns: Grey values, uint8.
    """
    rng = np.random.default_rng([SEED, index])
    side = int(rng.integers(*DIGIT_PX))
    coverage = _enlarged(np.pad(_cut(digit), 1), side)
    height, width = (int(max(rng.uniform(*ROOM) * side, n + 16)) for n in coverage.shape)
    top = int(rng.integers(8, height - coverage.shape[0] - 7))
    left = int(rng.integers(8, width - coverage.shape[1] - 7))
    written = np.zeros((height, width))
    written[top : top + coverage.shape[0], left : left + coverage.shape[1]] = coverage
    return _photograph(written, rng, shadow=index % 2 == 0, ruled=index % 3 == 0)


def blank(index: int) -> Grey:
    """Photograph paper without a digit: ruled, in uneven light, or with a speck, by turns."""
    rng = np.random.default_rng([SEED, 1, index])
    written = np.zeros(rng.integers(200, 600, 2))
    if index % 5 == 0:
        row, column = (int(rng.integers(10, n - 10)) for n in written.shape)
        written[row : row + 3, column : column + 3] = 1.0
    return _photograph(written, rng, shadow=index % 2 == 0, ruled=index % 3 == 0)


def tight_cut(digit: Grey) -> Grey:
    """Cut a digit to its ink, black on white, eight times as large."""
    return np.rint(255 * (1 - _enlarged(_cut(digit), 160))).astype(np.uint8)


def _cut(digit: Grey) -> Grey:
    rows, columns = (np.flatnonzero((digit > 12).any(axis=axis)) for axis in (1, 0))
    return digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _enlarged(cut: Grey, side: int) -> Tones:
    """Return how much of each pixel is ink, 0 … 1, with edges about two pixels wide."""
    scale = side / max(cut.shape)
    height, width = (max(round(scale * n), 1) for n in cut.shape)
    large = Image.fromarray(cut).resize((width, height), Image.Resampling.BICUBIC)
    soft = np.asarray(large, np.float64) / 255
    edged: Tones = ((soft - 0.4) * scale / 2 + 0.5).clip(0.0, 1.0)
    return edged


def _photograph(written: Tones, rng: np.random.Generator, *, shadow: bool, ruled: bool) -> Grey:
    height, width = written.shape
    paper, ink = rng.uniform(*PAPER), rng.uniform(*INK)
    surface = np.full((height, width), paper)
    if ruled:
        gap = max(int(rng.uniform(*LINE_GAP) * height), 8)
        start, thick = int(rng.integers(0, gap)), int(rng.integers(1, 3))
        darkness = rng.uniform(*LINE_DEPTH)
        for row in range(start, height, gap):
            surface[row : row + thick] *= 1 - darkness
    surface = surface * (1 - written) + ink * written
    light = 1 - rng.uniform(*FALL) * _ramp(height, width, rng)
    if shadow:
        across = _ramp(height, width, rng) - rng.uniform(0.25, 0.75)
        edge = rng.uniform(*SHADOW_EDGE)
        light *= 1 - rng.uniform(*SHADOW) / (1 + np.exp(-4 * across / edge))
    noisy = 255 * surface * light + rng.normal(0, NOISE, surface.shape)
    return np.rint(noisy).clip(0, 255).astype(np.uint8)


def _ramp(height: int, width: int, rng: np.random.Generator) -> Tones:
    """Return 0 … 1 from one end of a picture to the other, in a random direction."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[0:height, 0:width]
    along: Tones = x * np.cos(angle) + y * np.sin(angle)
    ramp: Tones = (along - along.min()) / (along.max() - along.min())
    return ramp
