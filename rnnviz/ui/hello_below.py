"""Below the three networks: what the states hold, and what an embedding is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
import torch

from rnnviz.core.char_models import CharEmbeddingRNN, CharRNN
from rnnviz.core.text_config import TextConfig
from rnnviz.data.characters import Vocabulary
from rnnviz.plots import character_words, characters, palette
from rnnviz.training import tasks, text_states, text_tasks
from rnnviz.training.lessons import Part, Standing
from rnnviz.ui import runs, text_lesson, text_state
from rnnviz.ui.plain_words import plain

FEW = 8  # choices that stand side by side
MOMENTS = 24  # of the training that the map shows, at most


def show(found: Standing | None, steps: Sequence[int]) -> None:
    """Show it for "hello", with what a lookup is.

    Args:
        found: How the runs stand.
        steps: Those whose weights all have, ascending.
    """
    parts = _parts(found)
    if not parts or not steps:
        return
    source = _config(next(iter(parts.values()))).pairs[0][0]
    _beside(parts, steps, source, "")
    if "embedding" in parts:
        _lookup(parts["embedding"], steps[-1], text_lesson.theme())


def show_own(found: Standing | None, steps: Sequence[int], source: str) -> None:
    """Show it for a line of one's own, with the embedding's numbers; otherwise as `show`."""
    parts = _parts(found)
    if not parts or not steps:
        return
    _beside(parts, steps, source, "_own")
    if "embedding" in parts:
        with st.expander("The embedding in numbers"):
            weights = runs.weights_at(parts["embedding"].run_id, steps[-1])
            _vectors(text_tasks.alphabet(_config(parts["embedding"])), weights["embedding.weight"])


def _parts(found: Standing | None) -> dict[str, Part]:
    return {
        part.config.network: part
        for part in (found.parts if found else ())
        if isinstance(part.config, TextConfig)
    }


def _beside(parts: dict[str, Part], steps: Sequence[int], source: str, own: str) -> None:
    """Show what the states hold beside the map; `own` ends the keys of what is shown."""
    theme = text_lesson.theme()
    left, right = st.columns(2, gap="medium")
    with left:
        _held(parts, steps[-1], source, theme, own)
    with right:
        if "embedding" in parts:
            _embedding_map(parts["embedding"], steps, theme, own)


def _config(part: Part) -> TextConfig:
    assert isinstance(part.config, TextConfig)
    return part.config


def _network(part: Part, step: int) -> tasks.Network:
    return tasks.network_of(_config(part), runs.weights_at(part.run_id, step))


def _held(parts: dict[str, Part], step: int, source: str, theme: palette.Palette, own: str) -> None:
    vocabulary = text_tasks.alphabet(_config(next(iter(parts.values()))))
    other = _other(text_states.others(vocabulary, source), f"{text_state.FIRST}{own}")
    networks = {name: _network(part, step) for name, part in parts.items()}
    distances = {
        name: text_states.moved(model, vocabulary, source, other).numpy()
        for name, model in networks.items()
    }
    symbols = [vocabulary.symbols[code] for code in vocabulary.encode(source).tolist()]
    chart = characters.apart(distances, symbols, theme)
    st.echarts_chart(
        chart, key=f"{text_state.APART}{own}", height=280, alt="How far each state moves"
    )
    st.markdown(plain(character_words.held(distances, symbols[0], other)))
    if isinstance(model := networks.get("rnn"), CharRNN):
        difference = text_states.same_h(model, vocabulary, source)
        st.caption(
            "The weights of `nn.RNN` put into a cell with a loop of one's own give the same h: the "
            f"largest difference is {difference:.1g}, float rounding."
        )


def _other(choices: Sequence[str], key: str) -> str:
    """Let the person choose what comes first instead."""
    label = "Let another character come first"
    if len(choices) > FEW:
        other = st.selectbox(
            label, choices, key=key, format_func=character_words.visible, width=320
        )
    else:
        other = st.segmented_control(
            label,
            choices,
            default=choices[0],
            key=key,
            format_func=character_words.visible,
            required=True,
        )
    return other if other in choices else choices[0]


def _embedding_map(part: Part, steps: Sequence[int], theme: palette.Palette, own: str) -> None:
    vocabulary = text_tasks.alphabet(_config(part))
    shown = sorted({steps[round(n * (len(steps) - 1) / (MOMENTS - 1))] for n in range(MOMENTS)})
    matrices = torch.stack(
        [runs.weights_at(part.run_id, step)["embedding.weight"] for step in shown]
    )
    paths = text_states.plane(matrices).numpy()
    chart = characters.embedding_map(paths, vocabulary.symbols, theme)
    st.echarts_chart(
        chart,
        key=f"{text_state.EMBEDDING_MAP}{own}",
        height=360,
        alt="The embedding on two axes",
    )
    near, far = text_states.extremes(matrices[-1])
    told = character_words.neighbours(vocabulary.symbols, near, far)
    st.markdown(plain(told))


def _lookup(part: Part, step: int, theme: palette.Palette) -> None:
    config, model = _config(part), _network(part, step)
    vocabulary = text_tasks.alphabet(config)
    assert isinstance(model, CharEmbeddingRNN)
    found = text_states.looked_up(model, vocabulary, config.pairs[0][0])
    bound = float(found.vectors.abs().max())
    left, right = st.columns([2, 5], gap="medium")
    for column, title, rows, key in (
        (left, "One-hot: K numbers, one of them 1", found.one_hot, text_state.ONE_HOT),
        (right, "Embedding: numbers that are learnt", found.vectors, text_state.VECTORS),
    ):
        with column:
            chart = characters.matrix(title, rows.numpy(), vocabulary.symbols, theme, bound)
            st.echarts_chart(chart, key=key, height=230, alt=title)
    st.caption(
        f"`embedding(codes)` is `one_hot(codes) @ embedding.weight`: the largest difference is "
        f"{found.difference:.1g}. Codes are long integers; to floats torch says: “{found.refusal}”."
    )
    with st.expander("The numbers behind it"):
        _vectors(vocabulary, found.vectors)


def _vectors(vocabulary: Vocabulary, vectors: torch.Tensor) -> None:
    """Show each symbol's vector, shape (K, E), as a row."""
    st.dataframe(
        {"symbol": list(vocabulary.symbols)}
        | {f"{e + 1}": vectors[:, e].tolist() for e in range(vectors.shape[1])},
        hide_index=True,
    )
