"""Segmentation of text into graphemes, the characters that a person perceives.

Source: Unicode Standard Annex 29, extended grapheme clusters, revision 43 (Unicode 15.1), by
unicodedata and, for what that does not tell, the tables below.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

ZWJ = "\u200d"
FOLLOWS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"L": ("L", "V", "LV", "LVT"), "V": ("V", "T"), "LV": ("V", "T"), "T": ("T",), "LVT": ("T",)}
)  # what stays in one Hangul syllable
PREPENDED = (
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e"
    "\U000110bd\U000110cd\U000111c2\U000111c3\U0001193f\U00011941\U00011a3a"
    "\U00011a84\U00011a85\U00011a86\U00011a87\U00011a88\U00011a89\U00011d46\U00011f02"
)  # GB9b: they stay with what follows
# GB9c: the viramas that join consonants into one, and those consonants: of Devanagari, Bengali,
# Gujarati, Oriya, Telugu and Malayalam.
LINKERS = "\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d"
CONSONANT = re.compile(
    "[\u0915-\u0939\u0958-\u095f\u0978-\u097f"
    "\u0995-\u09a8\u09aa-\u09b0\u09b2\u09b6-\u09b9\u09dc\u09dd\u09df\u09f0\u09f1"
    "\u0a95-\u0aa8\u0aaa-\u0ab0\u0ab2\u0ab3\u0ab5-\u0ab9\u0af9"
    "\u0b15-\u0b28\u0b2a-\u0b30\u0b32\u0b33\u0b35-\u0b39\u0b5c\u0b5d\u0b5f\u0b71"
    "\u0c15-\u0c28\u0c2a-\u0c39\u0c58-\u0c5a\u0d15-\u0d3a]"
)

# Characters that never join one another: a run of them is cut at once. Latin, Greek, Cyrillic,
# Hebrew and Arabic letters, punctuation, kana, Chinese characters, Hangul syllables.
PLAIN = re.compile(
    "[\t\n\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u05d0-\u05ea\u0620-\u064a"
    "\u2010-\u2027\u2030-\u205e\u3000-\u3029\u3030-\u3096\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uff00-\uff9d]+"
)


def graphemes(text: str) -> list[str]:
    """Cut a text into graphemes; joined they are the text again.

    Letters stay with their combining marks, emoji with their skin tones, variation selectors and
    what a zero-width joiner hangs on them; flags are pairs of regional indicators; Hangul letters
    make syllables, consonants of six Indic scripts conjuncts; a carriage return and its line feed
    are one, and so are a sign that is put before and what it is put before.

    Args:
        text: Any.
    """
    found: list[str] = []
    end = 0
    for run in PLAIN.finditer(text):
        _cut(found, text[end : run.start() + 1])  # the run's first may join what is before it
        found.extend(text[run.start() + 1 : run.end()])
        end = run.end()
    _cut(found, text[end:])
    return found


def _cut(found: list[str], text: str) -> None:
    """Cut a text character by character, as it follows the graphemes that are found already."""
    for char in text:
        if found and _joins(found[-1], char):
            found[-1] += char
        else:
            found.append(char)


def _joins(cluster: str, char: str) -> bool:
    last = cluster[-1]
    if char.isascii() and last.isascii():  # most texts, and quickly
        return last == "\r" and char == "\n"
    if _is_control(last) or _is_control(char):
        return False
    if _extends(char) or last in PREPENDED:
        return True
    base = cluster.lstrip(PREPENDED)
    if last == ZWJ and _is_picture(char) and _is_picture(base[0]):
        return True
    if _is_regional(char):
        return len(base) == 1 and _is_regional(last)
    if CONSONANT.match(char):
        return _links(cluster)
    return _hangul(char) in FOLLOWS.get(_hangul(last), ())


def _links(cluster: str) -> bool:
    """Whether a consonant, marks aside, ends in a virama that joins it to the next."""
    linked = False
    for char in reversed(cluster):
        if CONSONANT.match(char):
            return linked
        if char in LINKERS:
            linked = True
        elif char != ZWJ and not unicodedata.combining(char):
            return False
    return False


def _extends(char: str) -> bool:
    return (
        unicodedata.category(char) in ("Mn", "Me", "Mc")
        or char in "\u200c\u200d\uff9e\uff9f"
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # tags, of the flags of regions
    )


def _is_control(char: str) -> bool:
    if char in (ZWJ, "\u200c") or char in PREPENDED or "\U000e0020" <= char <= "\U000e007f":
        return False
    return unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cf", "Cs")


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_picture(char: str) -> bool:
    return unicodedata.category(char) == "So" or char in "\u2194\u2195©®‼⁉"


def _hangul(char: str) -> str:
    """Return L, V or T for a letter that begins, carries or ends a syllable, LV or LVT for one."""
    if "\u1100" <= char <= "\u115f" or "\ua960" <= char <= "\ua97c":
        return "L"
    if "\u1160" <= char <= "\u11a7" or "\ud7b0" <= char <= "\ud7c6":
        return "V"
    if "\u11a8" <= char <= "\u11ff" or "\ud7cb" <= char <= "\ud7fb":
        return "T"
    if "\uac00" <= char <= "\ud7a3":
        return "LVT" if (ord(char) - 0xAC00) % 28 else "LV"
    return ""
