"""Text about one cell: its parameter counts, its weights, its state without input."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rnnviz.ui.figures.numbers import counted, nearest_power, number, percent, short_percent, times

GONE = 1e-6  # of what was there at the beginning: nothing is left to tell

Floats = NDArray[np.float64]


def parameters(length: int, recurrent: int, whole: int, dearer_from: int) -> str:
    """Compare the parameters at one length, and say from where on the recurrent net is smaller.

    Args:
        length: T.
        recurrent: Parameters of the recurrent network, whatever T is.
        whole: Those of the network that sees all T steps at once.
        dearer_from: The first T at which that has more.
    """
    if whole == recurrent:
        much = "just as many"
    elif whole > recurrent:
        much = f"{times(whole / recurrent)} times as many"
    else:
        much = f"{percent(whole / recurrent, 0)} of that"
    steps = counted(length, "step")
    return (
        f"The cell reads {steps} with {recurrent:,} parameters, as it would any number; a "
        f"feed-forward net that sees all at once has {whole:,}, {much}, and from {dearer_from} "
        f"steps on more."
    )


def lit(length: int, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, str]:
    """Say of each part how often its numbers are used; of "" what lighting up is for.

    Args:
        length: T.
        shapes: Of each part in the small cell that is drawn.
    """
    found = {"": "Point at a matrix, or press one of the buttons: it is the same at every step."}
    for part, shape in shapes.items():
        count = math.prod(shape)
        numbers = "1 number is" if count == 1 else f"{count} numbers are"
        times_ = "once" if length == 1 else "twice" if length == 2 else f"{length} times"
        size = " × ".join(map(str, shape))
        found[part] = (
            f"{part} ({size}): its {numbers} used {times_}, the same at each step"
            f"{_role(part, length)}."
        )
    return found


def _role(part: str, length: int) -> str:
    if part == "W":
        before = "h₀ alone" if length == 1 else "the state before"
        return f"; through it the cell reads {before}"
    return {
        "U": "; through it the cell reads x",
        "V": "; it makes an answer of h",
    }.get(part, "")


def left_alone(radius: float, size: Mapping[str, Floats], apart: Mapping[str, Floats]) -> str:
    """Say what each activation makes of a state when nothing comes in.

    Args:
        radius: Spectral radius of W.
        size: Usual size of a unit at each step, by activation, shape (steps + 1,).
        apart: Distance of two runs that began elsewhere, shape (steps + 1,).
    """
    steps = len(next(iter(size.values()))) - 1
    told = "; ".join(f"{name}: {_fate(size[name], apart[name])}" for name in size)
    return f"After {steps} steps at a spectral radius of {radius:g}: {told}."


def _fate(size: Floats, apart: Floats) -> str:
    start, end = float(size[0]), float(size[-1])
    left = float(apart[-1]) / float(apart[0])
    if not math.isfinite(end):
        return "h is infinite"
    if end > 10 * start:
        return f"h has grown {times(end / start)} times"
    if end < GONE * start:
        return "h is gone"
    units = f"{end:.2g}" if end > 1e-3 else number(end)
    kept = f"units of about {units}"
    if left < GONE:
        return f"{kept}, the same wherever it began"
    part = "all" if left > 0.995 else short_percent(left)
    if left < 1e-3:
        part = nearest_power(left)
    return f"{kept}, {part} of the difference between two starts left"
