"""Component of the state map: paths of many digits on fixed axes, and one path on top."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.session_arrays import pack

Floats = NDArray[np.float32]
ALL = tuple(range(10))  # classes
SIDE, UP = 180, 86  # degrees that a turn can have

FILES = ComponentFiles(__file__)
_state_map = st.components.v2.component(
    "rnnviz_state_map",
    html=FILES.source("./state_map.html"),
    css=FILES.source("component_view.css", "axes.css", "stage.css", "./state_map.css"),
    js=FILES.script("./state_map.js"),
)


@dataclass(frozen=True, eq=False)
class Ground:
    """What lies on the map whatever digit is watched. T steps, S digits, K classes, C axes.

    Attributes:
        explained: Each axis's share of all variance, shape (C,).
        sample: Test digits whose paths are drawn, shape (S,).
        labels: What they are, shape (S,).
        paths: Their places, shape (T, S, C).
        means: Those of each class's mean, NaN where there is none, shape (T, K, C).
        count: Test digits behind the means.
    """

    explained: Floats
    sample: NDArray[Any]
    labels: NDArray[Any]
    paths: Floats
    means: Floats
    count: int


@dataclass(frozen=True, eq=False)
class Walker:
    """The digit that is watched, on its way.

    Attributes:
        own: Its places, shape (T, C).
        belief: Probabilities after each step, shape (T, K).
        frame: Grey values, uint8, shape (28, 28).
        entering: The time step, from 0, in which each pixel is read, shape (28, 28).
        probe: What it is called.
        word: What a time step is called.
        reverse: Whether this direction begins with the last time step.
    """

    own: Floats
    belief: Floats
    frame: NDArray[np.uint8]
    entering: NDArray[Any]
    probe: str
    word: str
    reverse: bool


@dataclass(frozen=True)
class Setting:
    """What a person has set in the component.

    Attributes:
        row: The time step of the cursor, from 1; 0 means where the reading ends.
        axes: Which, from 1: across, up, and deep if it is in space; empty means the first two.
        classes: Whose paths are shown.
        turn: How far the space is turned aside and up, in whole degrees.
    """

    row: int = 0
    axes: tuple[int, ...] = ()
    classes: tuple[int, ...] = ALL
    turn: tuple[int, int] = (34, 20)


def state_map(
    id_: str,
    ground: Ground,
    walker: Walker,
    start: Setting,
    *,
    key: str,
    on_set: Callable[[], None] = lambda: None,
) -> None:
    """Show the map; moving about in it asks the server nothing.

    Args:
        id_: Changes with what is shown.
        ground: What lies on it.
        walker: Who walks over it.
        start: Where the cursor stands when the component first comes up.
        key: Of the component.
        on_set: Called before the next run when the person has set something and let it rest;
            `setting` reads what.

    Raises:
        ValueError: If a shape does not fit.
    """
    T, S, C = ground.paths.shape
    K = walker.belief.shape[1]
    for name, array, shape in (
        ("explained", ground.explained, (C,)),
        ("labels", ground.labels, (S,)),
        ("sample", ground.sample, (S,)),
        ("means", ground.means, (T, K, C)),
        ("own", walker.own, (T, C)),
        ("belief", walker.belief, (T, K)),
        ("frame", walker.frame, (28, 28)),
    ):
        if array.shape != shape:
            raise ValueError(f"{name} must be {shape}, got {array.shape}")
    if C < 2:
        raise ValueError(f"a plane needs two axes, got {C}")
    everywhere = np.concatenate([ground.paths.reshape(-1, C), walker.own])
    header = {
        "id": id_,
        "explained": ground.explained.tolist(),
        "sample": ground.sample.tolist(),
        "labels": ground.labels.tolist(),
        "count": f"{ground.count:,}",
        "probe": walker.probe,
        "word": walker.word,
        "reverse": walker.reverse,
        "bounds": {"low": everywhere.min(0).tolist(), "high": everywhere.max(0).tolist()},
        "start": vars(start),
    }
    arrays: dict[str, NDArray[Any]] = {
        "paths": ground.paths,
        "means": ground.means,
        "own": walker.own,
        "belief": walker.belief,
        "frame": walker.frame,
        "entering": walker.entering.astype(np.float32),
    }
    _state_map(data=pack(header, arrays), key=key, default={"set": None}, on_set_change=on_set)


def setting(message: object) -> Setting | None:
    """Read what the component sent last; None if that is nothing or makes no sense."""
    if not isinstance(message, Mapping):
        return None
    row, axes = message.get("row"), message.get("axes")
    classes, turn = message.get("classes"), message.get("turn")
    if not (_is_count(row) and isinstance(axes, list) and len(axes) in (2, 3)):
        return None
    if not all(_is_count(axis) and axis > 0 for axis in axes) or len(set(axes)) < len(axes):
        return None
    if not isinstance(classes, list) or classes != [k for k in ALL if k in classes]:
        return None
    if not (isinstance(turn, list) and len(turn) == 2 and all(type(part) is int for part in turn)):
        return None
    if not (-SIDE <= turn[0] <= SIDE and -UP <= turn[1] <= UP):
        return None
    return Setting(int(row or 0), tuple(axes), tuple(classes), (turn[0], turn[1]))


def _is_count(value: Any) -> bool:  # noqa: ANN401  (it comes from the browser)
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6
