"""Encoding of a text file: UTF-8, UTF-16 with or without a byte order mark, or GB18030.

A byte order mark decides first; then UTF-8, whose rules other encodings break within a few letters;
then UTF-16 by its zero bytes; then the encoding whose text has the most common characters.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from rnnviz.chapters.characters.config import TEXT_LIMITS

MOST_BYTES = TEXT_LIMITS["points"]  # of a file: a character takes a byte at least
SAMPLE = 10_000  # characters of a text that are judged where no rule decides
PLAUSIBLE = 0.98  # share of a text's characters that must be letters, digits, punctuation or spaces
COMMON = (
    ("\u0370", "\u06ff"),  # Greek, Cyrillic, Armenian, Hebrew, Arabic
    ("\u2010", "\u2027"),
    ("\u2030", "\u205e"),
    ("\u3000", "\u30ff"),  # Chinese punctuation, kana
    ("\uac00", "\ud7a3"),  # Hangul
    ("\uff00", "\uffef"),  # full width
    ("\U0001f300", "\U0001faff"),  # emoji
)
BOM = "\ufeff"
# The longer first: UTF-32's little-endian mark begins with UTF-16's.
MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
NONE_FITS = "the file is no text in UTF-8, UTF-16 or GB18030: save it as UTF-8"


@dataclass(frozen=True)
class DecodedText:
    """A text file's content.

    Attributes:
        text: Without a byte order mark.
        encoding: The encoding's name, e.g. "UTF-8".
    """

    text: str
    encoding: str

    @property
    def first_line(self) -> str:
        """The first line that is not blank; "" if all are."""
        return next((line.strip() for line in self.text.splitlines() if line.strip()), "")


def decode(content: bytes) -> DecodedText:
    """Decode a text file.

    Args:
        content: The file's bytes.

    Raises:
        ValueError: If it is too large, empty, or in none of the encodings, in one sentence.
    """
    if len(content) > MOST_BYTES:
        raise ValueError(f"the file has {len(content):,} bytes; at most {MOST_BYTES:,} are read")
    if not content.strip():
        raise ValueError("the file is empty")
    for mark, codec, name in MARKS:
        if content.startswith(mark):
            text = _decoded(content.removeprefix(mark), codec)
            if text is None:
                raise ValueError(f"the file begins as {name} does, but is no {name} further on")
            return _checked(text, f"{name} (with a byte order mark)")
    found = _without_mark(content)
    if found is None:
        raise ValueError(NONE_FITS)
    return _checked(*found)


def without_mark(text: str) -> str:
    """Return a text without the byte order mark that editors put before it."""
    return text.lstrip(BOM)


def _without_mark(content: bytes) -> tuple[str, str] | None:
    """Return the text and the name of its encoding; None if none fits."""
    utf8 = _decoded(content, "utf-8")
    if utf8 is not None and not CONTROLS.search(utf8):
        return utf8, "UTF-8"
    # Latin letters in UTF-16 have a zero in every other byte; no other text has any.
    names = {"utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
    if b"\0" not in content:
        names = {"utf-8": "UTF-8", "gb18030": "GB18030"} | names
    texts = {codec: _decoded(content, codec) for codec in names}
    found = {codec: text for codec, text in texts.items() if text and _is_plausible(text)}
    if not found:
        return None
    best = max(found, key=lambda codec: _commonness(found[codec]))
    return found[best], names[best]


def _decoded(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        return None


def _checked(text: str, encoding: str) -> DecodedText:
    text = without_mark(text).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise ValueError("the file is empty")
    if "\0" in text:
        raise ValueError("the file has zero bytes: it is no text")
    return DecodedText(text, encoding)


def _is_plausible(text: str) -> bool:
    sample = text[:SAMPLE]
    return sum(_weight(char) > 0 for char in sample) >= PLAUSIBLE * len(sample)


def _commonness(text: str) -> float:
    """Return how common a text's characters are: in a wrong encoding many are rare."""
    sample = text[:SAMPLE]
    return sum(map(_weight, sample)) / len(sample)


def _weight(char: str) -> float:
    """Return how common a character is in texts, 0 ... 1."""
    if char < "\u0250":  # Latin, with its punctuation
        return float(char.isprintable() or char in "\t\n\r\f")
    if "\u4e00" <= char <= "\u9fff":
        try:
            first = char.encode("gb2312")[0]
        except UnicodeEncodeError:
            return 0.3
        return 1.0 if first < 0xD8 else 0.6  # GB 2312 has the 3,755 most common before the others
    if "\u3400" <= char <= "\u4dbf" or "\U00020000" <= char <= "\U0003ffff":
        return 0.3
    if any(first <= char <= last for first, last in COMMON):
        return 1.0
    letters = unicodedata.category(char)[0] in "LMNPSZ" and char < "\u2c00"
    return 0.6 if letters else 0.0  # also 0: private use, and what is not assigned
