"""Batches of text: padded codes, lengths, targets, and random windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnviz.chapters.characters.config import TextUnit
from rnnviz.chapters.characters.vocabulary import Line, Vocabulary, symbols_of

NOTHING = -100  # stands where no answer is wanted, as torch's cross_entropy has it


@dataclass(frozen=True)
class Passages:
    """Texts of different lengths.

    Attributes:
        codes: int64, shape (N, S); 0 behind a text's end.
        lengths: int64, shape (N,).
        labels: int64, (N, T), `NOTHING` behind the end; or classes, (N,).
    """

    codes: Tensor
    lengths: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, index: Tensor | slice) -> Passages:
        return Passages(self.codes[index], self.lengths[index], self.labels[index])

    def to(self, device: torch.device | str) -> Passages:
        """Move all tensors to a device."""
        return Passages(self.codes.to(device), self.lengths.to(device), self.labels.to(device))


def aligned(lines: Sequence[Line], vocabulary: Vocabulary) -> Passages:
    """Put lines under one another whose targets have a symbol for each of theirs."""
    return _passages(
        [vocabulary.encode(source) for source, _ in lines],
        [vocabulary.encode(target) for _, target in lines],
    )


def written(lines: Sequence[Line], vocabulary: Vocabulary) -> Passages:
    """Put lines under one another whose targets may have any length; K ends each of them."""
    end = torch.tensor([len(vocabulary)])
    return _passages(
        [vocabulary.encode(source) for source, _ in lines],
        [torch.cat((vocabulary.encode(target), end)) for _, target in lines],
    )


def classified(
    lines: Sequence[Line],
    vocabulary: Vocabulary,
    classes: Sequence[str],
    unit: TextUnit = "word",
) -> Passages:
    """Put lines of words or characters under one another, each with the place of its class."""
    places = {name: place for place, name in enumerate(classes)}
    labels = torch.tensor([places[target] for _, target in lines])
    codes = vocabulary.all_codes([symbols_of(source, unit) for source, _ in lines])
    found = _passages(codes, [])
    return Passages(found.codes, found.lengths, labels)


def windows(codes: Tensor, length: int, count: int, generator: torch.Generator) -> Passages:
    """Cut windows out of a text by chance; each symbol is answered by the next.

    Args:
        codes: int64, shape (N,), N above `length`.
        length: T, symbols of each.
        count: How many.
        generator: Of the chance.
    """
    starts = torch.randint(len(codes) - length, (count, 1), generator=generator)
    found = codes[starts + torch.arange(length + 1)]  # (count, T + 1)
    return Passages(found[:, :-1], torch.full((count,), length), found[:, 1:])


def _passages(sources: Sequence[Tensor], targets: Sequence[Tensor]) -> Passages:
    pad = torch.nn.utils.rnn.pad_sequence
    lengths = torch.tensor([len(source) for source in sources])
    labels = pad(list(targets), True, NOTHING) if targets else torch.empty(0, dtype=torch.int64)
    return Passages(pad(list(sources), batch_first=True), lengths, labels)
