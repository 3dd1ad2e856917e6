"""View "Memory": gradients through time, pixel attributions, accuracy when reading stops early."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.states.memory import text
from rnnviz.chapters.states.memory.text import Named
from rnnviz.chapters.states.memory.ui import jobs
from rnnviz.chapters.states.memory.ui.components import memory as view
from rnnviz.chapters.states.memory.ui.components.memory import Remembered, Spoken, Told
from rnnviz.chapters.states.memory.ui.jobs import Felt, Method, Pixels
from rnnviz.chapters.states.ui import keys
from rnnviz.chapters.states.ui.studied_network import Subject
from rnnviz.data.sequences import entering
from rnnviz.training.loop.evaluate import RowAccuracy
from rnnviz.ui.figures import reading_text
from rnnviz.ui.server import embedded_models
from rnnviz.ui.session.linked_values import ComponentValue
from rnnviz.ui.session.markdown_escape import plain
from rnnviz.ui.widgets import model_choice
from rnnviz.ui.widgets.incremental import Job, live, work
from rnnviz.ui.widgets.model_choice import ChosenModel
from rnnviz.ui.widgets.setting_controls import one_of, switch

PLAIN, GATED = "RNN-128", "LSTM-128"  # what a network is compared with, and a plain RNN itself
ANSWER = "its answer"
METHODS: dict[str, Method] = {  # as the link spells them
    "Integrated gradients": "integrated",
    "Gradient × input": "times input",
}

ROW = ComponentValue(keys.MEMORY, "_memory_row", view.row_of)
Bytes = NDArray[np.uint8]


def show(subject: Subject) -> None:
    """Show how far back a network's memory of a digit reaches, beside a plain RNN's."""
    network = subject.model
    other = model_choice.chosen(GATED if network.name == PLAIN else PLAIN)
    stops = [jobs.stops(one.identity, one) for one in (network, other)]

    def filling() -> bool:
        return _show((network, other), stops, subject.frame, subject.digit, subject.label)

    live(keys.LIVE_MEMORY, filling, done=all(job.over for job in stops))


def _show(
    networks: tuple[ChosenModel, ChosenModel],
    stops: Sequence[Job[RowAccuracy]],
    picture: Bytes,
    words: str,
    label: int | None,
) -> bool:
    """Show all that is known; whether all of it is."""
    network = networks[0]
    answer = jobs.answer(network, picture)
    asked, method, relative = _ask(answer)
    target = answer if label is None else label
    felt = [jobs.felt(one.identity, picture, target, one) for one in networks]
    if felt[0].lost:
        st.info(reading_text.LOST, icon=":material/error:")
        return work(stops)
    pixels = jobs.pixels(network.identity, picture.tobytes(), asked, method, network)
    done = work([pixels], stops)
    found = pixels.newest or Pixels(np.zeros((28, 28), np.float32), np.nan, np.nan)
    spoken, complete = Spoken(asked, found.values, pixels.over), ""
    if pixels.over:
        change = float(found.values.sum()), found.before, found.score
        complete = text.complete(*change, asked, integrated=method == "integrated")
    remembered = [_remembered(*each, relative) for each in zip(networks, felt, stops, strict=True)]
    read = min(job.newest.read if job.newest is not None else 0 for job in stops)
    row = cursor(network.length)
    view.memory(
        f"{network.identity}:{zlib.crc32(picture.tobytes())}",
        picture,
        words,
        remembered,
        spoken,
        _told(network, felt, remembered, read, spoken, complete),
        relative=relative,
        start=ROW.start(row),
        key=keys.MEMORY,
        on_set=ROW.take,
    )
    keys.ROW.link(row if row != network.length else 0)
    _tables(network, felt, remembered, spoken)
    return done


def cursor(steps: int) -> int:
    """Return the time step of the cursor, from 1, 0: the last; at first the link's."""
    found = ROW.now(lambda: keys.ROW.linked(lambda row: 1 <= row <= steps))
    return found if found <= steps else 0


def _ask(answer: int) -> tuple[int, Method, bool]:
    """Let the person choose the class asked about, how the pixels are shown, and the scale."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        asked = one_of(
            "Which pixels spoke for",
            keys.ASKED,
            [ANSWER, *map(str, range(10))],
            "The class whose logit is shared out among the pixels.",
        )
        method = one_of(
            "By",
            keys.METHOD,
            [*METHODS],
            "Integrated gradients go the whole way from an empty page to the digit; gradient × "
            "input looks at the slope at the digit alone.",
        )
        relative = switch(
            "Gradients over their strongest",
            keys.RELATIVE,
            "Divide each network's norms by its largest ‖∂L/∂h_t‖: then two networks that are not "
            "equally sure can be compared.",
        )
    return answer if asked == ANSWER else int(asked), METHODS[method], relative


def _remembered(
    network: ChosenModel, felt: Felt, stops: Job[RowAccuracy], relative: bool
) -> Remembered:
    over = float(felt.h.max()) if relative and felt.h.max() > 0 else 1.0
    return Remembered(
        _name(network),
        network.word,
        entering(network.time_step, network.chunk).numpy(),
        felt.belief,
        felt.h / over,
        None if felt.c is None else felt.c / over,
        felt.x / over,
        jobs.accuracy(network, stops),
    )


def _told(
    network: ChosenModel,
    felt: Sequence[Felt],
    remembered: Sequence[Remembered],
    read: int,
    spoken: Spoken,
    complete: str,
) -> Told:
    x = [Named(one.name, one.word, f.x) for one, f in zip(remembered, felt, strict=True)]
    right = [Named(one.name, one.word, one.right) for one in remembered]
    return Told(
        text.feels(x[0], x[1]),
        text.surer(x[0].name, felt[0].loss, x[1].name, felt[1].loss),
        text.stopping(right[0], right[1], read, len(embedded_models.test_digits().labels)),
        complete,
        text.loudest(jobs.by_step(network, spoken.values), spoken.asked, network.word),
    )


def _name(network: ChosenModel) -> str:
    """Return what a sentence calls a network: a run's title goes on with when it was."""
    embedded = network.name in model_choice.EMBEDDED
    return network.name if embedded else network.title.partition(", ")[0]


def _tables(
    network: ChosenModel, felt: Sequence[Felt], remembered: Sequence[Remembered], spoken: Spoken
) -> None:
    with st.expander("The numbers"):
        for n, (one, found) in enumerate(zip(remembered, felt, strict=True)):
            columns: dict[str, NDArray[np.generic]] = {
                one.word: np.arange(1, len(one.right) + 1),
                "‖∂L/∂h‖": found.h,
                "‖∂L/∂x‖": found.x,
                "believes": found.belief.argmax(1),
                "with": found.belief.max(1),
                "test digits read right": one.right,
            }
            if found.c is not None:
                columns["‖∂L/∂c‖"] = found.c
            if n == 0:
                columns[f"pixels for {spoken.asked}"] = jobs.by_step(network, spoken.values)
            st.markdown(f"**{plain(one.name)}**")
            st.dataframe(columns, hide_index=True)
        st.markdown(f"**What each pixel said for {spoken.asked} (above 0) or against it**")
        st.dataframe(spoken.values)


MEANING = """
- **‖∂L/∂h_t‖** is how strongly the loss reacts to the top layer's hidden state after each time
  step, along all paths; **‖∂L/∂c_t‖** to an LSTM's cell state, **‖∂L/∂x_t‖** to what enters there,
  through all layers and directions. The loss is that of the digit's class; of a drawing, of the
  network's answer. In two directions h_t is both of them, each after it has read step t.
- **Surer networks feel less**: the gradient is nearly proportional to what the loss still is.
- **Integrated gradients** share out what a class's logit gained on the way from an empty page to
  this digit: they add up to it. **Gradient × input** takes the slope at the digit alone.
- **If reading stopped**: the head, trained on whole digits, is asked after each time step. In two
  directions what was read so far is read again from both ends.
"""
