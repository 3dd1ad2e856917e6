"""Component of a run in training, with a cursor over its checkpoints on the client."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import streamlit as st
from numpy.typing import NDArray

from rnnviz.training.health.check_result import Light
from rnnviz.ui.components.component_files import ComponentFiles
from rnnviz.ui.components.packing import pack
from rnnviz.ui.components.run_arrays import Curves, Frames, Probe, Ten

__all__ = ["Cell", "Curves", "Frames", "Light", "Probe", "Run", "Ten", "training"]

FILES = ComponentFiles(__file__)
_training = st.components.v2.component(
    "rnnviz_training",
    html=FILES.source("./training.html"),
    css=FILES.source(
        "component_view.css",
        "axes.css",
        "./training.css",
        "./panels.css",
        "./confusion.css",
    ),
    js=FILES.script("./training.js"),
)


@dataclass(frozen=True)
class Run:
    """Which run is shown and how it stands.

    Attributes:
        key: Changes with the run; the cursors then go to the newest frame and the last row.
        version: Grows with what is shown; "rnnviz:trained" tells the document when it is drawn.
        state: "idle" before the first run, else a job's state; "queued", "starting", "running",
            "paused", "done", "failed" and "cancelled" are told apart by the placeholders.
        steps: Of the whole run, the end of the x axis; 0 while there is no run.
        progress: Share of the run that is done.
        words: What stands under the bar, e.g. "epoch 1/3 · step 612 of 2,814 · 0:14 left · CPU".
    """

    key: str
    version: int = 0
    state: str = "idle"
    steps: int = 0
    progress: float = 0.0
    words: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of the confusion matrix that a person chose.

    Attributes:
        run: The key of its run.
        step: Of the training, of the frame that was shown.
        true: What the digits are.
        predicted: What they are taken for.
        serial: Grows with every click, so that the same cell twice is two messages.
    """

    run: str
    step: int
    true: int
    predicted: int
    serial: int

    @classmethod
    def of(cls, message: object) -> Cell | None:
        """Read what came from the client; None if nothing is chosen or it makes no sense."""
        if not isinstance(message, Mapping) or not isinstance(message.get("run"), str):
            return None
        whole: dict[str, int] = {}
        for name in ("step", "true", "predicted", "serial"):
            value = message.get(name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                return None
            whole[name] = value
        if max(whole["true"], whole["predicted"]) > 9:
            return None
        return cls(run=message["run"], **whole)


def training(
    run: Run,
    curves: Curves,
    frames: Frames,
    lights: Sequence[Light],
    probe: Probe,
    ten: Ten,
    *,
    key: str,
    word: Literal["row", "column", "step"] = "row",
    judge: Literal["test", "held out"] = "test",
    state_label: str = "hidden state h",
    on_cell: Callable[[], None] = lambda: None,
) -> Cell | None:
    """Show a training: its curves, what the network makes of a few digits, and how it feels.

    Call it again with the same key for every newer version: it is redrawn in place.

    Args:
        run: Which run, and how it stands.
        curves: Loss and accuracy so far.
        frames: What the network was at some moments; one while live, none before the first run.
        lights: Its health.
        probe: The digit that is read row by row.
        ten: The ten digits of the small pictures.
        key: Of the component.
        word: What one time step of the network is.
        judge: What the accuracy beside that of training is called.
        state_label: What stands above the heatmap.
        on_cell: Called before the next run when a cell of the confusion matrix was chosen.

    Returns: The cell that is chosen in this run, None if none is.

    Raises:
        ValueError: If a shape does not fit the others.
    """
    header = {
        "run": asdict(run),
        "lights": [asdict(light) for light in lights],
        "word": word,
        "judge": judge,
        "state_label": state_label,
        "probe": probe.words,
        "labels": [int(label) for label in ten.labels],
        "frame_steps": [int(step) for step in frames.step],
    }
    arrays: dict[str, NDArray[Any]] = {
        **curves.arrays(),
        **frames.arrays(),
        **probe.arrays(),
        **ten.arrays(),
    }
    result = _training(
        data=pack(header, arrays), key=key, default={"cell": None}, on_cell_change=on_cell
    )
    cell = Cell.of(result.get("cell"))
    return cell if cell is not None and cell.run == run.key else None
