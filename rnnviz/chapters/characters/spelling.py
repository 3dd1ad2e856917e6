"""Predictions of a network for one line of text, and the measured success rates for "hello"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rnnviz.chapters.characters.vocabulary import Vocabulary
from rnnviz.core.inspect.reading import evaluating

FILE = Path(__file__).resolve().parents[2] / "assets" / "lessons" / "hello.json"


@dataclass(frozen=True, eq=False)
class Said:
    """What a network answers to one line.

    Attributes:
        source: The symbols that went in, T of them.
        target: Those that were wanted.
        said: Those that it chose, greedily, joined.
        h: Hidden states after each, float32, shape (T, H).
        shares: The probability of each symbol, float32, shape (T, K).
        losses: Cross-entropy at each step, float32, shape (T,).
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    said: str
    h: Tensor
    shares: Tensor
    losses: Tensor

    @property
    def loss(self) -> float:
        """Summed over the steps."""
        return float(self.losses.double().sum())


def say(model: nn.Module, vocabulary: Vocabulary, source: str, target: str) -> Said:
    """Let a network answer a line; it is left as found.

    Args:
        model: A CharCell, CharRNN or CharEmbeddingRNN.
        vocabulary: Its alphabet.
        source: A line.
        target: What is wanted, as many symbols.
    """
    codes, wanted = vocabulary.encode(source), vocabulary.encode(target)
    with evaluating(model), torch.no_grad():
        answer = model(codes[:, None])
    logits = answer.logits[:, 0]  # (T, K)
    names = vocabulary.symbols
    return Said(
        tuple(names[code] for code in codes.tolist()),
        tuple(names[code] for code in wanted.tolist()),
        vocabulary.decode(logits.argmax(1)),
        answer.h[:, 0],
        logits.softmax(1),
        F.cross_entropy(logits, wanted, reduction="none"),
    )


@dataclass(frozen=True, eq=False)
class Measured:
    """How often each network said "ohlol".

    Attributes:
        epochs: Of each training.
        first: By network: for each seed the first epoch, from 1, whose print-out said it, before
            the epoch's step; None if none did.
        at_end: By network: for each seed whether it said it after the last step.
    """

    epochs: int
    first: Mapping[str, tuple[int | None, ...]]
    at_end: Mapping[str, tuple[bool, ...]]

    @property
    def seeds(self) -> int:
        """Trainings of each network."""
        return len(next(iter(self.first.values())))

    def share(self, network: str) -> float:
        """Return the share of the seeds with which a network said it within the epochs."""
        return sum(first is not None for first in self.first[network]) / self.seeds


def of(figures: Mapping[str, Any]) -> Measured:
    """Read what the bench writes."""
    return Measured(
        figures["epochs"],
        {name: tuple(each) for name, each in figures["first"].items()},
        {name: tuple(each) for name, each in figures["at_end"].items()},
    )


@cache
def measured() -> Measured:
    """Return what comes with rnnviz."""
    return of(json.loads(FILE.read_bytes()))
