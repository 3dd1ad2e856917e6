"""The next character: a language model of any text, bits per character while it learns."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import streamlit as st

from rnnviz.core.char_models import CharEmbeddingRNN
from rnnviz.core.text_config import TextConfig
from rnnviz.data import characters as texts
from rnnviz.plots import character_words, characters
from rnnviz.training import foretelling, tasks, text_tasks
from rnnviz.training.checkpoint import CheckpointError
from rnnviz.training.groups import Kind
from rnnviz.training.lessons import Part, Standing
from rnnviz.training.text_objectives import foretell
from rnnviz.ui import learnt_text, lessons, runs, sidebar, text_lesson, text_state
from rnnviz.ui.components.painted import painted
from rnnviz.ui.plain_words import plain
from rnnviz.ui.settings import CELLS, Choice, Number, Value

KIND: Kind = "language"
CELL = Choice("text_cell", "Cell", "GRU", tuple(CELLS), "What carries the text so far.")
MORE = (
    Choice("text_hidden", "Hidden size", "128", ("16", "32", "64", "128", "256"), "Units."),
    Number("text_epochs", "Epochs", 40, 1, 200, "In each, as many windows as fit into the text."),
    Choice("text_lr", "Learning rate", "0.005", text_lesson.RATES, "Of Adam."),
    Choice("text_window", "Window", "64", ("16", "32", "64", "128"), "Characters of a sequence."),
    Number("text_seed", "Seed", 0, 0, 999, "Of the weights and the windows."),
)
DRAW = Number(
    text_state.LANGUAGE_DRAW,
    "Draw",
    0,
    0,
    999,
    "Another draw, another text; at temperature 0 the same.",
)
OPENING = "Quoth the "
WRITTEN = 160
KEPT = 200


def show() -> None:
    """Show the lesson with all its controls, and again while it trains."""
    text = text_lesson.area(
        text_state.OWN_TEXT,
        "A text to learn",
        "",
        "The Raven by Edgar Allan Poe (1845), unless you paste a text of your own",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=260):
            cell = str(sidebar.show(CELL))
        values = text_lesson.choose(MORE)
    planned = text_lesson.plan(lambda: [plan(text or texts.raven(), cell, values)])
    opening, temperature, draw = _writing()
    text_lesson.live(
        KIND,
        planned,
        "one network",
        lambda found: _picture(planned, found, opening, temperature, draw),
        "windows",
        lambda: learnt_text.show(KIND),
    )
    with st.expander("Why? What the numbers mean"):
        st.markdown(MEANING)


def plan(text: str, cell: str, values: Mapping[str, Value]) -> TextConfig:
    """Return the network that a text and settings ask for.

    Raises:
        ValueError: If that cannot be learnt, in words.
    """
    window = int(values["text_window"])
    texts.passage(text, least=2 * window)
    return text_tasks.config_of(
        "language",
        text=text,
        cell=text_lesson.cell(cell),
        embedding_size=32,
        hidden_size=int(values["text_hidden"]),
        epochs=int(values["text_epochs"]),
        batch_size=16,
        lr=float(values["text_lr"]),
        clip_norm=1.0,
        seed=int(values["text_seed"]),
        window=window,
    )


def _writing() -> tuple[str, float, int]:
    left, middle, right = st.columns([2, 2, 1], gap="medium", vertical_alignment="bottom")
    with left:
        opening = st.text_input(
            "An opening, to be continued",
            OPENING,
            key=text_state.OPENING,
            bind="query-params",
            max_chars=200,
        )
    with middle:
        temperature = st.slider(
            "Temperature",
            0.0,
            2.0,
            0.5,
            0.1,
            key=text_state.TEMPERATURE,
            bind="query-params",
            help="Logits are divided by it before a character is drawn; at 0 it is the likeliest.",
        )
    with right:
        draw = int(sidebar.show(DRAW))
    return opening, min(max(float(temperature), 0.0), 2.0), draw


@dataclass(eq=False)
class _Known:
    bits: OrderedDict[tuple[str, int], float] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)


@st.cache_resource(show_spinner=False)
def _known() -> _Known:
    return _Known()


def bits_at(part: Part, step: int) -> float:
    """Return the bits per character of the text's end after a step.

    Raises:
        CheckpointError: If the weights are gone or damaged.
    """
    key, known = (part.run_id, step), _known()
    with known.lock:
        if key in known.bits:
            return known.bits[key]
    config = part.config
    assert isinstance(config, TextConfig)
    model = tasks.network_of(config, runs.weights_at(part.run_id, step))
    assert isinstance(model, CharEmbeddingRNN)
    _, tail = text_tasks.halves(config, text_tasks.alphabet(config))
    found = foretell(model, tail).bits_per_character
    with known.lock:
        known.bits[key] = found
        while len(known.bits) > KEPT:
            known.bits.popitem(last=False)
    return found


def _picture(
    planned: Sequence[TextConfig],
    found: Standing | None,
    opening: str,
    temperature: float,
    draw: int,
) -> None:
    part = found.parts[0] if found is not None and found.parts else None
    trained = part.config if part is not None else None
    config = trained if isinstance(trained, TextConfig) else next(iter(planned), None)
    if config is None:
        return
    vocabulary = text_tasks.alphabet(config)
    learnt, tail = text_tasks.halves(config, vocabulary)
    counted = foretelling.by_counting(learnt, tail, len(vocabulary))
    judged: list[tuple[int, float]] = []
    steps = np.empty(0, np.float32)
    losses = steps
    if part is not None and part.snapshot is not None:
        steps, losses = part.snapshot.history.step, part.snapshot.history.loss / math.log(2)
        with suppress(CheckpointError):
            judged = [(step, bits_at(part, step)) for step in part.snapshot.checkpoints]
    bits = judged[-1][1] if judged else None
    st.markdown(f"**{character_words.foretold(bits, counted, len(vocabulary), len(tail))}**")
    left, right = st.columns([2, 3], gap="medium")
    with left:
        chart = characters.bits((steps, losses), judged, counted, text_lesson.theme(), config.steps)
        st.echarts_chart(chart, key=text_state.BITS, height=340, alt="Bits per character")
    with right, st.container(height=340, border=False):
        if part is not None and (weights := lessons.weights_of(part)) is not None:
            model = tasks.network_of(config, weights[1])
            assert isinstance(model, CharEmbeddingRNN)
            _write(model, vocabulary, opening, temperature, draw)
        else:
            st.caption("Here the network continues the opening, while it learns.")
    with st.expander("The numbers behind it"):
        st.dataframe(
            {"step": [s for s, _ in judged], "bits per character": [b for _, b in judged]},
            hide_index=True,
        )


def _write(
    model: CharEmbeddingRNN, vocabulary: texts.Vocabulary, opening: str, warm: float, draw: int
) -> None:
    try:
        written = foretelling.write_on(
            model, vocabulary, opening, WRITTEN, temperature=warm, seed=draw
        )
    except ValueError as error:
        told = plain(str(error))
        st.warning(f"{told[0].upper()}{told[1:]}.", icon=":material/block:")
        return
    found = foretelling.paint(model, vocabulary, vocabulary.encode(opening + written))
    painted(
        found.symbols,
        len(vocabulary.encode(opening)),
        found.h.numpy(),
        found.guesses,
        found.shares.numpy(),
        found.bits.numpy(),
        key=text_state.PAINTED,
    )


MEANING = f"""
- The network reads a text character by character and guesses the next. A guess with probability p
  costs −log₂ p **bits**: 0 if it was sure, 1 for a coin, log₂ K if it knows nothing of K symbols.
- It learns windows of the first nine tenths; the last tenth, which it never learns, judges it, read
  in one go from its beginning. When the training falls and the end rises, it learns by heart.
- **By counting** is what one pays who knows only how often each character comes.
- **Temperature**: logits over it, then the chance. At 0 it is greedy; above 1 bolder than it is.
- The **painted** text: each character in the colour of one unit after it, or of what it cost.
  Beside the chart the first characters are the opening, and those underlined were written by the
  network; below is the text that it learns, a passage at a time.
- A text has {texts.LONGEST_TEXT:,} characters at most, {texts.MOST_SYMBOLS} different ones.
"""
