"""Component that overlays two to four runs under shared cursors, on the client."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.runs.compare.ui.components.compare.contents import Held, Moments, Run
from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.run_arrays import Bytes, Curves
from rnnviz.ui.components.session_arrays import pack
from rnnviz.ui.figures import palette

__all__ = ["MOST", "Answered", "Curves", "Held", "Moments", "Run", "compare", "differing", "picked"]

MOST = len(palette.LIGHT.runs)

FILES = ComponentFiles(__file__)
_compare = st.components.v2.component(
    "rnnviz_compare",
    html=FILES.source("./compare.html"),
    css=FILES.source("component_view.css", "axes.css", "overlay.css", "./compare.css"),
    js=FILES.script("./compare.js"),
)
_differing = st.components.v2.component(
    "rnnviz_differing",
    html=FILES.source("./differing_digits.html"),
    css=FILES.source("component_view.css", "./differing_digits.css"),
    js=FILES.script("./differing_digits.js"),
)


def compare(runs: Sequence[Run], picture: Bytes, words: str, *, key: str) -> None:
    """Show runs over one another; call it again with the same key when there is more of them.

    Args:
        runs: Two to four.
        picture: The digit that all read, uint8, shape (28, 28).
        words: What it is, e.g. "test digit 0, a 7".
        key: Of the component.

    Raises:
        ValueError: If there are fewer or more runs, two of one name, or a shape does not fit.
    """
    if not 2 <= len(runs) <= MOST:
        raise ValueError(f"runs must be two to {MOST}, got {len(runs)}")
    if len({run.name for run in runs}) < len(runs):
        raise ValueError(f"each run must have its own name, got {[run.name for run in runs]}")
    _check_pictures("picture", picture, "(28, 28)", (28, 28))
    header = {
        "key": " ".join(run.key for run in runs),
        "probe": words,
        "runs": [run.header() for run in runs],
        "colours": {"light": palette.LIGHT.runs, "dark": palette.DARK.runs},
    }
    arrays: dict[str, NDArray[Any]] = {"picture": picture}
    for n, run in enumerate(runs):
        arrays |= {f"{n}.{name}": array for name, array in run.arrays().items()}
    _compare(data=pack(header, arrays), key=key)


@dataclass(frozen=True, eq=False)
class Answered:
    """What two runs take some digits for.

    Attributes:
        index: Of each among the test digits, shape (N,).
        images: Grey values, uint8, shape (N, 28, 28).
        labels: What they are, shape (N,).
        first: What the first run takes them for, shape (N,).
        second: What the second run takes them for, shape (N,).

    Raises:
        ValueError: If shapes do not fit.
    """

    index: NDArray[Any]
    images: Bytes
    labels: NDArray[Any]
    first: NDArray[Any]
    second: NDArray[Any]

    def __post_init__(self) -> None:
        N = len(self.index)
        _check_pictures("images", self.images, "(N, 28, 28)", (N, 28, 28))
        for name in ("labels", "first", "second"):
            if getattr(self, name).shape != (N,):
                raise ValueError(f"{name} must be (N,) = ({N},), got {getattr(self, name).shape}")


def differing(
    answered: Answered,
    names: tuple[str, str],
    places: tuple[int, int],
    watched: int | None,
    *,
    key: str,
    on_pick: Callable[[], None] = lambda: None,
) -> None:
    """Show digits that two runs answer differently, each a button.

    Args:
        answered: The digits.
        names: Of the two runs.
        places: Of the two among the runs that are shown, for their colours.
        watched: Index of the digit that is the probe now, None if it is no test digit.
        key: Of the component.
        on_pick: Called before the next run when a digit was chosen; `picked` says which.
    """
    listed = ("index", "labels", "first", "second")
    header = {
        **{name: [int(n) for n in getattr(answered, name)] for name in listed},
        "names": names,
        "places": places,
        "watched": watched,
        "colours": {"light": palette.LIGHT.runs, "dark": palette.DARK.runs},
    }
    _differing(
        data=pack(header, {"images": answered.images}),
        key=key,
        default={"pick": None},
        on_pick_change=on_pick,
    )


def picked(message: object) -> int | None:
    """Read which test digit was chosen; None if none is or it makes no sense."""
    index = message.get("index") if isinstance(message, Mapping) else None
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < 10_000:
        return None
    return index


def _check_pictures(name: str, array: Bytes, letters: str, shape: tuple[int, ...]) -> None:
    if array.shape != shape or array.dtype != np.uint8:
        found = f"{array.dtype} {array.shape}"
        raise ValueError(f"{name} must be uint8 {letters} = {shape}, got {found}")
