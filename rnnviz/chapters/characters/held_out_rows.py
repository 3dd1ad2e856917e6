"""Rows that a classifier is not trained on: how many, and which."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from rnnviz.chapters.characters.vocabulary import Line

ENOUGH_ROWS = 50  # from which on some are held out
HELD_OUT = 0.2
MOST_HELD_OUT = 1_000


def count_held_out(lines: Sequence[Line]) -> int:
    """Return how many rows to hold out: none of a few, a fifth of many.

    Each class keeps a row to be trained on.
    """
    if len(lines) < ENOUGH_ROWS:
        return 0
    classes = len({target for _, target in lines})
    return min(int(len(lines) * HELD_OUT), MOST_HELD_OUT, len(lines) - classes)


def split_rows(
    lines: Sequence[Line], count: int, seed: int
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Split rows into those that are trained on and those that are held out, each in their order.

    Args:
        lines: All rows, N of them.
        count: How many are held out, at most N less the number of classes.
        seed: Of the draw.
    """
    left = Counter(target for _, target in lines)
    held: set[int] = set()
    order = list(range(len(lines)))
    random.Random(seed).shuffle(order)
    for place in order:
        target = lines[place][1]
        if len(held) < count and left[target] > 1:
            left[target] -= 1
            held.add(place)
    trained = tuple(line for place, line in enumerate(lines) if place not in held)
    return trained, tuple(line for place, line in enumerate(lines) if place in held)
