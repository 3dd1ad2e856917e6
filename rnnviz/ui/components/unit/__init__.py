"""One unit among all of its layer: whom it tells, its course, what drives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.packing import pack, source

Floats = NDArray[np.float32]

_unit = st.components.v2.component(
    "rnnviz_unit",
    html=source("unit/unit.html"),
    css=source("views.css", "axes.css", "unit/unit.css"),
    js=source(
        "views.js",
        "rows.js",
        "digits.js",
        "numbers.js",
        "curves.js",
        "axes.js",
        "classes.js",
        "unit/unit.js",
    ),
)


@dataclass(frozen=True, eq=False)
class Driving:
    """Test digits that drive a unit, the strongest first.

    Attributes:
        index: Of each among the test digits, shape (k,).
        labels: What they are, shape (k,).
        steps: The time step of each, from 0, shape (k,).
        values: What was measured there, shape (k,).
        images: Grey values, uint8, shape (k, 28, 28).
    """

    index: NDArray[Any]
    labels: NDArray[Any]
    steps: NDArray[Any]
    values: Floats
    images: NDArray[np.uint8]

    def listed(self) -> list[dict[str, float]]:
        """Return all but the pictures, digit by digit."""
        rows = zip(self.index, self.labels, self.steps, self.values, strict=True)
        return [
            {"index": int(n), "label": int(label), "step": int(step), "value": float(value)}
            for n, label, step, value in rows
        ]


@dataclass(frozen=True, eq=False)
class Units:
    """All units of a place, as a table of units × digits. W units, K digits.

    Attributes:
        auc: How each unit tells each digit at its best step, shape (W, K).
        step: Which step that is, from 0, shape (W, K).
        chance: How far from 0.5 chance comes, shape (W, K).
        order: The units from left to right, shape (W,).
        by: What that order is, e.g. "by number".
        held: "h" or "c".
        word: What a time step is called.
        reverse: Whether this direction begins with the last time step.
        entering: The time step, from 0, in which each pixel is read, shape (28, 28).
    """

    auc: Floats
    step: NDArray[Any]
    chance: Floats
    order: NDArray[Any]
    by: str
    held: str
    word: str
    reverse: bool
    entering: NDArray[Any]


@dataclass(frozen=True, eq=False)
class Portrait:
    """One of them.

    Attributes:
        unit: Which, from 1.
        course: Its mean after each step for each digit, NaN where there is none, shape (T, K).
        own: Its course on the digit that is watched, shape (T,).
        probe: What that digit is called.
        watched: Its index among the test digits; None if it is none of them.
        measure: "rise" or "value".
        most: What drives it most.
        least: What drives it least.
    """

    unit: int
    course: Floats
    own: Floats
    probe: str
    watched: int | None
    measure: Literal["rise", "value"]
    most: Driving
    least: Driving


def unit(
    units: Units,
    portrait: Portrait,
    *,
    key: str,
    on_unit: Callable[[], None] = lambda: None,
    on_pick: Callable[[], None] = lambda: None,
) -> None:
    """Show one unit among all of its layer.

    Args:
        units: All of them.
        portrait: The one.
        key: Of the component.
        on_unit: Called before the next run when another unit was chosen; `chosen` says which.
        on_pick: The same for a test digit.

    Raises:
        ValueError: If a shape does not fit.
    """
    W, K = units.auc.shape
    T = len(portrait.course)
    for name, array, shape in (
        ("step", units.step, (W, K)),
        ("chance", units.chance, (W, K)),
        ("course", portrait.course, (T, K)),
        ("own", portrait.own, (T,)),
        ("entering", units.entering, (28, 28)),
    ):
        if array.shape != shape:
            raise ValueError(f"{name} must be {shape}, got {array.shape}")
    if sorted(units.order.tolist()) != [*range(W)]:
        raise ValueError(f"order must hold the units 0 to {W - 1} once")
    header = {
        **{name: getattr(units, name) for name in ("by", "held", "word", "reverse")},
        **{name: getattr(portrait, name) for name in ("unit", "probe", "watched", "measure")},
        "order": units.order.tolist(),
        "most": portrait.most.listed(),
        "least": portrait.least.listed(),
    }
    arrays: dict[str, NDArray[Any]] = {
        "auc": units.auc,
        "step": units.step.astype(np.float32),
        "chance": units.chance,
        "entering": units.entering.astype(np.float32),
        "course": portrait.course,
        "own": portrait.own,
        "images": np.concatenate([portrait.most.images, portrait.least.images]),
    }
    _unit(
        data=pack(header, arrays),
        key=key,
        default={"unit": None, "pick": None},
        on_unit_change=on_unit,
        on_pick_change=on_pick,
    )


def chosen(message: object, name: Literal["unit", "index"], most: int) -> int | None:
    """Read a number that was chosen, at most so large; None if none is or it makes no sense."""
    value = message.get(name) if isinstance(message, Mapping) else None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        return None
    return value
