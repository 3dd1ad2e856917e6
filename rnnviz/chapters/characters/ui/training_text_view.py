"""View of a language model's training text, colored by the value of a unit."""

from __future__ import annotations

import math
from functools import lru_cache

import streamlit as st

from rnnviz.chapters.characters import language_model, text, text_training
from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.language_model import Painted
from rnnviz.chapters.characters.models import CharEmbeddingRNN
from rnnviz.chapters.characters.ui import keys
from rnnviz.chapters.characters.ui.components.colored_text import painted
from rnnviz.chapters.characters.vocabulary import encoded
from rnnviz.training.jobs.side_by_side import Part
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets import run_group
from rnnviz.ui.widgets.fragment import fragment
from rnnviz.ui.widgets.group_networks import network_at
from rnnviz.ui.widgets.setting_controls import number

PASSAGE = 400  # characters that are painted at once
BEFORE = 10_000  # characters that are read before a passage, so that h is as after the whole text
LOOK_S = 2.0  # between looks at a training that goes on: the text is read anew
KEPT = 16


def show(kind: str) -> None:
    """Show a passage of the text with a control for which, and again while it is learnt."""
    found = run_group.standing(kind)

    @fragment(key=keys.LEARNT_TEXT, run_every=None if run_group.tick_s(found) is None else LOOK_S)
    def slowly() -> None:
        embedded_models.one_thread()
        found = run_group.standing(kind)
        for part in found.parts if found is not None else ():
            if part.snapshot is not None and part.snapshot.checkpoints:
                _picture(part, max(part.snapshot.checkpoints))

    slowly()


def _picture(part: Part, step: int) -> None:
    config = part.config
    if not isinstance(config, TextConfig):
        return
    count = len(encoded(config.text)[1])
    number = _choose(math.ceil(count / PASSAGE))
    first, last = (number - 1) * PASSAGE, min(number * PASSAGE, count)
    try:
        shown = painted_at(part.run_id, step, config, number)
    except CheckpointError:
        return  # the weights are gone, and the chart above says no more either
    rest = text_training.border(count)
    said = text.passage(shown.guesses, shown.symbols, shown.bits.numpy(), first=first, of=count)
    st.markdown(f"**{said}**")
    painted(
        shown.symbols,
        min(max(rest - first, 0), last - first),
        shown.h.numpy(),
        shown.guesses,
        shown.shares.numpy(),
        shown.bits.numpy(),
        key=f"{keys.PAINTED}_learnt",
    )
    begins = "the text's first character" if first <= BEFORE else f"{BEFORE:,} characters before"
    st.caption(
        f"With the weights after step {step:,}, read from {begins} on. "
        f"The last {count - rest:,} characters are never learnt"
        + (", here they are underlined." if last > rest else ".")
    )
    with st.expander("The passage in numbers"):
        st.dataframe(_table(shown, first), hide_index=True)


def _choose(count: int) -> int:
    """Let the person choose a passage, from 1; of one there is nothing to choose."""
    if count < 2:
        return 1
    help_ = f"{PASSAGE} characters each."
    return number(f"Passage of the text, of {count}", keys.PASSAGE, 1, count, 1, help_)


def _table(shown: Painted, first: int) -> dict[str, list[str] | list[int] | list[float]]:
    expected = [
        ", ".join(
            f"{text.visible(symbol)} {share:.0%}"
            for symbol, share in zip(guesses, shares, strict=True)
        )
        for guesses, shares in zip(shown.guesses, shown.shares.tolist(), strict=True)
    ]
    return {
        "place": list(range(first + 1, first + 1 + len(shown.symbols))),
        "character": [text.visible(symbol) for symbol in shown.symbols],
        "bits": shown.bits.tolist(),
        "expected next": expected,
    }


@lru_cache(maxsize=KEPT)
def painted_at(run_id: str, step: int, config: TextConfig, number: int) -> Painted:
    """Return what a language model held and guessed in one passage of its text.

    Args:
        run_id: Of its run.
        step: After which its weights were so.
        config: What it learns.
        number: Of the passage, from 1.

    Raises:
        CheckpointError: If the weights are gone or damaged.
    """
    model = network_at(run_id, step, config)
    assert isinstance(model, CharEmbeddingRNN)
    vocabulary, codes = encoded(config.text)
    first = (number - 1) * PASSAGE
    begin = max(first - BEFORE, 0)
    return language_model.paint(
        model, vocabulary, codes[begin : first + PASSAGE], start=first - begin
    )
