"""Component of a race: live curves, the accuracies of every round, and the intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack
from rnnviz.ui.components.run_arrays import Curves
from rnnviz.ui.figures import palette

__all__ = ["Chosen", "Curves", "Duel", "Racer", "Result", "Row", "Said", "race"]

FILES = ComponentFiles(__file__)
_race = st.components.v2.component(
    "rnnviz_race",
    html=FILES.source("./race.html"),
    css=FILES.source("component_view.css", "overlay.css", "./race.css"),
    js=FILES.script("./race.js"),
)


@dataclass(frozen=True, eq=False)
class Racer:
    """One of the networks of a race.

    Attributes:
        cell: "rnn", "gru" or "lstm"; decides the colour.
        name: E.g. "LSTM".
        size: E.g. "64 units".
        parameters: E.g. "24,714 parameters".
        mean: Over the rounds that count, e.g. "91.43 %".
        curves: Of the round whose curves are shown.
    """

    cell: str
    name: str
    size: str
    parameters: str
    mean: str = "–"
    curves: Curves = field(default_factory=Curves)


@dataclass(frozen=True)
class Result:
    """What stands for one network in one round.

    Attributes:
        run: Its id, "" if it cannot be opened.
        words: E.g. "91.43 %" or "step 61".
        share: Of its steps that are done.
        counts: Whether the number is one of those that decide.
        best: Whether no other of its round reads more.
        why: What else there is to say, e.g. why it failed.
    """

    run: str
    words: str
    share: float
    counts: bool = False
    best: bool = False
    why: str = ""


@dataclass(frozen=True)
class Row:
    """One round: its number, its seed, and a result for each network."""

    number: int
    seed: int
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Duel:
    """Two networks, the one with the better mean first, in percentage points.

    Attributes:
        better: Its name.
        other: That of the other.
        mean: Of better minus other.
        half_width: Of the interval; None if one round cannot tell.
        tells: Whether 0 lies outside.
        words: E.g. "1.1 ± 0.3 points".
    """

    better: str
    other: str
    mean: float
    half_width: float | None
    tells: bool
    words: str


@dataclass(frozen=True)
class Said:
    """How a race stands.

    Attributes:
        key: Changes with the race.
        version: Grows with what is shown; "rnnviz:raced" tells the document when it is drawn.
        state: "idle", "going", "stopped" or "done".
        steps: Of each network in a round.
        progress: Share of the race that is done.
        words: What stands under the bar.
        shown: The number of the round whose curves are shown.
        sentence: What the race tells.
    """

    key: str
    version: int = 0
    state: str = "idle"
    steps: int = 0
    progress: float = 0.0
    words: str = ""
    shown: int = 1
    sentence: str = ""


@dataclass(frozen=True)
class Chosen:
    """What a person clicked.

    Attributes:
        run: The id of the run to be opened, or "".
        round: The round whose curves are wanted; 0 follows the race.
    """

    run: str = ""
    round: int = 0

    @classmethod
    def of(cls, opened: object, shown: object, key: str) -> Chosen:
        """Read what came from the client; what makes no sense is nothing."""
        run, number = "", 0
        if isinstance(opened, Mapping) and isinstance(opened.get("run"), str):
            run = opened["run"]
        if isinstance(shown, Mapping) and shown.get("race") == key:
            wanted = shown.get("round")
            number = wanted if type(wanted) is int and wanted > 0 else 0
        return cls(run, number)


def race(
    said: Said, racers: Sequence[Racer], rows: Sequence[Row], duels: Sequence[Duel], *, key: str
) -> Chosen:
    """Show a race; call it again with the same key for every newer version.

    Args:
        said: How it stands.
        racers: Two or three.
        rows: Of the table, one for each round.
        duels: Of every two racers; () before the first round counts.
        key: Of the component.

    Returns: What was clicked.

    Raises:
        ValueError: If there are fewer or more racers, or a row has another number of results.
    """
    if not 2 <= len(racers) <= 3:
        raise ValueError(f"racers must be two or three, got {len(racers)}")
    for row in rows:
        if len(row.results) != len(racers):
            found = f"{len(row.results)} results for {len(racers)} racers"
            raise ValueError(f"round {row.number} has {found}")
    light, dark = palette.LIGHT.cells, palette.DARK.cells
    names = ("cell", "name", "size", "parameters", "mean")
    header = {
        "said": asdict(said),
        "racers": [
            {name: getattr(racer, name) for name in names}
            | {"colours": {"light": light[racer.cell], "dark": dark[racer.cell]}}
            for racer in racers
        ],
        "rows": [asdict(row) for row in rows],
        "duels": [asdict(duel) for duel in duels],
    }
    arrays: dict[str, NDArray[Any]] = {}
    for n, racer in enumerate(racers):
        arrays |= {f"{n}.{name}": array for name, array in racer.curves.arrays().items()}
    result = _race(
        data=pack(header, arrays),
        key=key,
        default={"shown": None},
        on_shown_change=lambda: None,
        on_open_change=lambda: None,
    )
    return Chosen.of(result.get("open"), result.get("shown"), said.key)
