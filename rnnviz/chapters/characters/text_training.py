"""Construction of a run on text: its config, network, examples, objective and training loop."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from rnnviz.chapters.characters.config import (
    HELD_OUT,
    MOST_HELD_OUT,
    TextConfig,
    TextNetwork,
    TextUnit,
)
from rnnviz.chapters.characters.held_out_rows import split_rows
from rnnviz.chapters.characters.models import (
    CharCell,
    CharEmbeddingRNN,
    CharRNN,
    EncoderDecoder,
    WordClassifier,
)
from rnnviz.chapters.characters.objectives import Sorting, Spelling, Writing
from rnnviz.chapters.characters.text_batches import Passages, aligned, classified, windows, written
from rnnviz.chapters.characters.vocabulary import (
    Line,
    Vocabulary,
    encoded,
    passage,
    symbols_of,
)
from rnnviz.core.config import Cell, ModelConfig, TrainConfig
from rnnviz.training.loop.loop import Loop, LoopState
from rnnviz.training.tasks.objectives import Objective

TextModel = CharCell | CharRNN | CharEmbeddingRNN | WordClassifier | EncoderDecoder

JUDGED = 8  # windows of the text's end that tell how often a language model is right


def text_network(config: TextConfig) -> TextModel:
    """Build what a run on texts trains, with weights drawn from torch's own chance."""
    model, K = config.model, config.symbols
    E, H, cell = model.input_size, model.hidden_size, model.cell
    if config.network == "cell":
        return CharCell(K)
    if config.network == "rnn":
        return CharRNN(K)
    if config.network == "classifier":
        return WordClassifier(K, config.classes, E, H, cell)
    if config.network == "writer":
        return EncoderDecoder(K, E, H, cell)
    return CharEmbeddingRNN(K, E, H, model.num_layers, cell)


def text_loop(config: TextConfig, model: TextModel, state: LoopState | None) -> Loop[Passages]:
    """Get a training on texts ready.

    Raises:
        ValueError: If the config's alphabet is not that of its texts.
    """
    device = next(model.parameters()).device
    vocabulary = alphabet(config)
    if config.network != "language":
        learnt = examples(config, vocabulary).to(device)
        held_out = learnt
        if config.held_out:
            held_out = examples(config, vocabulary, held_out=True).to(device)
        return Loop(
            model,
            learnt,
            config.training,
            held_out=held_out,
            objective=objective(config),
            state=state,
        )
    codes, tail = halves(config)

    def renew(chance: torch.Generator) -> Passages:
        return windows(codes, config.window, config.sequences, chance).to(device)

    return Loop(
        model,
        renew(torch.Generator().manual_seed(0)),  # each epoch has its own
        config.training,
        held_out=_judged(tail, config.window).to(device),
        renew=renew,
        objective=objective(config),
        state=state,
    )


def objective(config: TextConfig) -> Objective[Passages]:
    """Return what a run on texts learns."""
    if config.network == "classifier":
        return Sorting(packed=len(config.lengths) > 1)
    if config.network == "writer":
        return Writing(config.teacher_forcing)
    return Spelling(summed=config.network != "language")


@lru_cache(maxsize=8)
def alphabet(config: TextConfig) -> Vocabulary:
    """Return the symbols of a run's texts.

    Raises:
        ValueError: If they are not as many as the config says.
    """
    found = alphabet_of(config.network, config.pairs, config.text, config.unit)
    if len(found) != config.symbols:
        raise ValueError(f"symbols must be K = {len(found)}, got {config.symbols}")
    return found


def alphabet_of(
    network: TextNetwork, lines: tuple[Line, ...], text: str = "", unit: TextUnit = "word"
) -> Vocabulary:
    """Return the symbols of texts: words or graphemes for a classifier, graphemes for others."""
    if network == "language":
        return passage(text)
    if network == "classifier":
        symbols = (symbol for source, _ in lines for symbol in symbols_of(source, unit))
        return Vocabulary.of_symbols(symbols)
    return Vocabulary.of(*(part for line in lines for part in line))


def examples(config: TextConfig, vocabulary: Vocabulary, *, held_out: bool = False) -> Passages:
    """Return what a run on lines learns, or what a classifier holds out."""
    if config.network == "classifier":
        lines = rows(config)[held_out]
        return classified(lines, vocabulary, classes(config), config.unit)
    if config.network == "writer":
        return written(config.pairs, vocabulary)
    return aligned(config.pairs, vocabulary)


@lru_cache(maxsize=8)
def rows(config: TextConfig) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Return a classifier's rows: those that are trained on, and those that are held out."""
    return split_rows(config.pairs, config.held_out, config.training.seed)


def batch_of(config: TextConfig, lines: Sequence[Line]) -> Passages:
    """Return some of a classifier's rows as a batch."""
    return classified(lines, alphabet(config), classes(config), config.unit)


def classes(config: TextConfig) -> tuple[str, ...]:
    """Return a classifier's classes, in order."""
    return tuple(sorted({target for _, target in config.pairs}))


def halves(config: TextConfig) -> tuple[Tensor, Tensor]:
    """Return the codes of what a language model learns, and of the end that judges it.

    Raises:
        ValueError: If no window fits into either.
    """
    codes = encoded(config.text)[1]
    learnt = border(len(codes))
    if learnt <= config.window:
        raise ValueError(
            f"the text must be longer than a window of {config.window}, got {learnt} characters"
        )
    return codes[:learnt], codes[learnt:]


def border(count: int) -> int:
    """Return how many characters of a text are learnt; the others judge a language model."""
    return count - max(min(int(count * HELD_OUT), MOST_HELD_OUT), 2)


def _judged(tail: Tensor, window: int) -> Passages:
    length = min(window, len(tail) - 1)
    count = min(JUDGED, (len(tail) - 1) // length)
    starts = torch.arange(count)[:, None] * length + torch.arange(length)
    return Passages(tail[starts], torch.full((count,), length), tail[starts + 1])


def config_of(
    network: TextNetwork,
    lines: tuple[Line, ...] = (),
    text: str = "",
    *,
    cell: Cell = "rnn",
    embedding_size: int = 10,
    hidden_size: int = 8,
    num_layers: int = 1,
    epochs: int = 15,
    batch_size: int = 100,
    lr: float = 0.1,
    clip_norm: float = 0.0,
    seed: int = 0,
    window: int = 32,
    teacher_forcing: bool = True,
    unit: TextUnit = "word",
    held_out: int = 0,
) -> TextConfig:
    """Put together a run on texts; its alphabet follows from them.

    Raises:
        ValueError: If that cannot be trained here, in words.
    """
    K = len(alphabet_of(network, lines, text, unit))
    headless = network in ("cell", "rnn")
    sizes = (K, K) if headless else (embedding_size, hidden_size)
    return TextConfig(
        network,
        ModelConfig(cell, *sizes, num_layers=num_layers),
        TrainConfig(
            epochs=epochs,
            batch_size=batch_size,
            lr=lr,
            optimizer="adam",
            schedule="constant",
            clip_norm=clip_norm,
            seed=seed,
        ),
        symbols=K,
        pairs=lines,
        text=text,
        window=window,
        teacher_forcing=teacher_forcing,
        unit=unit,
        held_out=held_out,
    )
