"""Component of one unit among its layer: selectivity, mean by class, top inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.session_arrays import pack

Floats = NDArray[np.float32]

FILES = ComponentFiles(__file__)
_unit = st.components.v2.component(
    "rnnviz_unit",
    html=FILES.source("./unit.html"),
    css=FILES.source("component_view.css", "axes.css", "./unit.css"),
    js=FILES.script("./unit.js"),
)


@dataclass(frozen=True, eq=False)
class Driving:
    """Sequences that drive a unit, the strongest first.

    Attributes:
        index: Of each among all that were read, shape (k,).
        labels: What they are, shape (k,); None: not known.
        steps: The time step of each, from 0, shape (k,).
        values: What was measured there, shape (k,).
        images: Grey values, uint8: whole digits, shape (k, 28, 28); or of other sequences what was
            read around the step, which is the middle row, shape (k, odd number of rows, columns).
    """

    index: NDArray[Any]
    labels: NDArray[Any] | None
    steps: NDArray[Any]
    values: Floats
    images: NDArray[np.uint8]

    def listed(self) -> list[dict[str, float | None]]:
        """Return all but the pictures, sequence by sequence."""
        labels = [None] * len(self.index) if self.labels is None else self.labels.tolist()
        rows = zip(self.index, labels, self.steps, self.values, strict=True)
        return [
            {"index": int(n), "label": label, "step": int(step), "value": float(value)}
            for n, label, step, value in rows
        ]


@dataclass(frozen=True, eq=False)
class Units:
    """All units of a place, as a table of units × classes. W units, K classes.

    Attributes:
        auc: How each unit tells each class at its best step, shape (W, K); K = 0 without labels.
        step: Which step that is, from 0, shape (W, K).
        chance: How far from 0.5 chance comes, shape (W, K).
        order: The units from left to right, shape (W,).
        by: What that order is, e.g. "by number".
        held: "h" or "c".
        word: What a time step is called.
        reverse: Whether this direction begins with the last time step.
        entering: The time step, from 0, in which each pixel is read, shape (28, 28); None where no
            digits were read.
        names: The classes' numbers, K of them.
    """

    auc: Floats
    step: NDArray[Any]
    chance: Floats
    order: NDArray[Any]
    by: str
    held: str
    word: str
    reverse: bool
    entering: NDArray[Any] | None
    names: tuple[int, ...] = tuple(range(10))


@dataclass(frozen=True, eq=False)
class Portrait:
    """One of them.

    Attributes:
        unit: Which, from 1.
        course: Its mean after each step for each class, NaN where there is none, shape (T, K);
            without labels that over all, shape (T, 1).
        own: Its course on what is watched, shape (T,).
        probe: What that is called.
        watched: Its index among all that were read; None if it is none of them.
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
        on_pick: The same for a sequence.

    Raises:
        ValueError: If a shape does not fit.
    """
    W, K = units.auc.shape
    T = len(portrait.course)
    entering = np.zeros((28, 28)) if units.entering is None else units.entering
    for name, array, shape in (
        ("step", units.step, (W, K)),
        ("chance", units.chance, (W, K)),
        ("names", np.array(units.names), (K,)),
        ("course", portrait.course, (T, K or 1)),
        ("own", portrait.own, (T,)),
        ("entering", entering, (28, 28)),
    ):
        if array.shape != shape:
            raise ValueError(f"{name} must be {shape}, got {array.shape}")
    if sorted(units.order.tolist()) != [*range(W)]:
        raise ValueError(f"order must hold the units 0 to {W - 1} once")
    header = {
        **{name: getattr(units, name) for name in ("by", "held", "word", "reverse")},
        **{name: getattr(portrait, name) for name in ("unit", "probe", "watched", "measure")},
        "kind": "class" if units.entering is None else "digit",
        "names": units.names,
        "order": units.order.tolist(),
        "most": portrait.most.listed(),
        "least": portrait.least.listed(),
    }
    arrays: dict[str, NDArray[Any]] = {
        "auc": units.auc,
        "step": units.step.astype(np.float32),
        "chance": units.chance,
        "entering": entering.astype(np.float32),
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
