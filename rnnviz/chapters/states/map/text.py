"""Text about the state map: class separation, explained variance, the nearest class mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnviz.ui.figures.numbers import times, whole_percent


def parting(separation: Sequence[float], word: str, *, reverse: bool = False) -> str:
    """Say how the classes part on the way.

    Args:
        separation: After each step in rows' order, as `core.units.separation`.
        word: What a time step is called.
        reverse: Whether the reading begins with the last step.
    """
    T = len(separation)
    order = range(T - 1, -1, -1) if reverse else range(T)
    far = np.array([separation[t] for t in order])
    rows = [t + 1 for t in order]
    if not far.any():
        return "The ten classes' mean states all lie in one place."
    apart = "times as far apart as two digits of one class"
    if T == 1:
        return f"After the only {word} two classes' mean states lie {times(far[0])} {apart}."
    half = T // 2 - 1
    begun = f"After {word} {rows[half]} two classes' mean states lie {times(far[half])} {apart}"
    end = f"after {word} {rows[-1]}, at the end, {times(far[-1])} times as far"
    within = np.flatnonzero(far < 1)
    turn = int(within[-1]) + 1 if len(within) else 0  # from there on they stay farther apart
    if not half < turn < T - 1:
        return f"{begun}; {end}."
    return f"{begun}; from {word} {rows[turn]} on they lie farther apart than those, {end}."


def explaining(explained: Sequence[float], units: int) -> str:
    """Say how much of all variance the axes hold.

    Args:
        explained: Each axis's share.
        units: How many units there are.
    """
    if not any(explained):
        return "The states never change: there is no variance to show."
    two = whole_percent(float(sum(explained[:2])))
    three = (
        f", the first three {whole_percent(float(sum(explained[:3])))}"
        if len(explained) > 2
        else ""
    )
    much = f"The first two axes hold {two} of all variance of {units} units{three}."
    if sum(explained[:2]) < 0.5:
        much += " So what lies close together here may still lie far apart along the others."
    return much


def ending(probe: str, nearest: int, label: int | None) -> str:
    """Say which class's mean the watched digit ends next to.

    Args:
        probe: What it is called.
        nearest: The class whose mean is nearest in all units.
        label: Which digit it is, None if nobody knows.
    """
    who = probe[0].upper() + probe[1:]
    other = "" if label is None or label == nearest else f", not to that of the {label}s"
    comma = "," if "," in who else ""  # "Test digit 0, a 7," but "Your drawing"
    return f"{who}{comma} ends nearest to the mean of the {nearest}s{other}, measured in all units."
