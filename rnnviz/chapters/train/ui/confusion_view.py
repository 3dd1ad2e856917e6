"""View of the digits in one cell of the confusion matrix, one of them read row by row."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.train.ui import keys
from rnnviz.chapters.train.ui.components.training import Cell
from rnnviz.data.sequences import STEP_WORDS, entering
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.tasks import checkpoint_readers
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.components.player import Panel, player
from rnnviz.ui.figures import framing_images, reading_text
from rnnviz.ui.figures.numbers import counted
from rnnviz.ui.server import embedded_models
from rnnviz.ui.server.checkpoint_cache import Looks

SHOWN = 24


def show(cell: Cell | None, snapshot: Snapshot, config: RunConfig, looks: Looks) -> None:
    """Show the test digits of a cell, and the story of the one that is opened."""
    guessed = None if cell is None else looks.guesses_at(cell.step)
    if cell is None or guessed is None:
        return
    test = embedded_models.test_digits()
    labels = test.labels.numpy()[: checkpoint_readers.GUESSED]
    found = np.flatnonzero((labels == cell.true) & (guessed == cell.predicted))
    st.subheader(_title(cell, len(found)), anchor=False)
    if not len(found):
        return
    st.image(
        [
            framing_images.data_url(framing_images.thumbnail(test.images[int(n)].numpy()))
            for n in found[:SHOWN]
        ],
        [str(n) for n in found[:SHOWN]],
        width=72,
    )
    opened = st.pills(
        "Open one, row by row",
        [int(n) for n in found[:SHOWN]],
        default=int(found[0]),
        key=keys.OPENED,
        required=True,
    )
    _open(int(opened if opened is not None else found[0]), cell, snapshot, config, looks)


def _title(cell: Cell, count: int) -> str:
    took = "read right" if cell.true == cell.predicted else f"taken for {cell.predicted}"
    return (
        f"After step {cell.step:,}: {counted(count, 'digit')} that are {cell.true}, {took}, "
        f"of the first {checkpoint_readers.GUESSED:,} test digits"
    )


def _open(index: int, cell: Cell, snapshot: Snapshot, config: RunConfig, looks: Looks) -> None:
    picture: NDArray[np.uint8] = embedded_models.test_digits().images[index].numpy()
    h, belief = looks.story_at(snapshot, cell.step, picture)
    decided = _decided(belief)
    st.markdown(reading_text.verdict(belief, decided, STEP_WORDS[config.time_step]))
    values = (h.astype(np.float32) / 255 * 2 - 1).astype(np.float32)
    player(
        f"{snapshot.id}:{cell.step}:{index}",
        picture,
        belief,
        decided,
        (Panel("h", "hidden state h", values),),
        key="mistake",
        entering=entering(config.time_step, config.chunk).numpy(),
        word=STEP_WORDS[config.time_step],
    )


def _decided(belief: NDArray[np.float32]) -> int:
    """Return the first step, from 1, from which the answer is the last one's."""
    other = np.flatnonzero(belief.argmax(1) != belief[-1].argmax())
    return int(other[-1]) + 2 if len(other) else 1
