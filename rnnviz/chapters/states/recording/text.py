"""Sentences about an uploaded network: how it is fed and read, and how accurate that makes it."""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.training.reading_measurement import Progress
from rnnviz.training.uploaded_readings import CLASSIFIES, Reading, default_reading
from rnnviz.ui.figures.numbers import counted, listed, percent

FOLDED = (
    "The scaling of the pixels is folded into the input weights of layer 1, so every view shows "
    "what your own network computes."
)
HERE = "It reads now, in this session alone; it is in no link."


def choice(reading: Reading) -> str:
    """Return a way of reading as a choice: its accuracy and what it is."""
    return f"{percent(reading.accuracy)} of {reading.digits:,}: {reading.words}"


def measuring(progress: Progress) -> str:
    """Return what is measured now."""
    if not progress.ways:
        return "How does it read? Loading training digits"
    ways = counted(progress.ways, "kind")
    return f"How does it read? {ways} of input on held-out training digits"


def accuracy(chosen: Reading, default: Reading) -> str:
    """Return the accuracy of a way of reading beside that of the default."""
    of = f"{chosen.digits:,} held-out training digits"
    if chosen.key == default.key:
        return f"Its accuracy on {of} is {percent(default.accuracy)} when {_plainly(default)}."
    here, there = _unlike(chosen, default), _unlike(default, chosen)
    on = "" if default.digits == chosen.digits else f" on {default.digits:,}"
    return (
        f"Its accuracy on {of} is {percent(chosen.accuracy)} when {here}, and "
        f"{percent(default.accuracy)}{on} when {there}."
    )


def result(chosen: Reading, readings: Sequence[Reading]) -> tuple[bool, list[str]]:
    """Return whether a network reads digits as it is read, and the sentences that say how well.

    Args:
        chosen: The way in which it is read.
        readings: All that were measured.
    """
    told = [accuracy(chosen, default_reading(readings))]
    folded = [FOLDED] * (chosen.inputs != "unit")
    most = max(reading.digits for reading in readings)
    best = max((one for one in readings if one.digits == most), key=lambda one: one.accuracy)
    if chosen.accuracy > CLASSIFIES:
        if best.digits == chosen.digits and best.correct > chosen.correct:
            told.append(f"It is {percent(best.accuracy)} when {_unlike(best, chosen)}.")
        return True, told + folded
    if best.accuracy > CLASSIFIES:
        told.append(f"Another way of reading reaches {percent(best.accuracy)}.")
    else:
        told.append(
            f"No way of reading exceeds {percent(CLASSIFIES, 0)}; the best reaches "
            f"{percent(best.accuracy)}. It may not be a classifier of digits, or it was trained on "
            f"something else."
        )
    return False, told + folded


def unmeasured(chosen: Reading, fault: str) -> list[str]:
    """Return what holds if the measurement ended early."""
    why = f"could not be measured: {fault}" if fault else "was not measured"
    return [f"Its accuracy {why}.", f"It is read as if {_plainly(chosen)}."]


def _conditions(reading: Reading) -> dict[str, str]:
    """Return the parts of a way of reading, each a clause; "" where there is nothing to say."""
    inputs = {
        "unit": "pixels are 0 … 1",
        "normalized": "pixels are normalized with mean 0.1307 and std 0.3081",
        "centered": "pixels are normalized with mean 0.5 and std 0.5",
        "bytes": "pixels are 0 … 255",
    }
    kind = reading.inputs.removeprefix("inverted ")
    inverted = reading.inputs != kind
    heads = {
        "last": "the last state",
        "output": "output[:, -1]",
        "mean": "the mean over all steps",
        "max": "each unit's maximum over all steps",
        "all": "all steps",
    }
    return {
        "inverted": "ink is dark on white" if inverted else "ink is bright on black",
        "inputs": inputs[kind],
        "time_step": f"each step is a {str(reading.time_step).removesuffix('s')}",
        "pooling": f"the head reads {heads[reading.pooling]}",
        "exchanged": f"the head takes the {'reverse' if reading.exchanged else 'forward'} "
        f"direction first",
        "label": f"the assumption is “{reading.label}”" if reading.label else "",
    }


def _unlike(one: Reading, other: Reading) -> str:
    """Return the conditions of one way of reading that another does not share."""
    theirs = _conditions(other)
    return listed([words for name, words in _conditions(one).items() if words != theirs[name]])


def _plainly(reading: Reading) -> str:
    """Return the conditions of the default without what only other ways make a condition."""
    conditions = _conditions(reading)
    told = ("inputs", "time_step", "pooling", "label")
    return listed([conditions[name] for name in told if conditions[name]])
