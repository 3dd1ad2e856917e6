"""View "Memory": gradients through time, pixel attributions, accuracy when reading stops early."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.states.map.ui import link
from rnnviz.chapters.states.memory import text
from rnnviz.chapters.states.memory.text import Named
from rnnviz.chapters.states.memory.ui import jobs
from rnnviz.chapters.states.memory.ui import link as memory_link
from rnnviz.chapters.states.memory.ui.components import memory as view
from rnnviz.chapters.states.memory.ui.components.memory import Remembered, Spoken, Told
from rnnviz.chapters.states.memory.ui.jobs import Felt, Method, Pixels, Stops
from rnnviz.chapters.states.ui import keys
from rnnviz.chapters.states.ui.studied_network import Subject
from rnnviz.data.sequences import entering
from rnnviz.ui.figures import reading_text
from rnnviz.ui.server import embedded_models
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session.markdown_escape import plain
from rnnviz.ui.widgets import model_choice
from rnnviz.ui.widgets.fragment import fragment
from rnnviz.ui.widgets.model_choice import ChosenModel

PLAIN, GATED = "RNN-128", "LSTM-128"  # what a network is compared with, and a plain RNN itself
TICK_S = 0.1  # between looks while something is computed
ANSWER = "its answer"
METHODS: dict[str, Method] = {  # as the link spells them
    "Integrated gradients": "integrated",
    "Gradient × input": "times input",
}

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


def show(subject: Subject) -> None:
    """Show how far back a network's memory of a digit reaches, beside a plain RNN's."""
    network = subject.model
    other = model_choice.chosen(GATED if network.name == PLAIN else PLAIN)
    stops = [jobs.stops(one.identity, one) for one in (network, other)]
    tick_s = TICK_S if min(one.share for one in stops) < 1 else None

    @fragment(key=keys.LIVE_MEMORY, run_every=tick_s)
    def live() -> None:
        done = _show((network, other), stops, subject.frame, subject.digit, subject.label)
        if done and tick_s is not None:
            st.rerun()

    live()


def _show(
    networks: tuple[ChosenModel, ChosenModel],
    stops: Sequence[Stops],
    picture: Bytes,
    words: str,
    label: int | None,
) -> bool:
    """Show all that is known; whether all of it is."""
    embedded_models.one_thread()
    network = networks[0]
    answer = jobs.answer(network, picture)
    asked, method, relative = _ask(answer)
    target = answer if label is None else label
    felt = [jobs.felt(one.identity, picture, target, one) for one in networks]
    if felt[0].lost:
        st.info(reading_text.LOST, icon=":material/error:")
        return True
    pixels = jobs.pixels(network.identity, picture.tobytes(), asked, method, network)
    done = jobs.work((pixels, *stops))
    remembered = [_remembered(*each, relative) for each in zip(networks, felt, stops, strict=True)]
    row = memory_link.now(network.length)
    view.memory(
        f"{network.identity}:{zlib.crc32(picture.tobytes())}",
        picture,
        words,
        remembered,
        Spoken(asked, pixels.values, pixels.share == 1),
        _told(networks, felt, stops, pixels),
        relative=relative,
        start=memory_link.start(row),
        key=keys.MEMORY,
        on_set=memory_link.take,
    )
    link.link_row(row, network.length)
    _tables(networks, felt, stops, pixels)
    return done


def _ask(answer: int) -> tuple[int, Method, bool]:
    """Let the person choose the class asked about, how the pixels are shown, and the scale."""
    classes = [ANSWER, *map(str, range(10))]
    session_keys.check_choice(keys.ASKED, classes, ANSWER)
    ways = [*METHODS]
    session_keys.check_choice(keys.METHOD, ways, ways[0])
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        asked = st.segmented_control(
            "Which pixels spoke for",
            classes,
            default=ANSWER,
            key=keys.ASKED,
            bind="query-params",
            required=True,
            help="The class whose logit is shared out among the pixels.",
        )
        method = st.segmented_control(
            "By",
            ways,
            default=ways[0],
            key=keys.METHOD,
            bind="query-params",
            required=True,
            help="Integrated gradients go the whole way from an empty page to the digit; "
            "gradient × input looks at the slope at the digit alone.",
        )
        relative = st.toggle(
            "Gradients over their strongest",
            key=keys.RELATIVE,
            bind="query-params",
            help="Divide each network's norms by its largest ‖∂L/∂h_t‖: then two networks that are "
            "not equally sure can be compared.",
        )
    found = answer if asked not in classes or asked == ANSWER else int(asked)
    return found, METHODS.get(method or ways[0], "integrated"), relative


def _remembered(network: ChosenModel, felt: Felt, stops: Stops, relative: bool) -> Remembered:
    over = float(felt.h.max()) if relative and felt.h.max() > 0 else 1.0
    return Remembered(
        _name(network),
        network.word,
        entering(network.time_step, network.chunk).numpy(),
        felt.belief,
        felt.h / over,
        None if felt.c is None else felt.c / over,
        felt.x / over,
        stops.accuracy,
    )


def _told(
    networks: Sequence[ChosenModel], felt: Sequence[Felt], stops: Sequence[Stops], pixels: Pixels
) -> Told:
    names, word = [_name(network) for network in networks], networks[0].word
    x = [Named(name, one.word, f.x) for name, one, f in zip(names, networks, felt, strict=True)]
    right = [
        Named(name, one.word, s.accuracy)
        for name, one, s in zip(names, networks, stops, strict=True)
    ]
    sums = jobs.by_step(networks[0], pixels.values)
    read = min(0 if s.found is None else s.found.read for s in stops)
    return Told(
        text.feels(x[0], x[1]),
        text.surer(names[0], felt[0].loss, names[1], felt[1].loss),
        text.stopping(right[0], right[1], read, len(embedded_models.test_digits().labels)),
        ""
        if pixels.share < 1
        else text.complete(
            float(pixels.values.sum()),
            pixels.before,
            pixels.score,
            pixels.asked,
            integrated=pixels.method == "integrated",
        ),
        text.loudest(sums, pixels.asked, word),
    )


def _name(network: ChosenModel) -> str:
    """Return what a sentence calls a network: a run's title goes on with when it was."""
    embedded = network.name in model_choice.EMBEDDED
    return network.name if embedded else network.title.partition(", ")[0]


def _tables(
    networks: Sequence[ChosenModel], felt: Sequence[Felt], stops: Sequence[Stops], pixels: Pixels
) -> None:
    with st.expander("The numbers"):
        for n, (network, found, right) in enumerate(zip(networks, felt, stops, strict=True)):
            columns: dict[str, NDArray[np.generic]] = {
                network.word: np.arange(1, network.length + 1),
                "‖∂L/∂h‖": found.h,
                "‖∂L/∂x‖": found.x,
                "believes": found.belief.argmax(1),
                "with": found.belief.max(1),
                "test digits read right": right.accuracy,
            }
            if found.c is not None:
                columns["‖∂L/∂c‖"] = found.c
            if n == 0:
                columns[f"pixels for {pixels.asked}"] = jobs.by_step(network, pixels.values)
            st.markdown(f"**{plain(_name(network))}**")
            st.dataframe(columns, hide_index=True)
        st.markdown(f"**What each pixel said for {pixels.asked} (above 0) or against it**")
        st.dataframe(pixels.values)


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
