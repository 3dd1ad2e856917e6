"""A setting, which a control shows and a link carries, and presets of many settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Value = str | int | bool
Values = Mapping[str, Value]

OWN = "my own"  # what values are called that are no preset


@dataclass(frozen=True)
class Choice:
    """A setting with a few values, written in the link as they are shown.

    Attributes:
        key: In the link and the session.
        label: What stands above it.
        default: The value of a link that has none.
        options: All values, in order.
        help: One sentence.
    """

    key: str
    label: str
    default: str
    options: tuple[str, ...]
    help: str


@dataclass(frozen=True)
class Number:
    """A setting that is a whole number within a range; as `Choice` otherwise."""

    key: str
    label: str
    default: int
    least: int
    most: int
    help: str


@dataclass(frozen=True)
class Switch:
    """A setting that is on or off; as `Choice` otherwise."""

    key: str
    label: str
    default: bool
    help: str


Setting = Choice | Number | Switch


def preset_of(values: Values, presets: Mapping[str, Values]) -> str:
    """Return which preset the values are, or OWN."""
    return next((name for name, preset in presets.items() if preset == values), OWN)
