"""A text cut into what a reader takes for one character.

Source: Unicode Standard Annex 29, grapheme clusters, by unicodedata alone: the few characters that
are prepended to the next, and conjuncts of Indic scripts, are cut as their parts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

ZWJ = "\u200d"
FOLLOWS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"L": ("L", "V", "LV", "LVT"), "V": ("V", "T"), "LV": ("V", "T"), "T": ("T",), "LVT": ("T",)}
)  # what stays in one Hangul syllable


def graphemes(text: str) -> list[str]:
    """Cut a text into graphemes; joined they are the text again.

    Letters stay with their combining marks, emoji with their skin tones, variation selectors and
    what a zero-width joiner hangs on them; flags are pairs of regional indicators; Hangul letters
    make syllables; a carriage return and its line feed are one.

    Args:
        text: Any.
    """
    found: list[str] = []
    for char in text:
        if found and _joins(found[-1], char):
            found[-1] += char
        else:
            found.append(char)
    return found


def _joins(cluster: str, char: str) -> bool:
    last = cluster[-1]
    if last == "\r" and char == "\n":
        return True
    if _is_control(last) or _is_control(char):
        return False
    if _extends(char):
        return True
    if last == ZWJ:
        return _is_picture(char) and _is_picture(cluster[0])
    if _is_regional(char):
        return len(cluster) == 1 and _is_regional(last)
    return _hangul(char) in FOLLOWS.get(_hangul(last), ())


def _extends(char: str) -> bool:
    return (
        unicodedata.category(char) in ("Mn", "Me", "Mc")
        or char in "\u200c\u200d\uff9e\uff9f"
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # tags, of the flags of regions
    )


def _is_control(char: str) -> bool:
    if char in (ZWJ, "\u200c") or "\U000e0020" <= char <= "\U000e007f":
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
