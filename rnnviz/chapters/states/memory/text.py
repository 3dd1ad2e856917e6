"""Text of the memory view: gradients through time, attributions, early stopping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.ui.figures.numbers import percent, signed, times

EARLY = 5 / 28  # of the way: the time step that the last one is compared with
ALIKE = 1.25  # no more than so many times as strong is called alike
COMPLETE = 0.95  # of a logit's change that pixels add up to

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Named:
    """One network's numbers, a value for each time step.

    Attributes:
        name: Of the network.
        word: What its time steps are called.
        values: Shape (T,).
    """

    name: str
    word: str
    values: Floats


def feels(network: Named, other: Named) -> str:
    """Compare how strongly the loss of two networks feels an early and the last time step."""
    return (
        f"The loss of {network.name} feels {_felt(network)}, that of {other.name} {_felt(other)}."
    )


def _felt(network: Named) -> str:
    values = network.values.astype(np.float64)
    T = len(values)
    early, last = max(1, round(EARLY * T)), T
    first, end = float(values[early - 1]), float(values[-1])
    before, after = f"{network.word} {early}", f"{network.word} {last}"
    if first == end == 0:
        return f"neither {before} nor {after}"
    if first == 0 or end == 0:
        there, gone = (after, before) if first == 0 else (before, after)
        return f"{there}, but {gone} not at all"
    if max(first, end) <= ALIKE * min(first, end):
        return f"{after} about as strongly as {before}"
    strong, weak = (after, before) if end > first else (before, after)
    return f"{strong} {times(max(first, end) / min(first, end))} times as strongly as {weak}"


def surer(name: str, loss: float, other: str, other_loss: float) -> str:
    """Say why the loss of one network feels everything more; "" if the two are alike."""
    if not (np.isfinite(loss) and np.isfinite(other_loss)):
        return ""
    (low, certain), (high, unsure) = sorted([(loss, name), (other_loss, other)])
    if high <= 3 * low:
        return ""
    return (
        f"{unsure} is less sure of it (loss {high:.1g}, {certain} {low:.1g}), so it feels all of "
        f"it more strongly: compare how the lines run, not how high they lie."
    )


def stopping(network: Named, other: Named, read: int, count: int) -> str:
    """Say after which time step half of the test digits are read right.

    Args:
        network: Shares that are read right.
        other: The same of the other network.
        read: How many test digits both have read.
        count: How many there are.
    """
    if read < count:
        share = percent(read / count, 0)
        return f"Reading the {count:,} test digits, stopped after each {network.word}: {share}"
    return (
        f"Half of the test digits {network.name} reads right {_half(network)}, "
        f"{other.name} {_half(other)}; at the end {_last(network)} and {_last(other)}."
    )


def _half(network: Named) -> str:
    enough = network.values >= 0.5
    if not enough.any():
        return "nowhere"
    return f"after {network.word} {int(enough.argmax()) + 1}"


def _last(network: Named) -> str:
    return percent(network.values[-1])


def complete(total: float, before: float, score: float, asked: int, *, integrated: bool) -> str:
    """Say whether the pixels add up to what the logit of a class has changed by.

    Args:
        total: Sum over the pixels.
        before: The logit of an empty page.
        score: The logit of the digit.
        asked: The class.
        integrated: Whether these are integrated gradients.
    """
    change = score - before
    moved = "rose" if change >= 0 else "fell"
    found = f"The pixels add up to {signed(total)} of the {signed(change)} by which "
    found += f"the logit of {asked} {moved} from an empty page to this digit"
    if abs(change - total) <= (1 - COMPLETE) * abs(change) + 0.005:
        return f"{found}."
    if integrated:
        return f"{found}; the rest was lost between the places that were looked at."
    return (
        f"{found}: the slope at the digit alone tells little of the way. Integrated gradients do."
    )


def loudest(sums: Floats, asked: int, word: str) -> str:
    """Say which time steps spoke most for a class and against it.

    Args:
        sums: Over the pixels of each time step, shape (T,).
        asked: The class.
        word: What a time step is called.
    """
    most, least = int(sums.argmax()), int(sums.argmin())
    for_, against = float(sums[most]), float(sums[least])
    if for_ < 0.005 and against > -0.005:
        return f"No {word} spoke for {asked} or against it."
    one = f"{word} {most + 1} ({signed(for_)})" if for_ >= 0.005 else f"no {word}"
    other = f"{word} {least + 1} ({signed(against)})" if against <= -0.005 else f"no {word}"
    return f"For {asked} spoke most {one}, against it {other}."
