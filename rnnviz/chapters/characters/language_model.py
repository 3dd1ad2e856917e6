"""Character language model: generated text, predictions along a text, a counting baseline."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnviz.chapters.characters.models import CharEmbeddingRNN, State, choose
from rnnviz.chapters.characters.objectives import foretell
from rnnviz.chapters.characters.vocabulary import Vocabulary
from rnnviz.core.inspect.reading import evaluating


def write_on(
    model: CharEmbeddingRNN,
    vocabulary: Vocabulary,
    opening: str,
    count: int,
    *,
    temperature: float = 0.0,
    seed: int = 0,
) -> str:
    """Continue an opening; at temperature 0 greedily.

    Args:
        model: Left as found.
        vocabulary: Its alphabet.
        opening: At least one character.
        count: Characters to write.
        temperature: 0 or more.
        seed: Of the chance.

    Raises:
        ValueError: If the opening is empty or has characters that the model never saw.
    """
    codes = vocabulary.encode(opening)
    if not len(codes):
        raise ValueError("the opening is empty: write a character at least")
    chance = torch.Generator().manual_seed(seed)
    state: State | None = None
    code, written = codes[:, None], []
    with evaluating(model), torch.no_grad():
        for _ in range(count):
            answer = model(code, state)
            state = answer.state
            code = choose(answer.logits[-1], temperature, chance)[None]  # (1, 1)
            written.append(int(code))
    return vocabulary.decode(written)


@dataclass(frozen=True, eq=False)
class Painted:
    """What a network held and guessed at each place of a text.

    Attributes:
        symbols: The text's, T of them.
        h: Hidden states after each, float32, shape (T, H).
        guesses: The three likeliest next symbols after each, best first.
        shares: Their probabilities, float32, shape (T, 3).
        bits: What each symbol cost; 0 for a text's first, which nobody foretold; float32, (T,).
    """

    symbols: tuple[str, ...]
    h: Tensor
    guesses: tuple[tuple[str, ...], ...]
    shares: Tensor
    bits: Tensor


def paint(
    model: CharEmbeddingRNN, vocabulary: Vocabulary, codes: Tensor, start: int = 0
) -> Painted:
    """Read a text, and tell of its places from some one on; the model is left as found.

    Args:
        model: Read with.
        vocabulary: Its alphabet.
        codes: The text from its first symbol on, int64 (T,), T at least 2.
        start: The first place that is told of, from 0.
    """
    found = foretell(model, codes, start)
    names = vocabulary.symbols
    return Painted(
        tuple(names[code] for code in codes[start:].tolist()),
        found.h,
        tuple(tuple(names[code] for code in row) for row in found.guesses.tolist()),
        found.shares,
        torch.cat((torch.zeros(1), found.bits))[start:].clone(),
    )


def by_counting(learnt: Tensor, tail: Tensor, symbols: int) -> float:
    """Return the bits per character of a text's end by how often each symbol came before.

    Args:
        learnt: Codes that are counted, int64 (N,), one added to each symbol's count.
        tail: Codes that are judged.
        symbols: K.
    """
    counts = torch.bincount(learnt, minlength=symbols).double() + 1
    return float(-(counts / counts.sum()).log()[tail].mean() / math.log(2))
