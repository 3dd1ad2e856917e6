"""Texts for networks that read character by character: an alphabet, and what is to be answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from rnnviz.data.graphemes import graphemes

MOST_SYMBOLS = 500
MOST_LINES = 50
LONGEST = 100  # graphemes of a line of a pair
LONGEST_TEXT = 30_000  # graphemes of a text that is learnt
MOST_POINTS = 4  # code points of a grapheme, on the average: more is refused before it is cut
RAVEN = Path(__file__).resolve().parent.parent / "assets" / "texts" / "raven.txt"
FILLERS = "_·~0"

Line = tuple[str, str]


@dataclass(frozen=True)
class Vocabulary:
    """The symbols of some texts, each with its code, which is its place.

    Attributes:
        symbols: All different, in order.

    Raises:
        ValueError: If there are none, more than `MOST_SYMBOLS`, or one comes twice.
    """

    symbols: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.symbols:
            raise ValueError("an alphabet needs at least one symbol, got an empty text")
        check_symbols(len(self.symbols))
        if len(set(self.symbols)) < len(self.symbols):
            raise ValueError("each symbol of an alphabet must come once")

    @classmethod
    def of(cls, *texts: str) -> Vocabulary:
        """Take the alphabet of texts, by grapheme, in the order of their code points."""
        return cls.of_symbols(symbol for text in texts for symbol in graphemes(text))

    @classmethod
    def of_symbols(cls, symbols: Iterable[str]) -> Vocabulary:
        """Take the alphabet of symbols that may be longer, e.g. words."""
        return cls(tuple(sorted(set(symbols))))

    def __len__(self) -> int:
        return len(self.symbols)

    def encode(self, text: str) -> Tensor:
        """Turn a text into codes, int64 (T,).

        Raises:
            ValueError: If one of its graphemes is not in the alphabet.
        """
        return self.codes(graphemes(text))

    def codes(self, symbols: Sequence[str]) -> Tensor:
        """Turn symbols into codes, int64 (T,); errors as of `encode`."""
        places = {symbol: place for place, symbol in enumerate(self.symbols)}
        for symbol in symbols:
            if symbol not in places:
                raise ValueError(f"{symbol[:20]!r} is not in this alphabet of {len(self)} symbols")
        return torch.tensor([places[symbol] for symbol in symbols], dtype=torch.int64)

    def decode(self, codes: Tensor | Sequence[int]) -> str:
        """Turn codes, (T,), into a text.

        Raises:
            ValueError: If a code is none of this alphabet's.
        """
        places = [int(code) for code in codes]
        if bad := [place for place in places if not 0 <= place < len(self)]:
            raise ValueError(f"codes must lie in [0, K) = [0, {len(self)}), got {bad[0]}")
        return "".join(self.symbols[place] for place in places)


@dataclass(frozen=True)
class Pairs:
    """Lines to read, and for each the line to answer with, a symbol for each symbol.

    Attributes:
        lines: Source and target, as many graphemes in both.
        vocabulary: Of all of them.
    """

    lines: tuple[Line, ...]
    vocabulary: Vocabulary


def pairs(source: str, target: str) -> Pairs:
    """Put two texts side by side, line by line; empty lines at the end do not count.

    Args:
        source: What is read, one example a line.
        target: What is to be answered, as many graphemes in each line.

    Raises:
        ValueError: If that cannot be learnt, in one sentence that says why.
    """
    for name, text in (("source", source), ("target", target)):
        check_size(text, MOST_LINES * LONGEST, name)
        if not text.strip():
            raise ValueError(f"the {name} is empty: write at least two characters")
    sources, targets = (text.rstrip("\r\n").splitlines() for text in (source, target))
    if len(sources) != len(targets):
        raise ValueError(
            f"source and target need as many lines, got {len(sources)} and {len(targets)}"
        )
    if len(sources) > MOST_LINES:
        raise ValueError(f"at most {MOST_LINES} lines are learnt, got {len(sources)}")
    for number, (one, other) in enumerate(zip(sources, targets, strict=True), start=1):
        _check_line(number, len(graphemes(one)), len(graphemes(other)))
    lines = tuple(zip(sources, targets, strict=True))
    vocabulary = Vocabulary.of(*sources, *targets)
    if len(vocabulary) < 2:
        raise ValueError(
            f"there is one symbol only, {vocabulary.symbols[0][:20]!r}: "
            "nothing is left to be guessed"
        )
    return Pairs(lines, vocabulary)


def _check_line(number: int, source: int, target: int) -> None:
    if source != target:
        raise ValueError(
            f"line {number} has {source} characters in the source and {target} in the target: "
            "each needs an answer"
        )
    if not source:
        raise ValueError(f"line {number} is empty")
    if source > LONGEST:
        raise ValueError(f"line {number} has {source} characters; at most {LONGEST} are learnt")


def passage(text: str, least: int = 100) -> Vocabulary:
    """Check a text that is to be learnt as it goes on; return its alphabet.

    Raises:
        ValueError: If that cannot be learnt, in one sentence that says why.
    """
    check_size(text, LONGEST_TEXT, "text")
    if not text.strip():
        raise ValueError("the text is empty")
    cut = graphemes(text)
    if len(cut) > LONGEST_TEXT:
        raise ValueError(f"the text has {len(cut):,} characters; at most {LONGEST_TEXT:,}")
    if len(cut) < least:
        raise ValueError(f"the text has {len(cut)} characters; it needs {least} at least")
    vocabulary = Vocabulary.of_symbols(cut)
    if len(vocabulary) < 2:
        raise ValueError(
            f"the text has one symbol only, {cut[0][:20]!r}: nothing is left to be guessed"
        )
    return vocabulary


def check_size(text: str, longest: int, name: str) -> None:
    """Refuse a text that is far too long, before anything is made of it."""
    if len(text) > MOST_POINTS * longest:
        raise ValueError(
            f"the {name} has {len(text):,} code points; at most {MOST_POINTS * longest:,} are read"
        )


def check_symbols(count: int) -> None:
    """Refuse an alphabet that is too large."""
    if count > MOST_SYMBOLS:
        raise ValueError(
            f"there are {count:,} different symbols; an alphabet has at most {MOST_SYMBOLS}"
        )


def shifted(text: str) -> Line:
    """Let each character be answered by the one that comes next: "hello" → "hell", "ello"."""
    cut = graphemes(text)
    return "".join(cut[:-1]), "".join(cut[1:])


def reversed_line(text: str) -> Line:
    """Let a text be answered by itself from the end: "hello" → "hello", "olleh"."""
    return text, "".join(reversed(graphemes(text)))


def delayed(text: str, delay: int) -> Line:
    """Let each character be answered after a delay: "abc", 2 → "abc__", "__abc".

    Raises:
        ValueError: If the delay is below 1, or no filler is left.
    """
    if delay < 1:
        raise ValueError(f"delay must be at least 1, got {delay}")
    free = [filler for filler in FILLERS if filler not in text]
    if not free:
        raise ValueError(f"the text has all of {FILLERS}, one of which must fill the gap")
    return text + delay * free[0], delay * free[0] + text


def raven() -> str:
    """Return The Raven by Edgar Allan Poe (1845), which comes with rnnviz."""
    return RAVEN.read_text(encoding="utf-8")
