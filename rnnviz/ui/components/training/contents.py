"""What the training component shows, checked once, before it is packed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
        _check("loss", self.loss, "(N,)", (N,))
        _check("accuracy", self.accuracy, "(N,)", (N,))
        _check("test_accuracy", self.test_accuracy, "(M,)", (M,))

    def arrays(self) -> dict[str, Floats]:
        """Return the arrays by the names that training.js knows."""
        return {name: _floats(value) for name, value in vars(self).items()}


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
        F = len(self.step)
        if any(later <= earlier for earlier, later in zip(self.step, self.step[1:], strict=False)):
            raise ValueError(f"step must rise, got {list(self.step)}")
        if self.h.ndim != 3:
            raise ValueError(f"h must be (F, T, U), got {self.h.shape}")
        _, T, U = self.h.shape
        _check("h", self.h, "(F, T, U)", (F, T, U), np.uint8)
        _check("belief", self.belief, "(F, T, 10)", (F, T, CLASSES))
        _check("reach_h", self.reach_h, "(F, T)", (F, T))
        _check("ten", self.ten, "(F, 10)", (F, CLASSES), np.uint8)
        if self.reach_c is not None:
            _check("reach_c", self.reach_c, "(F, T)", (F, T))
        if self.confusion is not None:
            _check("confusion", self.confusion, "(F, 10, 10)", (F, CLASSES, CLASSES))

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
        """Return the arrays by the names that training.js knows."""
        arrays: dict[str, NDArray[Any]] = {
            "h": self.h,
            "belief": _floats(self.belief),
            "reach_h": _floats(self.reach_h),
            "ten": self.ten,
        }
        if self.reach_c is not None:
            arrays["reach_c"] = _floats(self.reach_c)
        if self.confusion is not None:
            arrays["confusion"] = _floats(self.confusion)
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
        _check("picture", self.picture, "(28, 28)", (28, 28), np.uint8)
        _check("entering", self.entering, "(28, 28)", (28, 28))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by the names that training.js knows."""
        return {"picture": self.picture, "entering": _floats(self.entering)}


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
        _check("images", self.images, "(10, 28, 28)", (CLASSES, 28, 28), np.uint8)
        _check("labels", self.labels, "(10,)", (CLASSES,))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by the names that training.js knows."""
        return {"images": self.images}


def _one_axis(name: str, array: NDArray[Any]) -> tuple[int]:
    if array.ndim != 1:
        raise ValueError(f"{name} must have one axis, got {array.shape}")
    return (len(array),)


def _check(
    name: str,
    array: NDArray[Any],
    letters: str,
    shape: tuple[int, ...],
    dtype: type[np.uint8] | None = None,
) -> None:
    if array.shape != shape:
        numbers = "" if letters == str(shape) else f" = {shape}"
        raise ValueError(f"{name} must be {letters}{numbers}, got {array.shape}")
    if dtype is not None and array.dtype != dtype:
        raise ValueError(f"{name} must be uint8, got {array.dtype}")


def _floats(array: NDArray[Any]) -> Floats:
    return array.astype(np.float32, copy=False)
