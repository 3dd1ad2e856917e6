"""Text about a reading: when the prediction becomes final, and the effect of the framing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.data.mnist_frame import Shape
from rnnviz.data.mnist_sizes import TimeStep
from rnnviz.ui.figures.numbers import counted, whole_percent

SHAPES: dict[Shape, str] = {
    "strokes": "",
    "dot": "So far this is a dot, and the network still has to pick one of ten.",
    "block": "This is one filled block, not strokes, and the network still has to pick one of ten.",
}

MANNERS: dict[TimeStep, str] = {
    "rows": "from top to bottom, one row of 28 pixels at a time",
    "columns": "from left to right, one column of 28 pixels at a time",
    "permuted": "one row of 28 pixels at a time, in an order that chance chose once",
    "pixels": "in the order of a page, {pixels} at a time",
}

# Where the two directions of a network begin.
STARTS: dict[TimeStep, tuple[str, str]] = {
    "rows": ("the top", "the bottom"),
    "columns": ("the left", "the right"),
    "permuted": ("the first row on", "the last one back"),
    "pixels": ("the first pixel on", "the last one back"),
}

LOST = (
    "This network's numbers were lost while it learnt: its answer is no number. Choose another one."
)


def manner(time_step: TimeStep, chunk: int) -> str:
    """Say how a network reads a picture."""
    return MANNERS[time_step].format(pixels=counted(chunk, "pixel"))


def verdict(belief: NDArray[np.float32], decided: int, word: str = "row") -> str:
    """Say when the network made up its mind, and how.

    Args:
        belief: Probabilities after each row, shape (T, K).
        decided: The first row, from 1, from which the answer no longer changed.
        word: What one time step is.
    """
    final = belief[-1]
    digit, runner_up = (int(k) for k in np.argsort(-final, kind="stable")[:2])
    told = f"{digit} with {whole_percent(float(final[digit]))}"
    second = f"runner-up {runner_up} with {whole_percent(float(final[runner_up]))}"
    if decided == 1:
        return f"From the first {word} on it believed {told}; {second}."
    before = int(belief[decided - 2].argmax())
    turn = f"After {word} {decided - 1} it believed {before}; from {word} {decided} on"
    return f"{turn}, {told}; {second}."


def framing(framed: NDArray[np.float32], raw: NDArray[np.float32]) -> str:
    """Compare the answers with and without MNIST's framing.

    Args:
        framed: Probabilities for the framed drawing, shape (K,).
        raw: Probabilities for the drawing squeezed into 28 × 28 as it is, shape (K,).
    """
    with_it, without = int(framed.argmax()), int(raw.argmax())
    words = (
        f"With the framing it reads {with_it} with {whole_percent(float(framed[with_it]))}, "
        f"without it {without} with {whole_percent(float(raw[without]))}"
    )
    if with_it != without:
        return f"{words}: the same ink, another answer."
    lost = float(framed[with_it] - raw[with_it])
    return f"{words}: " + (
        f"{whole_percent(lost)} less sure." if lost >= 0.01 else "this one lies well either way."
    )
