"""Below the three networks: what the states hold, and what an embedding is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
import torch

from rnnviz.core.char_models import CharEmbeddingRNN, CharRNN
from rnnviz.core.text_config import TextConfig
from rnnviz.plots import character_words, characters, palette
from rnnviz.training import tasks, text_states, text_tasks
from rnnviz.training.lessons import Part, Standing
from rnnviz.ui import runs, text_state


def show(found: Standing | None, steps: Sequence[int]) -> None:
    """Show it for the newest weights that all networks have.

    Args:
        found: How the runs stand.
        steps: Those whose weights all have, ascending.
    """
    if found is None or not steps:
        return
    parts: dict[str, Part] = {
        part.config.network: part for part in found.parts if isinstance(part.config, TextConfig)
    }
    theme = palette.DARK if st.context.theme.type == "dark" else palette.LIGHT
    left, right = st.columns(2, gap="medium")
    with left:
        _held(parts, steps[-1], theme)
    with right:
        if "embedding" in parts:
            _embedding_map(parts["embedding"], steps, theme)
    if "embedding" in parts:
        _lookup(parts["embedding"], steps[-1], theme)


def _config(part: Part) -> TextConfig:
    assert isinstance(part.config, TextConfig)
    return part.config


def _network(part: Part, step: int) -> tasks.Network:
    return tasks.network_of(_config(part), runs.weights_at(part.run_id, step))


def _held(parts: dict[str, Part], step: int, theme: palette.Palette) -> None:
    config = _config(next(iter(parts.values())))
    source, vocabulary = config.pairs[0][0], text_tasks.alphabet(config)
    choices = text_states.others(vocabulary, source)
    other = st.segmented_control(
        "Let another character come first",
        choices,
        default=choices[0],
        key=text_state.FIRST,
        format_func=character_words.visible,
        required=True,
    )
    if other not in choices:
        other = choices[0]
    networks = {name: _network(part, step) for name, part in parts.items()}
    distances = {
        name: text_states.moved(model, vocabulary, source, other).numpy()
        for name, model in networks.items()
    }
    symbols = [vocabulary.symbols[code] for code in vocabulary.encode(source).tolist()]
    chart = characters.apart(distances, symbols, theme)
    st.echarts_chart(chart, key=text_state.APART, height=280, alt="How far each state moves")
    st.markdown(character_words.held(distances, symbols[0], other))
    if isinstance(model := networks.get("rnn"), CharRNN):
        difference = text_states.same_h(model, vocabulary, source)
        st.caption(
            "The weights of `nn.RNN` put into a cell with a loop of one's own give the same h: the "
            f"largest difference is {difference:.1g}, float rounding."
        )


def _embedding_map(part: Part, steps: Sequence[int], theme: palette.Palette) -> None:
    vocabulary = text_tasks.alphabet(_config(part))
    matrices = torch.stack(
        [runs.weights_at(part.run_id, step)["embedding.weight"] for step in steps]
    )
    paths = text_states.plane(matrices).numpy()
    chart = characters.embedding_map(paths, vocabulary.symbols, theme)
    st.echarts_chart(
        chart, key=text_state.EMBEDDING_MAP, height=360, alt="The embedding on two axes"
    )


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
        st.dataframe(
            {"symbol": list(vocabulary.symbols)}
            | {f"{e + 1}": found.vectors[:, e].tolist() for e in range(found.vectors.shape[1])},
            hide_index=True,
        )
