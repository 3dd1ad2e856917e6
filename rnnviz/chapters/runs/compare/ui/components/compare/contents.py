"""Contents of the compare component for each run, validated before packing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnnviz.ui.components.run_arrays import (
    CLASSES,
    Bytes,
    Curves,
    Floats,
    check_moments,
    check_shape,
    float32,
)

Held = Literal["test", "held out"]


@dataclass(frozen=True, eq=False)
class Moments:
    """What a network made of the probe digit at F moments of its training.

    Attributes:
        step: Training steps done at each, rising.
        h: Hidden state, −1 … 1 as 0 … 255, uint8, shape (F, T, U).
        belief: Probabilities after each time step, shape (F, T, 10).

    Raises:
        ValueError: If shapes do not fit.
    """

    step: Sequence[int]
    h: Bytes
    belief: Floats

    def __post_init__(self) -> None:
        check_moments(self.step, self.h, self.belief)

    @classmethod
    def none(cls, T: int, U: int) -> Moments:
        """Return no moment yet, of a network that reads T time steps with U units."""
        return cls((), np.empty((0, T, U), np.uint8), np.empty((0, T, CLASSES), np.float32))


@dataclass(frozen=True, eq=False)
class Run:
    """One of the runs that are shown over one another.

    Attributes:
        key: Its id.
        name: Short, and no other run's.
        steps: Of the whole training.
        curves: Loss and accuracy so far.
        moments: What it made of the probe digit.
        entering: The time step, from 0, in which each pixel is read, shape (28, 28).
        word: What one time step is.
        held: What the strong curve was measured on, "test" digits or training digits "held out".
        words: How it stands, e.g. "done".
        missing: Why there are no moments and will be none, or "".

    Raises:
        ValueError: If shapes do not fit.
    """

    key: str
    name: str
    steps: int
    curves: Curves
    moments: Moments
    entering: NDArray[Any]
    word: Literal["row", "column", "step"] = "row"
    held: Held = "test"
    words: str = ""
    missing: str = ""

    def __post_init__(self) -> None:
        check_shape("entering", self.entering, "(28, 28)", (28, 28))

    def header(self) -> dict[str, Any]:
        """Return what is no array, by the names that compare.js knows."""
        names = ("name", "steps", "word", "held", "words", "missing")
        told = {name: getattr(self, name) for name in names}
        return told | {"frame_steps": [int(step) for step in self.moments.step]}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by the names that compare.js knows."""
        return {
            **self.curves.arrays(),
            "h": self.moments.h,
            "belief": float32(self.moments.belief),
            "entering": float32(self.entering),
        }
