"""Text about a unit: the class it separates best, its top inputs, whether it is dead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rnnviz.ui.figures.numbers import listed, true_minus, whole_percent

SOME = 0.25  # of what drives a unit: a class with so many of them is named

Measure = Literal["rise", "value"]


@dataclass(frozen=True)
class Kind:
    """How one speaks of what was read and its classes; "{}" stands for a class's number.

    Attributes:
        one: A class.
        classes: Several.
        items: What was read.
        whole: The class of a number.
        those: What belongs to it.
        is_one: Said of something that belongs to it.
        are_some: Said of several.
    """

    one: str
    classes: str
    items: str
    whole: str
    those: str
    is_one: str
    are_some: str


DIGITS = Kind("digit", "digits", "digits", "{}", "{}s", "a {}", "{}s")
SEQUENCES = Kind(
    "class", "classes", "sequences", "class {}", "class {}", "of class {}", "of class {}"
)


def telling(
    unit: int,
    auc: Sequence[float],
    chance: Sequence[float],
    steps: Sequence[int],
    word: str,
    *,
    names: Sequence[int] = range(10),
    kind: Kind = DIGITS,
) -> str:
    """Say which class a unit tells best, beside what chance does.

    Args:
        unit: Which, from 1.
        auc: Of each class against the rest, at its best step.
        chance: How far from 0.5 chance comes.
        steps: The best steps, from 0.
        word: What a time step is called.
        names: The classes' numbers.
        kind: What they are classes of.
    """
    beyond = [k for k in range(len(auc)) if abs(auc[k] - 0.5) > chance[k]]
    if not beyond:
        most = 0.5 + max(chance)
        none = f"Unit {unit} tells no {kind.one} from the rest better than chance"
        return f"{none} (AUC up to {most:.2f})."
    best = max(beyond, key=lambda k: abs(auc[k] - 0.5))
    edge = 0.5 + chance[best] if auc[best] > 0.5 else 0.5 - chance[best]
    by_chance = f"chance {'up' if auc[best] > 0.5 else 'down'} to {edge:.2f}"
    side = "higher" if auc[best] > 0.5 else "lower"
    name = names[best]
    return (
        f"Unit {unit} tells {kind.whole.format(name)} from the rest at {word} {steps[best] + 1}, "
        f"where it is {side} for {kind.those.format(name)}: "
        f"AUC {auc[best]:.2f} ({by_chance})."
    )


def driving(
    measure: Measure,
    labels: Sequence[int] | None,
    steps: Sequence[int],
    word: str,
    *,
    least: bool = False,
    kind: Kind = DIGITS,
) -> str:
    """Say which sequences drive a unit most, and at which steps.

    Args:
        measure: "rise" or "value".
        labels: What the sequences are; None: nobody knows.
        steps: The step of each, from 0.
        word: What a time step is called.
        least: Whether these drive it least.
        kind: What they are.
    """
    if not steps:
        return ""
    does = {
        ("rise", False): "rises most",
        ("rise", True): "falls most",
        ("value", False): "is highest",
        ("value", True): "is lowest",
    }[measure, least]
    low, high = min(steps) + 1, max(steps) + 1
    at = f"{word} {low}" if low == high else f"{word}s {low} to {high}"
    if labels is None:
        return f"It {does} at {at}."
    counts = Counter(labels)
    if len(counts) == 1:
        return f"It {does} at {at}, in {kind.those.format(labels[0])} alone."
    named = [k for k, n in counts.most_common() if n >= SOME * len(labels)]
    if not named:
        return f"It {does} at {at}, in {len(counts)} different {kind.classes}."
    parts = [
        f"{counts[k]} are {kind.are_some.format(k)}"
        if counts[k] > 1
        else f"1 is {kind.is_one.format(k)}"
        for k in named
    ]
    return f"It {does} at {at}: of the first {len(labels)} {kind.items} {listed(parts)}."


def use(
    lowest: float,
    highest: float,
    extreme: float,
    *,
    dead: bool,
    saturated: bool,
    kind: Kind = DIGITS,
) -> str:
    """Say whether a unit is of use.

    Args:
        lowest: Over all that was read, and all steps.
        highest: The same.
        extreme: Share of places where it is beyond 0.95.
        dead: Whether it hardly changes.
        saturated: Whether it is nearly always extreme.
        kind: Of what was read.
    """
    range_ = f"between {_number(lowest)} and {_number(highest)}"
    if dead:
        return f"It is dead: over all {kind.items} it stays {range_}."
    if saturated:
        return f"It is saturated: in {whole_percent(extreme)} of all places it is beyond ±0.95."
    return f"It is neither dead nor saturated: it moves {range_}."


def _number(value: float) -> str:
    return true_minus(f"{value:.2f}") if abs(value) < 1000 else f"{value:.3g}"
