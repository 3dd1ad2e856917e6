"""A network's reading of the image on the pad, and the pad that shows its prediction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rnnviz.core.inspect.reading import read
from rnnviz.data import mnist_frame
from rnnviz.ui.components import pad as component
from rnnviz.ui.figures import reading_text
from rnnviz.ui.server import embedded_models
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import pad
from rnnviz.ui.widgets.model_choice import ChosenModel

HINT = "Draw a digit here, large, with mouse, finger or pen (or with arrow keys and Space)."


@dataclass(frozen=True)
class Seen:
    """What a network made of the ink.

    Attributes:
        frame: What it read, uint8, shape (28, 28).
        belief: Probabilities after each row, float32, shape (T, K).
        h: Hidden state after each row, float32, shape (T, D·P).
        decided: The row of the decision, from 1.
        reach: The largest value of h, or 1 if that is more: the ends of its colours.
    """

    frame: NDArray[np.uint8]
    belief: NDArray[np.float32]
    h: NDArray[np.float32]
    decided: int
    reach: float

    @property
    def lost(self) -> bool:
        """Whether the network's numbers are none any more: there is no answer."""
        return not np.isfinite(self.belief).all()

    @property
    def digit(self) -> int:
        """The answer."""
        return int(self.belief[-1].argmax())


def see(model: ChosenModel, frame: NDArray[np.uint8]) -> Seen:
    """Let a network read one picture, uint8 (28, 28)."""
    embedded_models.one_thread()
    images = torch.from_numpy(frame[None]).to(embedded_models.device())
    reading = read(model.model, model.sequences(images))
    belief, h = (part[:, 0].float().cpu().numpy() for part in (reading.belief, reading.h))
    reach = float(np.abs(h, where=np.isfinite(h), out=np.zeros_like(h)).max())
    return Seen(frame, belief, h, int(reading.decided_row[0]), max(reach, 1.0))


def show_pad(
    model: ChosenModel,
    pen_width: int,
    framed: bool,
    see_it: Callable[[ChosenModel, NDArray[np.uint8]], Seen] = see,
) -> None:
    """Show the pad and, beside it, what the network makes of the ink on it, or `see_it` for it."""
    source, now = pad.source(), pad.ink()
    ink = pad.lying_ink(source, pen_width)
    stages = mnist_frame.frame(ink)
    header: dict[str, Any] = {
        "ack": now.seq,
        "source": source.serial,
        "width": pen_width,
        "units": model.model.config.num_directions * model.model.config.output_size,
        "label": state_label(model),
        "word": model.word,
        "length": model.length,
        "hint": HINT,
        "caption": _caption(source),
        "sentence": now.fault or source.note or "The network has seen nothing yet.",
    }
    if not pad.answers_pen():
        header["strokes"] = [
            [round(v) for point in stroke for v in point] for stroke in now.strokes
        ]
    arrays: dict[str, NDArray[Any]] = {}
    if source.kind != "drawing" and stages is not None:
        arrays["picture"] = np.rint(255 * ink).astype(np.uint8)
    if stages is not None:
        seen = see_it(model, stages.frame if framed else mnist_frame.resize(ink))
        words = (source.note, reading_text.SHAPES[stages.shape])
        header["sentence"] = " ".join(filter(None, (verdict(seen, model), *words)))
        arrays["frame"] = seen.frame
        if not seen.lost:
            header |= {"digit": seen.digit, "decided": seen.decided, "reach": seen.reach}
            arrays |= {"belief": seen.belief, "h": seen.h}
    component.pad(header, arrays, key=session_keys.PAD, on_ink=pad.choose_drawing)


def verdict(seen: Seen, model: ChosenModel) -> str:
    """Say what a network answers and when it decided, or that its numbers are lost."""
    return (
        reading_text.LOST
        if seen.lost
        else reading_text.verdict(seen.belief, seen.decided, model.word)
    )


def state_label(model: ChosenModel) -> str:
    """Name the hidden state, and of a network in two directions which units read from where."""
    config = model.model.config
    half = config.output_size
    first, last = reading_text.STARTS[model.time_step]
    two = f": {half} units read from {first}, below them {half} from {last}"
    return "hidden state h" + (two if config.bidirectional else "")


def _caption(source: pad.Source) -> str:
    if source.kind == "digit":
        label = int(embedded_models.test_digits().labels[source.index])
        return f"MNIST test digit {source.index}, a {label}"
    return "your picture" if source.kind == "upload" and source.ink is not None else ""
