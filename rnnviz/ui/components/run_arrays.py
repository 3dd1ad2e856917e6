"""Arrays of runs and digits that components show; their shapes are validated before packing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
CLASSES = 10


def _none() -> Floats:
    return np.empty(0, np.float32)


@dataclass(frozen=True, eq=False)
class Curves:
    """Loss and accuracy of a training so far; NaN and infinity are gaps.

    Attributes:
        step: Training step of each point, rising, shape (N,); N is a few hundred.
        loss: Mean loss of the steps since the point before, shape (N,).
        accuracy: Mean share of their batches read right, shape (N,).
        test_step: Training step of each measurement on the test digits, or on those held out, shape
            (M,).
        test_accuracy: Share of them read right, shape (M,).

    Raises:
        ValueError: If shapes do not fit.
    """

    step: Floats = field(default_factory=_none)
    loss: Floats = field(default_factory=_none)
    accuracy: Floats = field(default_factory=_none)
    test_step: Floats = field(default_factory=_none)
    test_accuracy: Floats = field(default_factory=_none)

    def __post_init__(self) -> None:
        (N,), (M,) = _one_axis("step", self.step), _one_axis("test_step", self.test_step)
        check_shape("loss", self.loss, "(N,)", (N,))
        check_shape("accuracy", self.accuracy, "(N,)", (N,))
        check_shape("test_accuracy", self.test_accuracy, "(M,)", (M,))

    def arrays(self) -> dict[str, Floats]:
        """Return the arrays by the names that the JavaScript knows."""
        return {name: float32(value) for name, value in vars(self).items()}


@dataclass(frozen=True, eq=False)
class Frames:
    """What a network was at F moments of its training.

    Attributes:
        step: Training steps done at each, rising; 0 is before the first.
        h: Hidden state of the probe digit, −1 … 1 as 0 … 255, uint8, shape (F, T, U).
        belief: Probabilities after each row of the probe digit, shape (F, T, 10).
        reach_h: ‖∂L/∂h_t‖, NaN where unknown, shape (F, T).
        reach_c: ‖∂L/∂c_t‖ of an LSTM, shape (F, T); None for the others.
        ten: What it takes the first ten test digits for, uint8, shape (F, 10).
        confusion: Counts of test digits, true × predicted, shape (F, 10, 10); None while unknown.

    Raises:
        ValueError: If shapes do not fit.
    """

    step: Sequence[int]
    h: Bytes
    belief: Floats
    reach_h: Floats
    reach_c: Floats | None
    ten: Bytes
    confusion: Floats | None = None

    def __post_init__(self) -> None:
        F, T = check_moments(self.step, self.h, self.belief)
        check_shape("reach_h", self.reach_h, "(F, T)", (F, T))
        check_shape("ten", self.ten, "(F, 10)", (F, CLASSES), np.uint8)
        if self.reach_c is not None:
            check_shape("reach_c", self.reach_c, "(F, T)", (F, T))
        if self.confusion is not None:
            check_shape("confusion", self.confusion, "(F, 10, 10)", (F, CLASSES, CLASSES))

    @classmethod
    def none(cls, T: int = 28, U: int = 128, *, has_c: bool = False) -> Frames:
        """Return no moment yet, of a network that reads T rows with U units."""
        empty = np.empty((0, T), np.float32)
        return cls(
            step=(),
            h=np.empty((0, T, U), np.uint8),
            belief=np.empty((0, T, CLASSES), np.float32),
            reach_h=empty,
            reach_c=empty if has_c else None,
            ten=np.empty((0, CLASSES), np.uint8),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by the names that the JavaScript knows."""
        arrays: dict[str, NDArray[Any]] = {
            "h": self.h,
            "belief": float32(self.belief),
            "reach_h": float32(self.reach_h),
            "ten": self.ten,
        }
        if self.reach_c is not None:
            arrays["reach_c"] = float32(self.reach_c)
        if self.confusion is not None:
            arrays["confusion"] = float32(self.confusion)
        return arrays


@dataclass(frozen=True, eq=False)
class Probe:
    """The digit that is read row by row.

    Attributes:
        picture: Grey values, uint8, shape (28, 28).
        entering: The time step, from 0, in which each pixel is read, shape (28, 28).
        words: What it is, e.g. "test digit 0, a 7".

    Raises:
        ValueError: If shapes do not fit.
    """

    picture: Bytes
    entering: NDArray[Any]
    words: str

    def __post_init__(self) -> None:
        check_shape("picture", self.picture, "(28, 28)", (28, 28), np.uint8)
        check_shape("entering", self.entering, "(28, 28)", (28, 28))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by the names that the JavaScript knows."""
        return {"picture": self.picture, "entering": float32(self.entering)}


@dataclass(frozen=True, eq=False)
class Ten:
    """Ten digits that everyone can check by eye.

    Attributes:
        images: Grey values, uint8, shape (10, 28, 28).
        labels: What they are, shape (10,).

    Raises:
        ValueError: If shapes do not fit.
    """

    images: Bytes
    labels: NDArray[Any]

    def __post_init__(self) -> None:
        check_shape("images", self.images, "(10, 28, 28)", (CLASSES, 28, 28), np.uint8)
        check_shape("labels", self.labels, "(10,)", (CLASSES,))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by the names that the JavaScript knows."""
        return {"images": self.images}


def _one_axis(name: str, array: NDArray[Any]) -> tuple[int]:
    if array.ndim != 1:
        raise ValueError(f"{name} must have one axis, got {array.shape}")
    return (len(array),)


def check_moments(step: Sequence[int], h: Bytes, belief: Floats) -> tuple[int, int]:
    """Check what a network made of a digit at F moments of its training.

    Args:
        step: Training steps done at each, rising.
        h: Hidden state, uint8, shape (F, T, U).
        belief: Probabilities after each time step, shape (F, T, 10).

    Returns: F and T.

    Raises:
        ValueError: If shapes do not fit, or the steps do not rise.
    """
    F = len(step)
    if any(later <= earlier for earlier, later in pairwise(step)):
        raise ValueError(f"step must rise, got {list(step)}")
    if h.ndim != 3:
        raise ValueError(f"h must be (F, T, U), got {h.shape}")
    _, T, U = h.shape
    check_shape("h", h, "(F, T, U)", (F, T, U), np.uint8)
    check_shape("belief", belief, "(F, T, 10)", (F, T, CLASSES))
    return F, T


def check_shape(
    name: str,
    array: NDArray[Any],
    letters: str,
    shape: tuple[int, ...],
    dtype: type[np.uint8] | None = None,
) -> None:
    """Check the shape of an array, and that it is of bytes if it should be.

    Args:
        name: Of the array.
        array: The array.
        letters: The expected shape in letters.
        shape: The expected shape.
        dtype: uint8, or None for any.

    Raises:
        ValueError: If it has another shape or dtype.
    """
    if array.shape != shape:
        numbers = "" if letters == str(shape) else f" = {shape}"
        raise ValueError(f"{name} must be {letters}{numbers}, got {array.shape}")
    if dtype is not None and array.dtype != dtype:
        raise ValueError(f"{name} must be uint8, got {array.dtype}")


def float32(array: NDArray[Any]) -> Floats:
    """Return an array as float32, which components take; it is copied only if it must be."""
    return array.astype(np.float32, copy=False)
