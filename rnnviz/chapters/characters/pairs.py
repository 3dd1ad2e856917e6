"""Pairs of source and target lines: their validation, and builders such as a shift."""

from __future__ import annotations

from dataclasses import dataclass

from rnnviz.chapters.characters.config import MOST_LINE_SYMBOLS
from rnnviz.chapters.characters.graphemes import graphemes
from rnnviz.chapters.characters.vocabulary import Line, Vocabulary, check_size

MOST_LINES = 50
LONGEST = 100  # graphemes of a line
FILLERS = "_·~0"


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
    if len(vocabulary) > MOST_LINE_SYMBOLS:
        raise ValueError(
            f"there are {len(vocabulary):,} different symbols; "
            f"lines have at most {MOST_LINE_SYMBOLS}"
        )
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
