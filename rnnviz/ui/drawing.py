"""The draw page's work: what lies on the pad, and what a network makes of it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from PIL import Image

from rnnviz.core.reading import read
from rnnviz.data import ink as inks
from rnnviz.data import mnist, picture, strokes
from rnnviz.plots import pictures, sentences
from rnnviz.training import checkpoint
from rnnviz.ui import models, state
from rnnviz.ui.components.pad import pad
from rnnviz.ui.components.player import Panel, player

EXAMPLE = 61  # a test digit whose reading changes its mind on the way
HINT = "Draw a digit here, large, with mouse, finger or pen (or with arrow keys and Space)."


@dataclass(frozen=True)
class Seen:
    """What a network made of the ink.

    Attributes:
        frame: What it read, uint8, shape (28, 28).
        belief: Probabilities after each row, float32, shape (T, K).
        h: Hidden state after each row, float32, shape (T, D·P).
        decided: The row of the decision, from 1.
    """

    frame: NDArray[np.uint8]
    belief: NDArray[np.float32]
    h: NDArray[np.float32]
    decided: int

    @property
    def digit(self) -> int:
        """The answer."""
        return int(self.belief[-1].argmax())


def see(model_name: str, frame: NDArray[np.uint8]) -> Seen:
    """Let one of the embedded networks read one picture, uint8 (28, 28)."""
    models.one_thread()
    model = models.embedded(model_name)
    images = torch.from_numpy(frame[None]).to(models.device())
    reading = read(model, mnist.rows(images))
    belief, h = (part[:, 0].float().cpu().numpy() for part in (reading.belief, reading.h))
    return Seen(frame, belief, h, int(reading.decided_row[0]))


def lying_ink(source: state.Source, pen_width: int) -> inks.Ink:
    """Return the ink on the pad, 0 … 1, of any size; all 0 if there is none."""
    if source.kind == "digit":
        image: NDArray[np.uint8] = models.test_digits().images[source.index].numpy()
        return image.astype(np.float32) / np.float32(255)
    if source.kind == "upload" and source.ink is not None:
        return source.ink.astype(np.float32) / np.float32(255)
    if source.kind == "drawing" and (drawn := state.ink().strokes):
        return strokes.draw(drawn, pen_width)
    return np.zeros((strokes.PAD, strokes.PAD), np.float32)


def frame() -> NDArray[np.uint8] | None:
    """Return what lies on the pad as a network would be given it, uint8 (28, 28), if anything."""
    source = state.source()
    if source.kind == "drawing" and not state.ink().strokes:
        return None
    stages = inks.frame(lying_ink(source, strokes.PAD * 18 // 280))
    return None if stages is None else stages.frame


def show_pad(model_name: str, pen_width: int, framed: bool) -> None:
    """Show the pad and, beside it, what the network makes of the ink on it."""
    source, now = state.source(), state.ink()
    ink = lying_ink(source, pen_width)
    stages = inks.frame(ink)
    header: dict[str, Any] = {
        "ack": now.seq,
        "source": source.serial,
        "strokes": [[round(v) for point in stroke for v in point] for stroke in now.strokes],
        "width": pen_width,
        "units": models.embedded(model_name).head.in_features,
        "label": _state_label(model_name),
        "hint": HINT,
        "caption": _caption(source),
        "sentence": now.fault or source.note or "The network has seen nothing yet.",
    }
    arrays: dict[str, NDArray[Any]] = {}
    if source.kind != "drawing" and stages is not None:
        arrays["picture"] = np.rint(255 * ink).astype(np.uint8)
    if stages is not None:
        seen = see(model_name, stages.frame if framed else inks.resize(ink))
        words = (source.note, sentences.SHAPES[stages.shape])
        verdict = sentences.verdict(seen.belief, seen.decided)
        header["sentence"] = " ".join(filter(None, (verdict, *words)))
        header |= {"digit": seen.digit, "decided": seen.decided}
        arrays |= {"belief": seen.belief, "h": seen.h, "frame": seen.frame}
    pad(header, arrays, key=state.PAD, on_ink=state.choose_drawing)


def _state_label(model_name: str) -> str:
    config = models.embedded(model_name).config
    half = config.output_size
    two = f": {half} units read from the top, below them {half} from the bottom"
    return "hidden state h" + (two if config.bidirectional else "")


def _caption(source: state.Source) -> str:
    if source.kind == "digit":
        label = int(models.test_digits().labels[source.index])
        return f"MNIST test digit {source.index}, a {label}"
    return "your picture" if source.kind == "upload" and source.ink is not None else ""


def take_upload(content: bytes) -> None:
    """Lay an uploaded file on the pad, or say in one sentence why it cannot be."""
    try:
        read_picture = picture.read(content)
    except picture.PictureError as error:
        state.choose_upload(None, str(error))
        return
    if not read_picture.ink.any():
        state.choose_upload(None, "This picture is empty: nothing on it stands out from its edge.")
        return
    image = Image.fromarray(np.rint(255 * read_picture.ink).astype(np.uint8))
    image.thumbnail((strokes.PAD, strokes.PAD), Image.Resampling.BOX)
    state.choose_upload(np.asarray(image), read_picture.note)


def take_test_digit(digit: int) -> None:
    """Lay a random test digit of a class on the pad."""
    labels = models.test_digits().labels
    of_class = (labels == digit).nonzero()[:, 0]
    state.choose_digit(int(of_class[torch.randint(len(of_class), ())]))


def show_player(model_name: str, pen_width: int, framed: bool) -> None:
    """Show the reading of what lies on the pad, to be stepped through."""
    ink = lying_ink(state.source(), pen_width)
    stages = inks.frame(ink)
    if stages is None:
        st.info("Draw something first: its 28 rows will be here.", icon=":material/draw:")
        return
    _play(model_name, stages.frame if framed else inks.resize(ink))


def show_example() -> None:
    """Show the default network's reading of one test digit."""
    frame: NDArray[np.uint8] = models.test_digits().images[EXAMPLE].numpy()
    seen = _play(checkpoint.DEFAULT, frame)
    st.markdown(sentences.verdict(seen.belief, seen.decided))


def _play(model_name: str, frame: NDArray[np.uint8]) -> Seen:
    seen = see(model_name, frame)
    reading_id = f"{model_name}:{zlib.crc32(frame.tobytes())}"
    panels = (Panel("h", _state_label(model_name), seen.h),)
    player(reading_id, frame, seen.belief, seen.decided, panels, key="player")
    return seen


def show_framing(model_name: str, pen_width: int) -> None:
    """Show the way of the ink into the frame, and what the answer would be without it."""
    ink = lying_ink(state.source(), pen_width)
    stages = inks.frame(ink)
    if stages is None:
        st.info(
            "Draw something first: its way into the frame will be here.", icon=":material/draw:"
        )
        return
    captions, images = zip(*pictures.framing_stages(stages), strict=True)
    st.image([*images], [*captions], width=175)
    framed, raw = (see(model_name, frame) for frame in (stages.frame, inks.resize(ink)))
    st.markdown(sentences.framing(framed.belief[-1], raw.belief[-1]))


MEANING = """
- **Belief after row t** is the network's own head applied to its hidden state h_t. The network was
  trained to answer at row 28 only; what it would say earlier nobody taught it. For the network that
  reads in two directions it is the answer to rows 1…t, re-read from both ends as if the digit
  stopped there.
- **Decided at row t**: the first row from which the answer no longer changes.
- **Hidden state**: one line per unit, one column per row. Blue is negative, orange positive, the
  middle is 0.
- **In the link** are the network, the pen, the test digit and the switch above; a drawing or an
  upload stays with you.
"""
