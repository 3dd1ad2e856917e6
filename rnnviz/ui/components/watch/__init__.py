"""A reading from the inside: all states and gates under one cursor, and a unit's equation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeGuard

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.core.config import Cell
from rnnviz.ui.components.packing import pack, source
from rnnviz.ui.components.served import script

Floats = NDArray[np.float32]

_watch = st.components.v2.component(
    "rnnviz_watch",
    html=source("watch/watch.html"),
    css=source("views.css", "axes.css", "stage.css", "watch/watch.css", "watch/equation.css"),
    js=script(
        "views.js",
        "rows.js",
        "digits.js",
        "axes.js",
        "settling.js",
        "watch/panels.js",
        "watch/words.js",
        "watch/equation.js",
        "watch/watch.js",
    ),
)


@dataclass(frozen=True, eq=False)
class Panel:
    """One heatmap.

    Attributes:
        name: The letter of its values, e.g. "h"; of the link, too.
        label: What stands above it.
        values: Shape (T, U).
        scale: Of the palette: "diverging" for what is centred on 0, else "sequential".
        range: The values at the two ends of the scale.
    """

    name: str
    label: str
    values: Floats
    scale: Literal["diverging", "sequential"] = "diverging"
    range: tuple[float, float] = (-1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Reading:
    """One layer and direction of a network's reading of one digit.

    Attributes:
        id: Changes with the reading.
        frame: The picture, uint8, shape (28, 28).
        entering: The time step, from 0, in which each pixel is read, shape (28, 28).
        belief: Probabilities after each time step, shape (T, K).
        x: What this layer reads, shape (T, I).
        panels: The heatmaps; "h" first.
        units: Which units are shown, from 0, shape (U,).
        terms: The equation's numbers, by the names of `core.equation.Equation`.
        orders: The units' places in `units` in some orders, each (U,), by what it is called.
        first: Unit and time step, from 1, to begin with where none is set.
        words: What things are called.
    """

    id: str
    frame: NDArray[np.uint8]
    entering: NDArray[Any]
    belief: Floats
    x: Floats
    panels: Sequence[Panel]
    units: NDArray[Any]
    terms: Mapping[str, Floats]
    orders: Mapping[str, NDArray[Any]]
    first: tuple[int, int]
    words: Words

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what goes to the browser as numbers.

        Raises:
            ValueError: If a shape does not fit.
        """
        T, U = len(self.belief), len(self.units)
        for panel in self.panels:
            if panel.values.shape != (T, U) and panel.name != "h":
                found = panel.values.shape
                raise ValueError(f"{panel.name} must be (T, U) = {(T, U)}, got {found}")
        orders = np.array([*self.orders.values()], np.float32)
        if not (np.sort(orders, axis=1) == np.arange(U)).all():
            raise ValueError(f"orders must each hold the places 0 to {U - 1} once")
        return {
            "frame": self.frame,
            "entering": self.entering.astype(np.float32),
            "belief": self.belief,
            "x": self.x,
            "units": self.units.astype(np.float32),
            "orders": orders,
            **{f"panel.{panel.name}": panel.values for panel in self.panels},
            **self.terms,
        }

    def header(self) -> dict[str, Any]:
        """Return what goes to the browser as words."""
        panels = [{k: v for k, v in asdict(p).items() if k != "values"} for p in self.panels]
        return {
            "id": self.id,
            "panels": panels,
            "orders": [*self.orders],
            "first": dict(zip(("unit", "row"), self.first, strict=True)),
            **asdict(self.words),
        }


@dataclass(frozen=True)
class Words:
    """What a reading is called.

    Attributes:
        cell: "rnn", "gru" or "lstm".
        gates: Names of the pre-activations, in the order of torch's rows.
        nonlinearity: Of a plain RNN.
        word: What a time step is called.
        digit: What is read, e.g. "test digit 61, a 8".
        place: Where the units are, e.g. "layer 1", or "" where there is but one place.
        reverse: Whether this direction begins with the last time step.
        below: What this layer reads, e.g. "28 pixels".
        pixels: Whether that is pixels.
        note: What a person should know of what is not shown, or "".
    """

    cell: Cell
    gates: tuple[str, ...]
    nonlinearity: str
    word: str
    digit: str
    place: str
    reverse: bool
    below: str
    pixels: bool
    note: str = ""


@dataclass(frozen=True)
class Setting:
    """What a person has set in the component.

    Attributes:
        unit: The pinned unit, from 1; 0 means none yet.
        row: The time step of the cursor, from 1; 0 means none yet.
        shown: Names of the panels that are shown; empty means the first choice.
        order: What the order of the units is called.
        gate: Whose sum is unfolded, or "".
    """

    unit: int = 0
    row: int = 0
    shown: tuple[str, ...] = ()
    order: str = ""
    gate: str = ""


def watch(
    reading: Reading, start: Setting, *, key: str, on_set: Callable[[], None] = lambda: None
) -> None:
    """Show a reading from the inside; moving about in it asks the server nothing.

    Args:
        reading: What there is to see; it is sent once.
        start: Where the cursor stands when the component first comes up.
        key: Of the component.
        on_set: Called before the next run when the person has set something and let it rest;
            `setting` reads what.
    """
    header = reading.header() | {"start": asdict(start)}
    _watch(
        data=pack(header, reading.arrays()), key=key, default={"set": None}, on_set_change=on_set
    )


def setting(message: object) -> Setting | None:
    """Read what the component sent last; None if that is nothing or makes no sense."""
    if not isinstance(message, Mapping):
        return None
    unit, row, shown = message.get("unit"), message.get("row"), message.get("shown")
    if not (_is_count(unit) and _is_count(row) and isinstance(shown, list) and len(shown) < 20):
        return None
    words = [*shown, message.get("order"), message.get("gate")]
    if not all(isinstance(word, str) and len(word) < 40 for word in words):
        return None
    return Setting(unit, row, tuple(shown), *words[-2:])


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6
