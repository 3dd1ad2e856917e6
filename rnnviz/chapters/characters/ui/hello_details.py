"""Details of the "hello" view: the first character's influence on the states, the embedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
import torch

from rnnviz.chapters.characters import charts, embeddings, text, text_training
from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.models import CharEmbeddingRNN, CharRNN
from rnnviz.chapters.characters.ui import keys, run_panel
from rnnviz.chapters.characters.vocabulary import Vocabulary
from rnnviz.training.jobs.side_by_side import Part
from rnnviz.ui.figures import palette
from rnnviz.ui.server import run_manager
from rnnviz.ui.server.checkpoint_cache import spread
from rnnviz.ui.session.markdown_escape import plain
from rnnviz.ui.widgets.group_networks import network_at
from rnnviz.ui.widgets.setting_controls import one_of

FEW = 8  # choices that stand side by side
MOMENTS = 24  # of the training that the map shows, at most


def show(parts: Mapping[str, Part], steps: Sequence[int]) -> None:
    """Show it for "hello", with what a lookup is.

    Args:
        parts: The runs, by the name of the network.
        steps: Those whose weights all have, ascending; at least one.
    """
    source = _config(next(iter(parts.values()))).pairs[0][0]
    _beside(parts, steps, source, "")
    if "embedding" in parts:
        _lookup(parts["embedding"], steps[-1], run_panel.theme())


def show_own(parts: Mapping[str, Part], steps: Sequence[int], source: str) -> None:
    """Show it for a line of one's own, with the embedding's numbers; otherwise as `show`."""
    _beside(parts, steps, source, "_own")
    if "embedding" in parts:
        with st.expander("The embedding in numbers"):
            weights = run_manager.weights_at(parts["embedding"].run_id, steps[-1])
            _vectors(
                text_training.alphabet(_config(parts["embedding"])), weights["embedding.weight"]
            )


def _beside(parts: Mapping[str, Part], steps: Sequence[int], source: str, own: str) -> None:
    """Show what the states hold beside the map; `own` ends the keys of what is shown."""
    theme = run_panel.theme()
    left, right = st.columns(2, gap="medium")
    with left:
        _held(parts, steps[-1], source, theme, own)
    with right:
        if "embedding" in parts:
            _embedding_map(parts["embedding"], steps, theme, own)


def _config(part: Part) -> TextConfig:
    assert isinstance(part.config, TextConfig)
    return part.config


def _held(
    parts: Mapping[str, Part], step: int, source: str, theme: palette.Palette, own: str
) -> None:
    vocabulary = text_training.alphabet(_config(next(iter(parts.values()))))
    other = _other(embeddings.others(vocabulary, source), f"{keys.FIRST}{own}")
    networks = {n: network_at(part.run_id, step, _config(part)) for n, part in parts.items()}
    distances = {
        name: embeddings.moved(model, vocabulary, source, other).numpy()
        for name, model in networks.items()
    }
    symbols = [vocabulary.symbols[code] for code in vocabulary.encode(source).tolist()]
    chart = charts.apart(distances, symbols, theme)
    st.echarts_chart(chart, key=f"{keys.APART}{own}", height=280, alt="How far each state moves")
    st.markdown(plain(text.held(distances, symbols[0], other)))
    if isinstance(model := networks.get("rnn"), CharRNN):
        difference = embeddings.same_h(model, vocabulary, source)
        st.caption(
            "The weights of `nn.RNN` put into a cell with a loop of one's own give the same h: the "
            f"largest difference is {difference:.1g}, float rounding."
        )


def _other(choices: Sequence[str], key: str) -> str:
    """Let the person choose what comes first instead."""
    label = "Let another character come first"
    if len(choices) <= FEW:
        return one_of(label, key, choices, words=text.visible, linked=False)
    other = st.selectbox(label, choices, key=key, format_func=text.visible, width=320)
    return other if other in choices else choices[0]


def _embedding_map(part: Part, steps: Sequence[int], theme: palette.Palette, own: str) -> None:
    vocabulary = text_training.alphabet(_config(part))
    matrices = torch.stack(
        [
            run_manager.weights_at(part.run_id, step)["embedding.weight"]
            for step in spread(steps, MOMENTS)
        ]
    )
    paths = embeddings.plane(matrices).numpy()
    chart = charts.embedding_map(paths, vocabulary.symbols, theme)
    st.echarts_chart(
        chart,
        key=f"{keys.EMBEDDING_MAP}{own}",
        height=360,
        alt="The embedding on two axes",
    )
    near, far = embeddings.extremes(matrices[-1])
    told = text.neighbours(vocabulary.symbols, near, far)
    st.markdown(plain(told))


def _lookup(part: Part, step: int, theme: palette.Palette) -> None:
    config = _config(part)
    model = network_at(part.run_id, step, config)
    vocabulary = text_training.alphabet(config)
    assert isinstance(model, CharEmbeddingRNN)
    found = embeddings.looked_up(model, vocabulary, config.pairs[0][0])
    bound = float(found.vectors.abs().max())
    left, right = st.columns([2, 5], gap="medium")
    for column, title, rows, key in (
        (left, "One-hot: K numbers, one of them 1", found.one_hot, keys.ONE_HOT),
        (right, "Embedding: numbers that are learnt", found.vectors, keys.VECTORS),
    ):
        with column:
            chart = charts.matrix(title, rows.numpy(), vocabulary.symbols, theme, bound)
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
