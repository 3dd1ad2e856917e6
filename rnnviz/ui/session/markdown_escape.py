"""Text from the user, a link or an error in Markdown, shown literally."""

from __future__ import annotations

import re

MOST = 20  # characters of a link's value that are said again
# Without width. What looks like an address is made a link after Markdown's escapes are gone.
JOINER = "\u2060"


def plain(words: str) -> str:
    """Return words, which a person may have written, as Markdown that shows them, and no link."""
    words = re.sub(r"(?i)(?<=www)(?=\.)|(?<=:)(?=//)|(?=@)", JOINER, words)
    return re.sub(r"([\\`*_\[\]$~:<>#|])", r"\\\1", words)


def quoted(asked: str, most: int = MOST) -> str:
    """Return the beginning of what a link asks for, in quotes, for a sentence in Markdown.

    Whoever made the link chose these words: they must not become a link, an image or a formula
    under our name.
    """
    return plain(repr(asked[:most]))


def sentence(words: str) -> str:
    """Return the words of an error as a sentence."""
    return f"{words[:1].upper()}{words[1:]}."
