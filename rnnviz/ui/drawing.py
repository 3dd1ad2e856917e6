"""The draw page's work: what lies on the pad, and what a network makes of it."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from PIL import Image

from rnnviz.core.reading import read
from rnnviz.data import ink as inks
from rnnviz.data import picture, strokes
from rnnviz.plots import pictures, sentences
from rnnviz.ui import chosen, counted, models, pad_state, state
from rnnviz.ui.chosen import ChosenModel
from rnnviz.ui.components.pad import pad
from rnnviz.ui.components.player import Panel, player

KEPT = 64  # readings, of 15 kB at H = 128 and T = 28
EXAMPLE = 61  # a test digit whose reading changes its mind on the way
HINT = "Draw a digit here, large, with mouse, finger or pen (or with arrow keys and Space)."
LOST = (
    "This network's numbers were lost while it learnt: its answer is no number. Choose another one."
)
# Where the two directions of a network begin.
STARTS = {
    "rows": ("the top", "the bottom"),
    "columns": ("the left", "the right"),
    "permuted": ("the first row on", "the last one back"),
    "pixels": ("the first pixel on", "the last one back"),
}


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
    models.one_thread()
    images = torch.from_numpy(frame[None]).to(models.device())
    reading = read(model.model, model.sequences(images))
    belief, h = (part[:, 0].float().cpu().numpy() for part in (reading.belief, reading.h))
    reach = float(np.abs(h, where=np.isfinite(h), out=np.zeros_like(h)).max())
    return Seen(frame, belief, h, int(reading.decided_row[0]), max(reach, 1.0))


def _kept(model: ChosenModel, frame: NDArray[np.uint8]) -> Seen:
    """Let a network read a picture, unless it has done so not long ago."""
    return _seen(model.identity, frame.tobytes(), _model=model, _frame=frame)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _seen(identity: str, content: bytes, *, _model: ChosenModel, _frame: NDArray[np.uint8]) -> Seen:
    return see(_model, _frame)


def lying_ink(source: pad_state.Source, pen_width: int) -> inks.Ink:
    """Return the ink on the pad, 0 … 1, of any size; all 0 if there is none."""
    if source.kind == "digit":
        image: NDArray[np.uint8] = models.test_digits().images[source.index].numpy()
        return image.astype(np.float32) / np.float32(255)
    if source.kind == "upload" and source.ink is not None:
        return source.ink.astype(np.float32) / np.float32(255)
    if source.kind == "drawing" and (drawn := pad_state.ink().strokes):
        return strokes.draw(drawn, pen_width)
    return np.zeros((strokes.PAD, strokes.PAD), np.float32)


def frame() -> NDArray[np.uint8] | None:
    """Return what lies on the pad as a network would be given it, uint8 (28, 28), if anything."""
    source = pad_state.source()
    if source.kind == "drawing" and not pad_state.ink().strokes:
        return None
    stages = inks.frame(lying_ink(source, strokes.PAD * 18 // 280))
    return None if stages is None else stages.frame


def intro(model: ChosenModel) -> str:
    """Say how a network reads, and what there is to see."""
    return (
        f"It reads your digit {sentences.manner(model.time_step, model.chunk)}. "
        f"After each {model.word} you see what it holds in memory, and what it would answer."
    )


def answer(model: ChosenModel, pen_width: int, framed: bool) -> None:
    """Show the pad and what a network makes of it, and count how long that took."""
    if pad_state.source().kind == "drawing" and pad_state.ink().strokes:
        with counted.answers().timed():
            show_pad(model, pen_width, framed)
    else:
        show_pad(model, pen_width, framed)


def show_pad(
    model: ChosenModel,
    pen_width: int,
    framed: bool,
    see_it: Callable[[ChosenModel, NDArray[np.uint8]], Seen] = see,
) -> None:
    """Show the pad and, beside it, what the network makes of the ink on it, or `see_it` for it."""
    source, now = pad_state.source(), pad_state.ink()
    ink = lying_ink(source, pen_width)
    stages = inks.frame(ink)
    header: dict[str, Any] = {
        "ack": now.seq,
        "source": source.serial,
        "strokes": [[round(v) for point in stroke for v in point] for stroke in now.strokes],
        "width": pen_width,
        "units": model.model.head.in_features,
        "label": _state_label(model),
        "word": model.word,
        "length": model.length,
        "hint": HINT,
        "caption": _caption(source),
        "sentence": now.fault or source.note or "The network has seen nothing yet.",
    }
    arrays: dict[str, NDArray[Any]] = {}
    if source.kind != "drawing" and stages is not None:
        arrays["picture"] = np.rint(255 * ink).astype(np.uint8)
    if stages is not None:
        seen = see_it(model, stages.frame if framed else inks.resize(ink))
        words = (source.note, sentences.SHAPES[stages.shape])
        header["sentence"] = " ".join(filter(None, (_verdict(seen, model), *words)))
        arrays["frame"] = seen.frame
        if not seen.lost:
            header |= {"digit": seen.digit, "decided": seen.decided, "reach": seen.reach}
            arrays |= {"belief": seen.belief, "h": seen.h}
    pad(header, arrays, key=state.PAD, on_ink=pad_state.choose_drawing)


def _verdict(seen: Seen, model: ChosenModel) -> str:
    return LOST if seen.lost else sentences.verdict(seen.belief, seen.decided, model.word)


def _state_label(model: ChosenModel) -> str:
    config = model.model.config
    half = config.output_size
    first, last = STARTS[model.time_step]
    two = f": {half} units read from {first}, below them {half} from {last}"
    return "hidden state h" + (two if config.bidirectional else "")


def _caption(source: pad_state.Source) -> str:
    if source.kind == "digit":
        label = int(models.test_digits().labels[source.index])
        return f"MNIST test digit {source.index}, a {label}"
    return "your picture" if source.kind == "upload" and source.ink is not None else ""


def take_upload(content: bytes) -> None:
    """Lay an uploaded file on the pad, or say in one sentence why it cannot be."""
    try:
        read_picture = picture.read(content)
    except picture.PictureError as error:
        pad_state.choose_upload(None, str(error))
        return
    if not read_picture.ink.any():
        pad_state.choose_upload(
            None, "This picture is empty: nothing on it stands out from its edge."
        )
        return
    image = Image.fromarray(np.rint(255 * read_picture.ink).astype(np.uint8))
    image.thumbnail((strokes.PAD, strokes.PAD), Image.Resampling.BOX)
    pad_state.choose_upload(np.asarray(image), read_picture.note)


def take_test_digit(digit: int) -> None:
    """Lay a random test digit of a class on the pad."""
    labels = models.test_digits().labels
    of_class = (labels == digit).nonzero()[:, 0]
    pad_state.choose_digit(int(of_class[torch.randint(len(of_class), ())]))


def show_player(model: ChosenModel, pen_width: int, framed: bool) -> None:
    """Show the reading of what lies on the pad, to be stepped through."""
    ink = lying_ink(pad_state.source(), pen_width)
    stages = inks.frame(ink)
    if stages is None:
        words = f"Draw something first: its {model.length} {model.word}s will be here."
        st.info(words, icon=":material/draw:")
        return
    _play(model, stages.frame if framed else inks.resize(ink))


def show_example() -> None:
    """Show the default network's reading of one test digit."""
    frame: NDArray[np.uint8] = models.test_digits().images[EXAMPLE].numpy()
    model = chosen.chosen(chosen.DEFAULT)
    st.markdown(_verdict(_play(model, frame), model))


def _play(model: ChosenModel, frame: NDArray[np.uint8]) -> Seen:
    seen = _kept(model, frame)
    if seen.lost:
        st.info(LOST, icon=":material/error:")
        return seen
    reading_id = f"{model.identity}:{zlib.crc32(frame.tobytes())}"
    panel = Panel("h", _state_label(model), seen.h, range=(-seen.reach, seen.reach))
    player(
        reading_id,
        frame,
        seen.belief,
        seen.decided,
        (panel,),
        key="player",
        entering=model.entering(),
        word=model.word,
    )
    return seen


def show_framing(model: ChosenModel, pen_width: int) -> None:
    """Show the way of the ink into the frame, and what the answer would be without it."""
    ink = lying_ink(pad_state.source(), pen_width)
    stages = inks.frame(ink)
    if stages is None:
        st.info(
            "Draw something first: its way into the frame will be here.", icon=":material/draw:"
        )
        return
    captions, images = zip(*pictures.framing_stages(stages), strict=True)
    st.image([*images], [*captions], width=175)
    framed, raw = (_kept(model, frame) for frame in (stages.frame, inks.resize(ink)))
    if not (framed.lost or raw.lost):
        st.markdown(sentences.framing(framed.belief[-1], raw.belief[-1]))


MEANING = """
- **Belief after row t** is the network's own head applied to its hidden state h_t (or to the mean
  or maximum of h_1…h_t, if it was trained with that). The network was trained to answer at the end
  only; what it would say earlier nobody taught it. For a network that reads in two directions it is
  the answer to rows 1…t, re-read from both ends as if the digit stopped there. A network trained
  here may read columns or pixels instead of rows.
- **Decided at row t**: the first row from which the answer no longer changes.
- **Hidden state**: that of the top layer, one line per unit, one column per row. Blue is negative,
  orange positive, the middle is 0.
- **In the link** are the network, the pen, the test digit and the switch above; a drawing or an
  upload stays with you.
"""
