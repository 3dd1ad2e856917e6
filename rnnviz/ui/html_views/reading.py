"""A reading as the Watch view shows it: one layer and direction with all its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnnviz.core.config import Cell

Floats = NDArray[np.float32]

# Arrays that are no function of others, by the names that the JavaScript knows.
GIVEN = (
    *("frame", "entering", "belief", "x", "units", "orders", "panel.h", "panel.c"),
    *("h_prev", "c_prev", "bias_ih", "bias_hh", "weight_hr"),
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
class Picture:
    """A digit that is read.

    Attributes:
        frame: Its pixels, uint8, shape (28, 28).
        entering: The time step, from 0, in which each pixel is read, shape (28, 28).
    """

    frame: NDArray[np.uint8]
    entering: NDArray[Any]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what goes to the browser."""
        return {"frame": self.frame, "entering": self.entering.astype(np.float32)}


@dataclass(frozen=True, eq=False)
class Reading:
    """One layer and direction of a network's reading of one sequence.

    Attributes:
        id: Changes with the reading.
        picture: The digit; None where what is read is no digit.
        belief: Probabilities after each time step, shape (T, K); K = 0 where there are none.
        x: What this layer reads, shape (T, I).
        panels: The heatmaps; "h" first.
        units: Which units are shown, from 0, shape (U,).
        terms: The equation's numbers, by the names of `equation.Equation`; also "h_prev", shape
            (T, P), and "c_prev", shape (T, H), where they are not the states of the step before.
        orders: The units' places in `units` in some orders, each (U,), by what it is called.
        first: Unit and time step, from 1, to begin with where none is set.
        words: What things are called.
        weights: "weight_ih" and "weight_hh", from which and from the states all other numbers
            follow to the digits shown; empty where they do not.
    """

    id: str
    picture: Picture | None
    belief: Floats
    x: Floats
    panels: Sequence[Panel]
    units: NDArray[Any]
    terms: Mapping[str, Floats]
    orders: Mapping[str, NDArray[Any]]
    first: tuple[int, int]
    words: Words
    weights: Mapping[str, Floats] = field(default_factory=dict)

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
            **({} if self.picture is None else self.picture.arrays()),
            "belief": self.belief,
            "x": self.x,
            "units": self.units.astype(np.float32),
            "orders": orders,
            **{f"panel.{panel.name}": panel.values for panel in self.panels},
            **self.terms,
        }

    def states(self) -> dict[str, NDArray[Any]]:
        """Return the arrays without those that derive.js computes, and with the weights it needs.

        Raises:
            ValueError: If a shape does not fit, or there are no weights.
        """
        if not self.weights:
            raise ValueError("a reading without weights has nothing to derive its numbers from")
        arrays = self.arrays()
        return {name: arrays[name] for name in GIVEN if name in arrays} | dict(self.weights)

    def header(self) -> dict[str, Any]:
        """Return what goes to the browser as words."""
        panels = [
            {"name": p.name, "label": p.label, "scale": p.scale, "range": p.range}
            for p in self.panels
        ]
        return {
            "id": self.id,
            "panels": panels,
            "orders": [*self.orders],
            "first": dict(zip(("unit", "row"), self.first, strict=True)),
            "reach": max(1.0, float(np.abs(self.x).max())),
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
        digit: What is read, e.g. "test digit 61, a 8" or "sequence 1 of 8".
        place: Where the units are, e.g. "layer 1", or "" where there is but one place.
        reverse: Whether this direction begins with the last time step.
        below: What this layer reads, e.g. "28 pixels".
        feature: What one of them is called.
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
    feature: Literal["pixel", "unit", "feature"]
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
