"""Text about row order: predictions for one digit, and accuracies on the test digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rnnviz.ui.figures.numbers import percent, whole_percent

ALIKE = 0.01  # accuracies no further apart are called alike

READ = {  # how a sentence calls an order
    "in order": "in order",
    "backwards": "backwards",
    "shuffled": "with its rows shuffled",
    "shuffled anew": "with its rows shuffled in another way",
}


@dataclass(frozen=True)
class Answer:
    """What one network says to one digit.

    Attributes:
        name: Of the network.
        digit: What it takes it for.
        share: How sure it is, 0 … 1.
    """

    name: str
    digit: int
    share: float


def said(words: str, order: str, answers: Sequence[Answer], label: int | None) -> str:
    """Say what networks take a digit for.

    Args:
        words: What is read, e.g. "test digit 0, a 7".
        order: In which order.
        answers: Of each network.
        label: Its class; None if nobody knows.
    """
    told = ", ".join(f"{a.name} says {a.digit} with {whole_percent(a.share)}" for a in answers)
    found = f"Of {words}, read {READ[order]}, {told}"
    if label is None:
        return f"{found}."
    right = sum(answer.digit == label for answer in answers)
    verdict = {0: "none is", 1: "one is", len(answers): "all are"}.get(right, f"{right} are")
    return f"{found}: {verdict} right."


def read_right(
    right: Mapping[tuple[str, str, str], float], names: Mapping[str, str], learnt: str, order: str
) -> str:
    """Say what networks that learnt one order read of the test digits in an order.

    Args:
        right: Share of the test digits by kind, order learnt and order read.
        names: What a sentence calls each kind.
        learnt: The order that was learnt.
        order: The order that is read.
    """
    if order == learnt:
        told = ", ".join(f"{name} {percent(right[k, learnt, order])}" for k, name in names.items())
        return f"Read as they learnt them, of the 10,000 test digits are right: {told}."
    falls = (
        f"{name} from {percent(right[kind, learnt, learnt])} "
        f"to {percent(right[kind, learnt, order])}"
        for kind, name in names.items()
    )
    how = READ[order].replace("its rows", "their rows")
    return f"Of the 10,000 test digits, read {how}, fewer are right: {', '.join(falls)}."


def relearnt(right: Mapping[tuple[str, str, str], float], names: Mapping[str, str]) -> str:
    """Compare what each kind reads of rows in order after learning them, and of shuffled ones.

    Args:
        right: As in `read_right`.
        names: As in `read_right`.
    """
    told = []
    for kind, name in names.items():
        ordered, shuffled = (right[kind, o, o] for o in ("in order", "shuffled"))
        if abs(ordered - shuffled) <= ALIKE:
            told.append(f"{name} is as good ({percent(shuffled)}, in order {percent(ordered)})")
        else:
            much = f"{100 * abs(ordered - shuffled):.1f} points"
            way = "worse" if shuffled < ordered else "better"
            told.append(f"{name} {much} {way} ({percent(shuffled)}, in order {percent(ordered)})")
    return (
        "Who learns on shuffled rows, always the same way, learns again: " + "; ".join(told) + "."
    )
