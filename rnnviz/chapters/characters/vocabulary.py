"""Vocabulary of a text's characters, and validation of a text to train on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from rnnviz.chapters.characters.config import TEXT_LIMITS, TextUnit
from rnnviz.chapters.characters.graphemes import graphemes

MOST_SYMBOLS = TEXT_LIMITS["symbols"]
LONGEST_TEXT = TEXT_LIMITS["points"]  # code points of a text that is learnt
MOST_POINTS = 4  # code points of a grapheme, on the average: more is refused before it is cut
RAVEN = Path(__file__).resolve().parents[2] / "assets" / "texts" / "raven.txt"

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
        return self.all_codes([symbols])[0]

    def all_codes(self, rows: Sequence[Sequence[str]]) -> list[Tensor]:
        """Turn rows of symbols into codes, each int64 (T,); errors as of `encode`."""
        places = {symbol: place for place, symbol in enumerate(self.symbols)}
        for symbol in (symbol for row in rows for symbol in row):
            if symbol not in places:
                raise ValueError(f"{symbol[:20]!r} is not in this alphabet of {len(self)} symbols")
        return [torch.tensor([places[s] for s in row], dtype=torch.int64) for row in rows]

    def decode(self, codes: Tensor | Sequence[int]) -> str:
        """Turn codes, (T,), into a text.

        Raises:
            ValueError: If a code is none of this alphabet's.
        """
        places = [int(code) for code in codes]
        if bad := [place for place in places if not 0 <= place < len(self)]:
            raise ValueError(f"codes must lie in [0, K) = [0, {len(self)}), got {bad[0]}")
        return "".join(self.symbols[place] for place in places)


def symbols_of(source: str, unit: TextUnit) -> list[str]:
    """Cut a line into its symbols."""
    return source.split() if unit == "word" else graphemes(source)


def passage(text: str, least: int = 100) -> Vocabulary:
    """Check a text that is to be learnt as it goes on; return its alphabet.

    Raises:
        ValueError: If that cannot be learnt, in one sentence that says why.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"the text has {len(text):,} characters; at most {LONGEST_TEXT:,}")
    if not text.strip():
        raise ValueError("the text is empty")
    vocabulary, codes = encoded(text)
    if len(codes) < least:
        raise ValueError(f"the text has {len(codes)} characters; it needs {least} at least")
    if len(vocabulary) < 2:
        raise ValueError(
            f"the text has one symbol only, {vocabulary.symbols[0][:20]!r}: "
            "nothing is left to be guessed"
        )
    return vocabulary


@lru_cache(maxsize=4)
def encoded(text: str) -> tuple[Vocabulary, Tensor]:
    """Return a text's alphabet and its codes, int64 (T,), which nobody changes.

    Raises:
        ValueError: If it has too many different symbols.
    """
    cut = graphemes(text)
    vocabulary = Vocabulary.of_symbols(cut)
    return vocabulary, vocabulary.codes(cut)


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
            f"there are {count:,} different symbols; an alphabet has at most {MOST_SYMBOLS:,}"
        )


def raven() -> str:
    """Return The Raven by Edgar Allan Poe (1845), which comes with rnnviz."""
    return RAVEN.read_text(encoding="utf-8")
