"""The text that a language model learns, painted with what a unit holds at each of its places."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

import streamlit as st

from rnnviz.core.char_models import CharEmbeddingRNN
from rnnviz.core.text_config import TextConfig
from rnnviz.data.graphemes import graphemes
from rnnviz.plots import character_words
from rnnviz.training import foretelling, tasks, text_tasks
from rnnviz.training.checkpoint import CheckpointError
from rnnviz.training.foretelling import Painted
from rnnviz.training.groups import Kind
from rnnviz.training.lessons import Part
from rnnviz.ui import lessons, models, runs, state, text_state
from rnnviz.ui.components.painted import painted

PASSAGE = 400  # characters that are painted at once
LOOK_S = 2.0  # between looks at a training that goes on: the text is read anew
KEPT = 16


def show(kind: Kind) -> None:
    """Show a passage of the text with a control for which, and again while it is learnt."""
    found = lessons.standing(kind)

    @st.fragment(
        key=text_state.LEARNT_TEXT, run_every=None if lessons.tick_s(found) is None else LOOK_S
    )
    def slowly() -> None:
        models.one_thread()
        found = lessons.standing(kind)
        for part in found.parts if found is not None else ():
            if part.snapshot is not None and part.snapshot.checkpoints:
                _picture(part, max(part.snapshot.checkpoints))

    slowly()


def _picture(part: Part, step: int) -> None:
    config = part.config
    if not isinstance(config, TextConfig):
        return
    cut = graphemes(config.text)
    number = _choose(math.ceil(len(cut) / PASSAGE))
    first, last = (number - 1) * PASSAGE, min(number * PASSAGE, len(cut))
    try:
        shown = painted_at(part.run_id, step, config, number)
    except CheckpointError:
        return  # the weights are gone, and the chart above says no more either
    rest = text_tasks.border(len(cut))
    said = character_words.passage(
        shown.guesses, shown.symbols, shown.bits.numpy(), first=first, of=len(cut)
    )
    st.markdown(f"**{said}**")
    painted(
        shown.symbols,
        min(max(rest - first, 0), last - first),
        shown.h.numpy(),
        shown.guesses,
        shown.shares.numpy(),
        shown.bits.numpy(),
        key=f"{text_state.PAINTED}_learnt",
    )
    st.caption(
        f"With the weights after step {step:,}, read from the text's first character on. "
        f"The last {len(cut) - rest:,} characters are never learnt"
        + (", here they are underlined." if last > rest else ".")
    )
    with st.expander("The passage in numbers"):
        st.dataframe(_table(shown, first), hide_index=True)


def _choose(count: int) -> int:
    """Let the person choose a passage, from 1; of one there is nothing to choose."""
    if count < 2:
        return 1
    state.within(text_state.PASSAGE, 1, count)
    state.check_range(text_state.PASSAGE, 1, count, 1)
    number = st.slider(
        f"Passage of the text, of {count}",
        1,
        count,
        1,
        key=text_state.PASSAGE,
        bind="query-params",
        help=f"{PASSAGE} characters each.",
    )
    return min(max(int(number), 1), count)


def _table(shown: Painted, first: int) -> dict[str, list[str] | list[int] | list[float]]:
    expected = [
        ", ".join(
            f"{character_words.visible(symbol)} {share:.0%}"
            for symbol, share in zip(guesses, shares, strict=True)
        )
        for guesses, shares in zip(shown.guesses, shown.shares.tolist(), strict=True)
    ]
    return {
        "place": list(range(first + 1, first + 1 + len(shown.symbols))),
        "character": [character_words.visible(symbol) for symbol in shown.symbols],
        "bits": shown.bits.tolist(),
        "expected next": expected,
    }


@dataclass(eq=False)
class _Known:
    painted: OrderedDict[tuple[str, int, int], Painted] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)


@st.cache_resource(show_spinner=False)
def _known() -> _Known:
    return _Known()


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
    key, known = (run_id, step, number), _known()
    with known.lock:
        if key in known.painted:
            return known.painted[key]
    model = tasks.network_of(config, runs.weights_at(run_id, step))
    assert isinstance(model, CharEmbeddingRNN)
    vocabulary = text_tasks.alphabet(config)
    codes = vocabulary.encode(config.text)
    found = foretelling.paint(
        model, vocabulary, codes[: number * PASSAGE], start=(number - 1) * PASSAGE
    )
    with known.lock:
        known.painted[key] = found
        while len(known.painted) > KEPT:
            known.painted.popitem(last=False)
    return found
