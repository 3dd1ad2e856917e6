"""From a picture file of any kind to bright ink on dark."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from rnnviz.data.ink import Ink

MAX_BYTES = 10 * 2**20
MAX_PIXELS = 50_000_000  # a telephone's camera makes 12 to 50 million
MIN_SIDE = 8
READ_SIDE = 1024  # a larger picture is halved until it fits: a digit needs no more
CONTRAST = 0.08  # between paper and ink, of the whole range; less is an empty page
NOISE = 6.0  # times the spread of the paper's tone: what is still paper

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".pgm", ".ppm")


class PictureError(ValueError):
    """A file that cannot be read as a picture of a digit; the message says why, in one sentence."""


@dataclass(frozen=True)
class Picture:
    """A picture as ink.

    Attributes:
        ink: Bright ink on dark, 0 … 1, shape (height, width); all 0 for an empty page.
        note: One sentence on what was done to it that a person should know, or "".
    """

    ink: Ink
    note: str = ""


def read(source: Path | bytes) -> Picture:
    """Read a picture: any format Pillow knows, dark on light or light on dark, transparent or not.

    Args:
        source: A file, or its content.

    Raises:
        PictureError: If it is no picture, is cut short, too large or too small.
    """
    content = _content(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd tags; the size is checked below
            with Image.open(io.BytesIO(content)) as image:
                note = _check(image)
                image.draft("RGB", (READ_SIDE, READ_SIDE))  # lets a JPEG decode at half its size
                return Picture(_ink(_grey(_reduced(image))), note)
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError("This is not a picture that can be read: try PNG or JPEG.") from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"The picture is larger than {MAX_PIXELS:,} pixels.") from error
    except Exception as error:  # Pillow's decoders raise any kind on a damaged file
        raise PictureError(f"The picture is damaged or cut short ({error}).") from error


def _content(source: Path | bytes) -> bytes:
    if isinstance(source, Path):
        try:
            size = source.stat().st_size
            content = source.read_bytes() if size <= MAX_BYTES else b""
        except OSError as error:
            raise PictureError(f"The file cannot be read: {error.strerror}.") from error
    else:
        size, content = len(source), source
    if size > MAX_BYTES:
        raise PictureError(f"The file has {size / 2**20:.1f} MB; at most 10 MB can be read.")
    if not content:
        raise PictureError("The file is empty.")
    return content


def _check(image: Image.Image) -> str:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"The picture has {width:,} × {height:,} pixels; at most {MAX_PIXELS:,} can be read."
        )
    if min(width, height) < MIN_SIDE:
        raise PictureError(f"The picture has {width} × {height} pixels: too few to hold a digit.")
    frames = getattr(image, "n_frames", 1)
    return f"The picture has {frames} frames; the first was read." if frames > 1 else ""


def _reduced(image: Image.Image) -> Image.Image:
    image.seek(0)
    factor = -(-max(image.size) // READ_SIDE)
    if factor > 1 and image.mode not in ("P", "1", "I", "I;16", "I;16B", "F"):
        image = image.reduce(factor)
    return ImageOps.exif_transpose(image)


def _grey(image: Image.Image) -> NDArray[np.float32]:
    """Return luminance 0 … 1, transparent parts filled with what contrasts with the rest."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        values = np.asarray(image, np.float32)
        top = 65535.0 if image.mode != "F" else max(float(values.max(initial=0.0)), 1e-12)
        return (np.nan_to_num(values) / np.float32(top)).clip(0.0, 1.0)
    if image.has_transparency_data:
        layers = np.asarray(image.convert("RGBA").convert("LA"), np.float32) / np.float32(255)
        grey, alpha = layers[..., 0], layers[..., 1]
        paper = 0.0 if float((grey * alpha).sum()) > 0.5 * float(alpha.sum()) else 1.0
        filled: NDArray[np.float32] = grey * alpha + np.float32(paper) * (1 - alpha)
        return filled
    opaque_grey = np.asarray(image.convert("RGB").convert("L"), np.float32)
    return opaque_grey / np.float32(255)


def _ink(grey: NDArray[np.float32]) -> Ink:
    """Take the tone along the edge for paper, and what differs from it for ink."""
    edge = np.concatenate((grey[0], grey[-1], grey[:, 0], grey[:, -1]))
    paper = np.median(edge)
    lighter = grey - paper
    distance = lighter if lighter.max() > -lighter.min() else -lighter
    # Speckled paper is no ink: what lies within its own spread counts for nothing.
    spread = NOISE * float(np.median(np.abs(edge - paper)))
    distance = (distance - np.float32(spread)).clip(0.0)
    strongest = float(distance.max(initial=0.0))
    if strongest < CONTRAST:
        return np.zeros_like(grey)
    ink: Ink = distance / np.float32(strongest)
    return ink
