"""Images read from files of any format and converted to bright ink on a dark background."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from rnnviz.data import paper_tone, picture_digits, picture_tones
from rnnviz.data.mnist_frame import Ink
from rnnviz.data.picture_digits import WrittenDigit
from rnnviz.data.sheet import without_table

MAX_BYTES = 10 * 2**20
MAX_PIXELS = 50_000_000  # a telephone's camera makes 12 to 50 million
MIN_SIDE = 8
READ_SIDE = 1024  # a larger picture is averaged until it fits: a digit needs no more

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".pgm", ".ppm")


class PictureError(ValueError):
    """A file that cannot be read as a picture of a digit; the message says why, in one sentence."""


@dataclass(frozen=True)
class Picture:
    """A picture as ink.

    Attributes:
        shape: Its height and width, as it was read.
        digits: What is written in it, from left to right; empty for an empty page.
        note: One sentence on what was done to it that a person should know, or "".
        scale: Pixels of the file over pixels as it was read, along a side.
    """

    shape: tuple[int, ...]
    digits: tuple[WrittenDigit, ...]
    note: str = ""
    scale: float = 1.0

    @property
    def largest(self) -> int:
        """Index of the digit of the largest box."""
        return max(range(len(self.digits)), key=lambda k: self.digits[k].size)

    @property
    def ink(self) -> Ink:
        """Bright ink of the largest digit on dark, 0 … 1, shape (height, width); or all 0."""
        return self.ink_of(self.largest) if self.digits else np.zeros(self.shape, np.float32)

    def ink_of(self, index: int) -> Ink:
        """Return the ink of one digit, where it is in the picture, shape (height, width)."""
        ink = np.zeros(self.shape, np.float32)
        left, top, width, height = self.digits[index].box
        ink[top : top + height, left : left + width] = self.digits[index].ink
        return ink

    def box(self, index: int) -> tuple[int, int, int, int]:
        """Return left, top, width and height of a digit in pixels of the file, held upright."""
        left, top, width, height = (round(self.scale * n) for n in self.digits[index].box)
        return left, top, width, height


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
                longest = max(image.size)
                image.draft("RGB", (READ_SIDE, READ_SIDE))  # lets a JPEG decode at half its size
                tones = paper_tone.resized(picture_tones.tones(_reduced(image)), READ_SIDE)
                return _picture(tones, note, longest / max(tones.shape))
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
    if factor > 1 and image.mode in ("P", "PA", "1"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if factor > 1 and image.mode not in ("I", "F") and not image.mode.startswith("I;16"):
        image = image.reduce(factor)
    return ImageOps.exif_transpose(image)


def _picture(tones: NDArray[np.float32], note: str, scale: float) -> Picture:
    sheet = without_table(tones)
    dark = 1 - sheet if paper_tone.is_lighter_ink(sheet) else sheet
    digits = picture_digits.find(paper_tone.darkness(dark))
    return Picture(tones.shape, tuple(digits), note, scale)
