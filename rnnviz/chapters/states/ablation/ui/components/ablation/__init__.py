"""Components of the ablation view: interventions, a digit's predictions, test cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeGuard, get_args

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.session_arrays import pack

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Do = Literal["add", "remove", "clear", "undo", "pick", "measure", "cancel", "again"]

FILES = ComponentFiles(__file__)
_breaking = st.components.v2.component(
    "rnnviz_breaking",
    html=FILES.source("./ablation.html"),
    css=FILES.source("component_view.css", "axes.css", "./ablation.css"),
    js=FILES.script("./ablation.js"),
)
_effect = st.components.v2.component(
    "rnnviz_effect",
    html=FILES.source("./effect.html"),
    css=FILES.source("component_view.css", "./effect.css"),
    js=FILES.script("./effect.js"),
)
_spliced = st.components.v2.component(
    "rnnviz_spliced",
    html=FILES.source("./splice.html"),
    css=FILES.source("component_view.css", "axes.css", "./splice.css"),
    js=FILES.script("./splice.js"),
)


@dataclass(frozen=True, eq=False)
class Part:
    """What of the cell can be changed, and what it held.

    Attributes:
        name: Its letter.
        label: What stands above it.
        before: Of the network as it is, from `range`'s ends as 0 … 255, uint8, shape (F, U).
        after: Of the changed network, the same.
        range: The values at the two ends of the scale.
        scale: Of the palette: "diverging" for what is centred on 0.
        changed: Units that are changed, from 0.
    """

    name: str
    label: str
    before: Bytes
    after: Bytes
    range: tuple[float, float]
    scale: Literal["diverging", "sequential"]
    changed: Sequence[int] = ()


@dataclass(frozen=True)
class Act:
    """A change as the list shows it: what it is called, and its link."""

    words: str
    link: str


@dataclass(frozen=True, eq=False)
class Changed:
    """One digit's reading, as the network is and as it is changed.

    Attributes:
        id: Another for another digit, network, layer or direction.
        frame: The digit, uint8, shape (28, 28).
        entering: The time step, from 0, in which each pixel is read, shape (28, 28).
        before: Beliefs as it is, shape (T, K).
        after: Beliefs when it is changed, shape (T, K).
        parts: What can be changed here; "h" first.
        acts: What is changed, anywhere.
        undo: Whether something can be undone.
        told: The sentence.
        digit: What is read, e.g. "test digit 61, a 8".
        place: How a link begins here, e.g. "l0f".
        where: The same in words, or "".
        word: What a time step is called.
        reverse: Whether this direction begins with the last time step.
        picked: A unit that was picked in a list, from 0, and the command's serial.
    """

    id: str
    frame: Bytes
    entering: NDArray[Any]
    before: Floats
    after: Floats
    parts: Sequence[Part]
    acts: Sequence[Act]
    undo: bool
    told: str
    digit: str
    place: str
    where: str
    word: str
    reverse: bool = False
    picked: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.before.shape != self.after.shape:
            raise ValueError(f"after must be (T, K) = {self.before.shape}, got {self.after.shape}")
        for part in self.parts:
            if part.before.shape != part.after.shape:
                shapes = f"{part.before.shape}, got {part.after.shape}"
                raise ValueError(f"{part.name} after must be (F, U) = {shapes}")

    def header(self) -> dict[str, Any]:
        """Return what goes to the browser as words."""
        names = ("id", "undo", "told", "digit", "place", "where", "word", "reverse", "picked")
        listed = ("name", "label", "range", "scale", "changed")
        return {
            **{name: getattr(self, name) for name in names},
            "acts": [asdict(act) for act in self.acts],
            "parts": [{name: getattr(part, name) for name in listed} for part in self.parts],
        }

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what goes to the browser as numbers."""
        return {
            "frame": self.frame,
            "entering": self.entering.astype(np.float32),
            "before": self.before.astype(np.float32),
            "after": self.after.astype(np.float32),
            **{f"before.{part.name}": part.before for part in self.parts},
            **{f"after.{part.name}": part.after for part in self.parts},
        }


@dataclass(frozen=True)
class Ranked:
    """Units in the order of how much they matter.

    Attributes:
        title: What stands above them.
        told: The sentence.
        units: From 0, the one that matters most first.
        drops: What is lost without each, as words.
        lengths: The same as a share of the list's largest, 0 … 1.
        button: What a button under it says, or "".
        share: How far the measuring is, 0 … 1; None if none goes on.
    """

    title: str
    told: str
    units: Sequence[int] = ()
    drops: Sequence[str] = ()
    lengths: Sequence[float] = ()
    button: str = ""
    share: float | None = None


@dataclass(frozen=True, eq=False)
class Costs:
    """What the changes cost on the test digits.

    Attributes:
        told: Sentences: what they cost, and what random sets cost.
        classes: Shares right of each class before and after, shape (2, 10); None if not known.
        draws: What each random set costs, in points.
        interval: Least and most that one more would cost, in points.
        cost: What the chosen ones cost, in points; None if not known.
        progress: How far the computing is, 0 … 1; None if none goes on.
        doing: What is computed.
        stopped: Whether it was cancelled.
        rankings: The lists of units.
    """

    told: Sequence[str]
    classes: Floats | None = None
    draws: Sequence[float] = ()
    interval: tuple[float, float] | None = None
    cost: float | None = None
    progress: float | None = None
    doing: str = ""
    stopped: bool = False
    rankings: Sequence[Ranked] = ()


@dataclass(frozen=True, eq=False)
class Variant:
    """What became of the memory at the seam: its name, and beliefs after each row, (T, K)."""

    name: str
    belief: Floats


@dataclass(frozen=True)
class Command:
    """What a person asked for: the action, a change's link or a unit, and a rising number."""

    do: Do
    serial: int
    act: str = ""
    at: int = 0


def breaking(changed: Changed, *, key: str, on_do: Callable[[], None]) -> None:
    """Show a reading before and after, and let the person change the network.

    Args:
        changed: What there is to see.
        key: Of the component.
        on_do: Called before the next run when something was asked for; `command` reads what.
    """
    _breaking(
        data=pack(changed.header(), changed.arrays()),
        key=key,
        default={"do": None},
        on_do_change=on_do,
    )


def effect(costs: Costs, *, key: str, on_do: Callable[[], None]) -> None:
    """Show what the changes cost on the test digits; arguments as for `breaking`."""
    header: dict[str, Any] = {
        k: v for k, v in vars(costs).items() if k not in ("classes", "rankings")
    }
    header["rankings"] = [asdict(one) for one in costs.rankings]
    arrays: dict[str, NDArray[Any]] = {}
    if costs.classes is not None:
        arrays["classes"] = costs.classes.astype(np.float32)
    _effect(data=pack(header, arrays), key=key, default={"do": None}, on_do_change=on_do)


def spliced(
    variants: Sequence[Variant],
    frame: Bytes,
    entering: NDArray[Any],
    row: int,
    word: str,
    *,
    key: str,
) -> None:
    """Show what two joined halves are taken for, under one cursor.

    Args:
        variants: What became of the memory.
        frame: The halves as joined, uint8, shape (28, 28).
        entering: The time step, from 0, in which each pixel is read, shape (28, 28).
        row: The first row of the second half, from 0.
        word: What a time step is called.
        key: Of the component.
    """
    header = {"names": [one.name for one in variants], "row": row, "word": word}
    beliefs = np.stack([one.belief for one in variants]).astype(np.float32)
    steps = entering.astype(np.float32)
    arrays: dict[str, NDArray[Any]] = {"frame": frame, "entering": steps, "beliefs": beliefs}
    _spliced(data=pack(header, arrays), key=key)


def command(message: object) -> Command | None:
    """Read what a component sent last; None if that is nothing or makes no sense."""
    if not isinstance(message, Mapping) or message.get("do") not in get_args(Do):
        return None
    serial, act, at = message.get("serial"), message.get("act", ""), message.get("at", 0)
    if not (_is_count(serial, 10**15) and _is_count(at, 10**6)):
        return None
    if not isinstance(act, str) or len(act) > 2000:
        return None
    return Command(message["do"], serial, act, at)


def _is_count(value: object, below: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below
