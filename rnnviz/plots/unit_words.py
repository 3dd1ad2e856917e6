"""What a unit is for, in sentences computed from its numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

SOME = 0.25  # of the digits that drive a unit: a class with so many of them is named

Measure = Literal["rise", "value"]


def telling(
    unit: int, auc: Sequence[float], chance: Sequence[float], steps: Sequence[int], word: str
) -> str:
    """Say which digit a unit tells best, beside what chance does.

    Args:
        unit: Which, from 1.
        auc: Of each digit against the rest, at its best step.
        chance: How far from 0.5 chance comes.
        steps: The best steps, from 0.
        word: What a time step is called.
    """
    beyond = [k for k in range(len(auc)) if abs(auc[k] - 0.5) > chance[k]]
    if not beyond:
        most = 0.5 + max(chance)
        return (
            f"Unit {unit} tells no digit from the rest better than chance (AUC up to {most:.2f})."
        )
    best = max(beyond, key=lambda k: abs(auc[k] - 0.5))
    edge = 0.5 + chance[best] if auc[best] > 0.5 else 0.5 - chance[best]
    by_chance = f"chance {'up' if auc[best] > 0.5 else 'down'} to {edge:.2f}"
    side = "higher" if auc[best] > 0.5 else "lower"
    return (
        f"Unit {unit} tells {best} from the rest at {word} {steps[best] + 1}, where it is {side} "
        f"for {best}s: AUC {auc[best]:.2f} ({by_chance})."
    )


def driving(
    measure: Measure, labels: Sequence[int], steps: Sequence[int], word: str, *, least: bool = False
) -> str:
    """Say which digits drive a unit most, and at which steps.

    Args:
        measure: "rise" or "value".
        labels: What the digits are.
        steps: The step of each, from 0.
        word: What a time step is called.
        least: Whether these drive it least.
    """
    if not labels:
        return ""
    does = {
        ("rise", False): "rises most",
        ("rise", True): "falls most",
        ("value", False): "is highest",
        ("value", True): "is lowest",
    }[measure, least]
    low, high = min(steps) + 1, max(steps) + 1
    at = f"{word} {low}" if low == high else f"{word}s {low} to {high}"
    counts = Counter(labels)
    if len(counts) == 1:
        return f"It {does} at {at}, in {labels[0]}s alone."
    named = [k for k, n in counts.most_common() if n >= SOME * len(labels)]
    if not named:
        return f"It {does} at {at}, in {len(counts)} different digits."
    parts = [f"{counts[k]} are {k}s" if counts[k] > 1 else f"1 is a {k}" for k in named]
    joined = " and ".join([*filter(None, [", ".join(parts[:-1])]), parts[-1]])
    return f"It {does} at {at}: of the first {len(labels)} digits {joined}."


def use(lowest: float, highest: float, extreme: float, *, dead: bool, saturated: bool) -> str:
    """Say whether a unit is of use.

    Args:
        lowest: Over all digits and steps.
        highest: The same.
        extreme: Share of places where it is beyond 0.95.
        dead: Whether it hardly changes.
        saturated: Whether it is nearly always extreme.
    """
    range_ = f"between {_number(lowest)} and {_number(highest)}"
    if dead:
        return f"It is dead: over all digits it stays {range_}."
    if saturated:
        return f"It is saturated: in {100 * extreme:.0f} % of all places it is beyond ±0.95."
    return f"It is neither dead nor saturated: it moves {range_}."


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−") if abs(value) < 1000 else f"{value:.3g}"
