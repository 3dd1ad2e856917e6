"""View "Next character": a language model of the user's text, in bits per character."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache

import numpy as np
import streamlit as st

from rnnviz.chapters.characters import charts, language_model, text_training
from rnnviz.chapters.characters import text as characters_text
from rnnviz.chapters.characters import vocabulary as texts
from rnnviz.chapters.characters.config import MOST_HELD_OUT, TextConfig
from rnnviz.chapters.characters.models import CharEmbeddingRNN
from rnnviz.chapters.characters.objectives import foretell
from rnnviz.chapters.characters.ui import keys, run_panel, text_file, training_text_view
from rnnviz.chapters.characters.ui.components.colored_text import painted
from rnnviz.training.jobs.side_by_side import Standing
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.ui.session.markdown_escape import plain, sentence
from rnnviz.ui.widgets import group_networks, setting_controls
from rnnviz.ui.widgets.setting_kinds import Choice, Number, Value
from rnnviz.ui.widgets.training_settings import CELLS

KIND = "language"
CELL = Choice("text_cell", "Cell", "GRU", tuple(CELLS), "What carries the text so far.")
MORE = (
    Choice("text_hidden", "Hidden size", "128", ("16", "32", "64", "128", "256"), "Units."),
    Number("text_epochs", "Epochs", 40, 1, 200, "In each, as many windows as fit into the text."),
    Choice("text_lr", "Learning rate", "0.005", run_panel.RATES, "Of Adam."),
    Choice("text_window", "Window", "64", ("16", "32", "64", "128"), "Characters of a sequence."),
    Number("text_seed", "Seed", 0, 0, 999, "Of the weights and the windows."),
)
DRAW = Number(
    keys.LANGUAGE_DRAW,
    "Draw",
    0,
    0,
    999,
    "Another draw, another text; at temperature 0 the same.",
)
OPENING = "Quoth the "
BEGINNING = 5  # characters of a text that are continued where it has not the default's letters
WRITTEN = 160
KEPT = 200


def show() -> None:
    """Show the lesson with all its controls, and again while it trains."""
    text = run_panel.area(
        keys.OWN_TEXT,
        "A text to learn",
        "",
        "The Raven by Edgar Allan Poe (1845), unless you paste a text of your own",
    )
    uploaded = text_file.show(
        keys.TEXT_FILE,
        "Upload a text",
        ("txt",),
        f"A text has at most {texts.LONGEST_TEXT:,} characters (1 MB), "
        f"{texts.MOST_SYMBOLS:,} different ones.",
    )
    learnt = uploaded or text or texts.raven()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=260):
            cell = str(setting_controls.show(CELL))
        values = setting_controls.more(MORE)
    planned = setting_controls.planned(lambda: [plan(learnt, cell, values)])
    opening, temperature, draw = _writing()
    run_panel.live(
        KIND,
        planned,
        "one network",
        lambda found: _picture(planned, found, opening, temperature, draw),
        "windows",
        lambda: training_text_view.show(KIND),
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
    return text_training.config_of(
        "language",
        text=text,
        cell=CELLS[cell],
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
            key=keys.OPENING,
            bind="query-params",
            max_chars=200,
        )
    with middle:
        temperature = setting_controls.real(
            "Temperature",
            keys.TEMPERATURE,
            0.0,
            2.0,
            0.5,
            0.1,
            "Logits are divided by it before a character is drawn; at 0 it is the likeliest.",
        )
    with right:
        draw = int(setting_controls.show(DRAW))
    return opening, temperature, draw


@lru_cache(maxsize=KEPT)
def _bits_at(run_id: str, step: int, config: TextConfig) -> float:
    """Return the bits per character of the text's end after a step."""
    model = group_networks.network_at(run_id, step, config)
    assert isinstance(model, CharEmbeddingRNN)
    _, tail = text_training.halves(config)
    return foretell(model, tail).bits_per_character


def _picture(
    planned: Sequence[TextConfig],
    found: Standing | None,
    opening: str,
    temperature: float,
    draw: int,
) -> None:
    part, config = run_panel.first_of(found, planned)
    if config is None:
        return
    vocabulary = text_training.alphabet(config)
    learnt, tail = text_training.halves(config)
    counted = language_model.by_counting(learnt, tail, len(vocabulary))
    judged: list[tuple[int, float]] = []
    steps = np.empty(0, np.float32)
    losses = steps
    if part is not None and part.snapshot is not None:
        steps, losses = part.snapshot.history.step, part.snapshot.history.loss / math.log(2)
        with suppress(CheckpointError):
            judged = [
                (step, _bits_at(part.run_id, step, config)) for step in part.snapshot.checkpoints
            ]
    bits = judged[-1][1] if judged else None
    st.markdown(f"**{characters_text.foretold(bits, counted, len(vocabulary), len(tail))}**")
    left, right = st.columns([2, 3], gap="medium")
    with left:
        chart = charts.bits((steps, losses), judged, counted, run_panel.theme(), config.steps)
        st.echarts_chart(chart, key=keys.BITS, height=340, alt="Bits per character")
    with right, st.container(height=340, border=False):
        if (newest := group_networks.newest(part)) is not None:
            model = newest[1]
            assert isinstance(model, CharEmbeddingRNN)
            _write(model, vocabulary, _known_opening(opening, config.text), temperature, draw)
        else:
            st.caption("Here the network continues the opening, while it learns.")
    with st.expander("The numbers behind it"):
        st.dataframe(
            {"step": [s for s, _ in judged], "bits per character": [b for _, b in judged]},
            hide_index=True,
        )


def _known_opening(opening: str, text: str) -> str:
    """Return the opening; of a text that lacks the default's letters, its own beginning."""
    if opening != OPENING or set(OPENING) <= set(text):
        return opening
    vocabulary, codes = texts.encoded(text)
    return vocabulary.decode(codes[:BEGINNING])


def _write(
    model: CharEmbeddingRNN, vocabulary: texts.Vocabulary, opening: str, warm: float, draw: int
) -> None:
    try:
        written = language_model.write_on(
            model, vocabulary, opening, WRITTEN, temperature=warm, seed=draw
        )
    except ValueError as error:
        st.warning(sentence(plain(str(error))), icon=":material/block:")
        return
    found = language_model.paint(model, vocabulary, vocabulary.encode(opening + written))
    painted(
        found.symbols,
        len(vocabulary.encode(opening)),
        found.h.numpy(),
        found.guesses,
        found.shares.numpy(),
        found.bits.numpy(),
        key=keys.PAINTED,
    )


MEANING = f"""
- The network reads a text character by character and guesses the next. A guess with probability p
  costs −log₂ p **bits**: 0 if it was sure, 1 for a coin, log₂ K if it knows nothing of K symbols.
- It learns windows of the first nine tenths; the last tenth, {MOST_HELD_OUT:,}
  characters at most, is never learnt and judges it, read in one go from its beginning. When the
  training falls and the end rises, it learns by heart.
- **By counting** is what one pays who knows only how often each character comes.
- **Temperature**: logits over it, then the chance. At 0 it is greedy; above 1 bolder than it is.
- The **painted** text: each character in the colour of one unit after it, or of what it cost.
  Beside the chart the first characters are the opening, and those underlined were written by the
  network; below is the text that it learns, a passage at a time.
"""
