"""Component of the memory of two networks on one digit, under one cursor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.session_arrays import pack

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

FILES = ComponentFiles(__file__)
_memory = st.components.v2.component(
    "rnnviz_memory",
    html=FILES.source("./memory.html"),
    css=FILES.source("component_view.css", "axes.css", "./memory.css"),
    js=FILES.script("./memory.js"),
)


@dataclass(frozen=True, eq=False)
class Remembered:
    """One network's memory of one digit.

    Attributes:
        name: Short.
        word: What a time step is, "row", "column" or "step".
        entering: The time step, from 0, in which each pixel is read, shape (28, 28).
        belief: Probabilities after each time step, shape (T, K).
        h: ‖∂L/∂h_t‖, shape (T,).
        c: ‖∂L/∂c_t‖, shape (T,); None unless LSTM.
        x: ‖∂L/∂x_t‖, shape (T,).
        right: Share of the test digits read right if it stops there, shape (T,); NaN: not known.
    """

    name: str
    word: str
    entering: NDArray[Any]
    belief: Floats
    h: Floats
    c: Floats | None
    x: Floats
    right: Floats

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what goes to the browser as numbers.

        Raises:
            ValueError: If a shape does not fit.
        """
        T = len(self.belief)
        found = {name: getattr(self, name) for name in ("h", "c", "x", "right")}
        kept = {name: array for name, array in found.items() if array is not None}
        for name, array in kept.items():
            if array.shape != (T,):
                raise ValueError(f"{name} must be (T,) = ({T},), got {array.shape}")
        kept |= {"belief": self.belief, "entering": self.entering}
        return {name: array.astype(np.float32) for name, array in kept.items()}


@dataclass(frozen=True, eq=False)
class Spoken:
    """What each pixel said for a class or against it.

    Attributes:
        asked: The class.
        values: Above 0 for it, shape (28, 28).
        done: Whether this is all.
    """

    asked: int
    values: Floats
    done: bool = True


@dataclass(frozen=True)
class Told:
    """The sentences around the pictures.

    Attributes:
        felt: What the gradients say.
        surer: Why one network feels more, or "".
        stopping: What the accuracies say.
        complete: Whether the pixels add up.
        loudest: Which time steps spoke.
    """

    felt: str
    surer: str
    stopping: str
    complete: str
    loudest: str


def memory(
    reading_id: str,
    picture: Bytes,
    words: str,
    networks: Sequence[Remembered],
    spoken: Spoken,
    told: Told,
    *,
    relative: bool = False,
    start: int = 0,
    key: str,
    on_set: Callable[[], None] = lambda: None,
) -> None:
    """Show what two networks remember of a digit; moving about in it asks the server nothing.

    Args:
        reading_id: Changes with network and digit; the cursor then goes to the last time step.
        picture: The digit, uint8, shape (28, 28).
        words: What it is, e.g. "test digit 0, a 7".
        networks: The one that is looked into, then the one to compare it with.
        spoken: What the pixels said to the first.
        told: The sentences.
        relative: Whether gradients are given over the strongest at a hidden state.
        start: The time step, from 1, where the cursor stands when it first comes up; 0: the last.
        key: Of the component.
        on_set: Called before the next run when the cursor was moved and has come to rest; `row_of`
            reads where.

    Raises:
        ValueError: If there are not two networks, or a shape does not fit.
    """
    if len(networks) != 2:
        raise ValueError(f"networks must be two, got {len(networks)}")
    for name, array in (("picture", picture), ("values", spoken.values)):
        if array.shape != (28, 28):
            raise ValueError(f"{name} must be (28, 28), got {array.shape}")
    header = {
        "id": reading_id,
        "words": words,
        "asked": spoken.asked,
        "done": spoken.done,
        "relative": relative,
        "start": start,
        "told": vars(told),
        "networks": [{"name": one.name, "word": one.word} for one in networks],
    }
    arrays: dict[str, NDArray[Any]] = {
        "picture": picture,
        "spoken": spoken.values.astype(np.float32),
    }
    for n, one in enumerate(networks):
        arrays |= {f"{n}.{name}": array for name, array in one.arrays().items()}
    _memory(data=pack(header, arrays), key=key, default={"set": None}, on_set_change=on_set)


def row_of(message: object) -> int | None:
    """Read the time step that the component sent last, from 1; None if it makes no sense."""
    row = message.get("row") if isinstance(message, Mapping) else None
    return row if type(row) is int and 0 < row < 10**6 else None
