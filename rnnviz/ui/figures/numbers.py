"""Number formats for sentences: percentages, ratios, powers of ten, counts, durations, lists."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percent(share: float, decimals: int = 1) -> str:
    """Return a share of 1 as a percentage: 0.981 → "98.1 %", 1.0 → "100.0 %"."""
    return f"{100 * share:.{decimals}f} %"


def short_percent(share: float, digits: int = 2) -> str:
    """Return a share of 1 as a percentage with so many digits: 0.0123 → "1.2 %"."""
    return f"{100 * share:.{digits}g} %"


def whole_percent(share: float) -> str:
    """Return a share of 1 in whole percent; what is not quite none or all says so.

    0.25 → "25 %", 0.001 → "<1 %", 0.999 → ">99 %", 1.0 → "100 %".
    """
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return "<1 %"
    return ">99 %" if whole == 100 and share < 1 else f"{whole} %"


def times(ratio: float) -> str:
    """Return a ratio with two digits: 0.76 → "0.76", 3040 → "3,000", 1e12 → "10¹²"."""
    if ratio < 9.95:
        return f"{ratio:.1f}" if ratio >= 0.995 else f"{ratio:.2g}"
    if ratio >= 1e6:
        return nearest_power(ratio)
    return f"{round(ratio, 1 - math.floor(math.log10(ratio))):,.0f}"


def ten_to(power: int) -> str:
    """Return a power of ten: -4 → "10⁻⁴"."""
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def nearest_power(value: float) -> str:
    """Return the power of ten that is nearest to a value above 0: 4e-5 → "10⁻⁴"."""
    return ten_to(round(math.log10(value)))


def difference(value: float) -> str:
    """Return a difference with two digits: 0.314 → "0.31", 2e-8 → "2.0e−08"."""
    if value == 0:
        return "0"
    return f"{value:.2f}" if 0.01 <= value < 1000 else true_minus(f"{value:.1e}")


def amount(value: float) -> str:
    """Return an amount with two digits, or none after the point, and no power of ten.

    0.0123 → "0.012", 123.4 → "123", 1e-7 → "less than 0.00001", infinity or NaN → "no number".
    """
    if not math.isfinite(value):
        return "no number"
    if value >= 100:
        return f"{value:,.0f}"
    if abs(value) < 1e-5:
        return "less than 0.00001" if value else "0"
    text = f"{value:.2g}" if abs(value) >= 1e-4 else f"{value:.6f}"
    return text.rstrip("0") if "." in text else text


def number(value: float) -> str:
    """Return a number with four digits, a large or small one with a power of ten.

    2.30258 → "2.303", 12345.6 → "12,346", 2e13 → "2.0 · 10¹³", infinity or NaN → "no number".
    """
    if not math.isfinite(value):
        return "no number"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    power = math.floor(math.log10(abs(value)))
    return f"{value / 10**power:.1f} · {ten_to(power)}"


def true_minus(text: str) -> str:
    """Return a formatted number with the sign of subtraction for its hyphen: "-0.5" → "−0.5"."""
    return text.replace("-", "−")


def signed(value: float, decimals: int = 2) -> str:
    """Return a number with its sign: 0.5 → "+0.50", -0.5 → "−0.50"."""
    return true_minus(f"{value:+.{decimals}f}")


def counted(count: int, noun: str) -> str:
    """Return a count of things: 1, "step" → "1 step"; 1200, "step" → "1,200 steps"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence: "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def duration(seconds: float) -> str:
    """Return a duration as a clock shows it: 14.4 → "0:14", 3725 → "1:02:05"."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def rough_duration(seconds: float) -> str:
    """Return an estimated duration, with no more digits than an estimate has.

    3.4 → "about 3 s", 42 → "about 40 s", 91 → "about 2 min", 5400 → "about 1 h 30 min".
    """
    if seconds < 10:
        return f"about {max(1, round(seconds))} s"
    if seconds < 90:
        return f"about {round(seconds, -1):.0f} s"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} min"
    if seconds >= 10 * 3600:
        return f"about {round(seconds / 3600)} h"
    hours, tens = divmod(round(seconds / 600), 6)
    return f"about {hours} h {10 * tens} min" if tens else f"about {hours} h"
