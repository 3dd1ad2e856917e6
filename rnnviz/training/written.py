"""What an encoder-decoder writes, with its own characters going back in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from rnnviz.core.char_models import EncoderDecoder
from rnnviz.core.reading import evaluating
from rnnviz.data.characters import Line, Vocabulary
from rnnviz.data.graphemes import graphemes

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SPELLING: tuple[Line, ...] = tuple((str(digit), word) for digit, word in enumerate(DIGITS))
WORDS = (
    *("time", "memory", "state", "gate", "cell", "layer", "tensor", "weight", "hidden", "input"),
    *("output", "train", "loss", "epoch", "batch", "char", "hello", "world", "sine", "wave"),
    *("draw", "digit", "read", "row", "step", "seed", "trace", "unit", "shape", "model"),
    *("rain", "snow", "moon", "star", "stone", "tree", "river", "bird", "horse", "mouse"),
)
REVERSAL: tuple[Line, ...] = tuple((word, word[::-1]) for word in WORDS)
UNSEEN = (  # words that are never trained on, of the same letters
    *("light", "sound", "night", "water", "paper", "bread", "chair", "storm", "cloud", "seven"),
    *("lamp", "sand", "road", "hill", "coin", "ring", "stream", "winter", "garden", "silver"),
)
LONGEST = 20


@dataclass(frozen=True)
class Written:
    """What a network wrote.

    Attributes:
        text: Up to the end mark.
        ended: Whether there was one.
        shares: The probability of each character when it was chosen, the end mark's last.
    """

    text: str
    ended: bool
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Right:
    """How much of several texts was written as wanted.

    Attributes:
        whole: Texts that are wholly right.
        characters: Share of the wanted characters that stand in their place, 0…1.
        count: Texts.
    """

    whole: int
    characters: float
    count: int


def right(texts: Sequence[str], targets: Sequence[str]) -> Right:
    """Count what was written as wanted.

    Args:
        texts: What was written, N of them.
        targets: What was wanted, N, none empty.
    """
    wanted = [graphemes(target) for target in targets]
    found = [graphemes(text) for text in texts]
    placed = sum(
        one == other
        for text, target in zip(found, wanted, strict=True)
        for one, other in zip(text, target, strict=False)
    )
    whole = sum(text == target for text, target in zip(texts, targets, strict=True))
    return Right(whole, placed / sum(map(len, wanted)), len(targets))


def unseen(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return lines for whom no network of these lines can have learnt by heart.

    Those are words reversed, of letters that it knows; none if it learns something else.
    """
    if any(target != source[::-1] for source, target in lines):
        return ()
    known, letters = {source for source, _ in lines}, set("".join(source for source, _ in lines))
    return tuple(
        (word, word[::-1]) for word in UNSEEN if word not in known and letters.issuperset(word)
    )


def write(
    model: EncoderDecoder,
    vocabulary: Vocabulary,
    source: str,
    *,
    temperature: float = 0.0,
    seed: int = 0,
) -> Written:
    """Write from one source, as `write_all`."""
    return write_all(model, vocabulary, [source], temperature=temperature, seed=seed)[0]


def write_all(
    model: EncoderDecoder,
    vocabulary: Vocabulary,
    sources: Sequence[str],
    *,
    temperature: float = 0.0,
    seed: int = 0,
) -> list[Written]:
    """Write from sources until the end mark, or `LONGEST` characters; the model is left as found.

    Raises:
        ValueError: If a source is empty or has characters that the model never saw.
    """
    codes = [vocabulary.encode(source) for source in sources]
    if not all(map(len, codes)):
        raise ValueError("the source is empty: write a character at least")
    chance = torch.Generator().manual_seed(seed)
    with evaluating(model), torch.no_grad():
        found, logits = model.write(
            torch.nn.utils.rnn.pad_sequence(codes),
            torch.tensor([len(code) for code in codes]),
            LONGEST,
            temperature=temperature,
            generator=chance,
        )
    shares = logits.softmax(2).gather(2, found[:, :, None])[:, :, 0]  # (T, B)
    return [
        _until_end(model, vocabulary, found[:, n].tolist(), shares[:, n].tolist())
        for n in range(len(codes))
    ]


def _until_end(
    model: EncoderDecoder, vocabulary: Vocabulary, codes: list[int], shares: list[float]
) -> Written:
    ended = model.end in codes
    count = codes.index(model.end) if ended else LONGEST
    return Written(vocabulary.decode(codes[:count]), ended, tuple(shares[: count + 1]))
