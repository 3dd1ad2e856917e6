"""Number formats for sentences: percentages, ratios, powers of ten, counts, durations."""

from __future__ import annotations

import math


def percent(share: float, decimals: int = 1) -> str:
    """Return a share of 1 as a percentage: 0.981 → "98.1 %", 1.0 → "100.0 %"."""
    return f"{100 * share:.{decimals}f} %"


def whole_percent(share: float) -> str:
    """Return a share of 1 in whole percent; what is not quite none or all says so.

    0.25 → "25 %", 0.001 → "<1 %", 0.999 → ">99 %", 1.0 → "100 %".
    """
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return "<1 %"
    return ">99 %" if whole == 100 and share < 1 else f"{whole} %"


def times(ratio: float) -> str:
    """Return a ratio with two digits: 1.64 → "1.6", 40.2 → "40", 3040 → "3,000", 1e12 → "10^12"."""
    if ratio < 9.95:
        return f"{ratio:.1f}"
    power = math.floor(math.log10(ratio))
    if power >= 6:
        return f"10^{round(math.log10(ratio))}"
    return f"{round(ratio, 1 - power):,.0f}"


def ten_to(power: int) -> str:
    """Return a power of ten: -4 → "10⁻⁴"."""
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


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
