"""Result of a health check: its level, what is observed, a remedy; and its numbers as text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "bad", "unknown"]


@dataclass(frozen=True)
class Light:
    """One thing that may go wrong.

    Attributes:
        name: "loss", "gradient", "units", "overfitting" or "learning rate".
        level: "ok", "warn" (look here), "bad" (change something) or "unknown".
        says: What is seen, a sentence with its number.
        remedy: What may help, a sentence; "" unless level is "warn" or "bad".
    """

    name: str
    level: Level
    says: str
    remedy: str = ""


def strength(share: float) -> str:
    """Return a share of a strength in words, e.g. "0.00003 % of its strength"."""
    if share >= 2:
        return f"{share:.0f} times its strength"
    if share < 5e-9:
        return "less than a millionth of a percent of its strength"
    return f"{number(100 * share, 2 if share > 0.1 else 1)} % of its strength"


def number(value: float, digits: int = 2) -> str:
    """Return a number with so many digits that count, and without an exponent: 0.0000001."""
    places = max(0, digits - 1 - math.floor(math.log10(value)))
    text = f"{round(value, places):.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(loss: float) -> str:
    """Return a loss with as many digits as count."""
    return f"{loss:,.0f}" if loss >= 100 else f"{loss:.3g}" if loss < 1 else f"{loss:.2f}"
