"""Objectives of the networks on text: their losses, and how held-out text is evaluated."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rnnviz.chapters.characters.models import CharEmbeddingRNN, EncoderDecoder, State
from rnnviz.chapters.characters.text_batches import NOTHING, Passages
from rnnviz.core.inspect.reading import evaluating

AT_ONCE = 512  # symbols read in one call
GUESSES = 3  # likeliest next symbols that are returned of each place


@dataclass(frozen=True)
class Spelling:
    """A symbol for each symbol that is read.

    Attributes:
        summed: Whether the loss is summed over the steps, and a mean over the lines alone; else it
            is a mean over both.
    """

    summed: bool = True

    def loss(self, model: nn.Module, batch: Passages) -> tuple[Tensor, Tensor]:
        """Cross-entropy, and the share of the symbols answered right."""
        logits: Tensor = model(batch.codes.t()).logits  # (T, B, K)
        wanted = batch.labels.t()
        loss = _entropy(logits, wanted, "sum" if self.summed else "mean")
        return (loss / len(batch) if self.summed else loss), _right(logits.argmax(2), wanted)

    def judge(self, model: nn.Module, held_out: Passages) -> float:
        """The share of the symbols answered right."""
        with evaluating(model), torch.no_grad():
            return float(self.loss(model, held_out)[1])


@dataclass(frozen=True)
class Sorting:
    """A class for each line of words or characters.

    Attributes:
        packed: Whether lines have different lengths, and are packed.
    """

    packed: bool = False

    def last_logits(self, model: nn.Module, batch: Passages) -> Tensor:
        """Return the logits after the last symbol of each line, shape (B, C)."""
        lengths = batch.lengths if self.packed else None
        logits: Tensor = model(batch.codes.t(), lengths).logits  # (T, B, C)
        return logits[batch.lengths - 1, torch.arange(len(batch))]

    def loss(self, model: nn.Module, batch: Passages) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy after the last word, and the share of the lines sorted right."""
        last = self.last_logits(model, batch)
        return F.cross_entropy(last, batch.labels), _right(last.argmax(1), batch.labels)

    def judge(self, model: nn.Module, held_out: Passages) -> float:
        """The share of the lines sorted right."""
        with evaluating(model), torch.no_grad():
            return float(self.loss(model, held_out)[1])


@dataclass(frozen=True)
class Writing:
    """A text for each text.

    Attributes:
        teacher_forcing: Whether the right symbols go in while it learns, else its own.
    """

    teacher_forcing: bool = True

    def loss(self, model: nn.Module, batch: Passages) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy, end marks included, and the share of symbols that were right."""
        assert isinstance(model, EncoderDecoder)
        source, wanted = batch.codes.t(), batch.labels.t()
        logits = (
            model(source, batch.lengths, wanted)
            if self.teacher_forcing
            else model.write(source, batch.lengths, len(wanted))[1]
        )
        return _entropy(logits, wanted, "mean"), _right(logits.argmax(2), wanted)

    def judge(self, model: nn.Module, held_out: Passages) -> float:
        """The share of the texts that it writes wholly right, with its own symbols going in."""
        assert isinstance(model, EncoderDecoder)
        with evaluating(model), torch.no_grad():
            wanted = held_out.labels.t()
            codes, _ = model.write(held_out.codes.t(), held_out.lengths, len(wanted))
        return float(((codes == wanted) | (wanted == NOTHING)).all(0).double().mean())


@dataclass(frozen=True)
class Foretold:
    """What a language model made of a text, read from its first symbol on in one go.

    Attributes:
        h: The top layer's hidden states from a place S on, shape (T − S, H).
        guesses: Codes of the likeliest next symbols, best first, shape (T − S, G).
        shares: Their probabilities, shape (T − S, G).
        bits: Of each symbol but the first, what it cost: −log₂ of its probability, (T − 1,).
    """

    h: Tensor
    guesses: Tensor
    shares: Tensor
    bits: Tensor

    @property
    def bits_per_character(self) -> float:
        """The mean of them."""
        return float(self.bits.mean())


def foretell(model: CharEmbeddingRNN, codes: Tensor, start: int = 0) -> Foretold:
    """Read a text; the model is left as found. Its logits, (T, K), are never held all at once.

    Args:
        model: Read with.
        codes: The text, int64 (T,), T at least 2.
        start: S, the place from which on states and guesses are returned.
    """
    state: State | None = None
    h, shares, guesses, nats = [], [], [], []
    with evaluating(model), torch.no_grad():
        for first, part in zip(
            range(0, len(codes), AT_ONCE), torch.split(codes, AT_ONCE), strict=True
        ):
            answer = model(part[:, None], state)
            state = answer.state
            logits = answer.logits[:, 0]  # (AT_ONCE, K)
            came = codes[first + 1 : first + 1 + len(part)]
            nats.append(F.cross_entropy(logits[: len(came)], came, reduction="none"))
            shown = slice(max(start - first, 0), None)
            h.append(answer.h[shown, 0].clone())  # without what came before
            top = logits[shown].softmax(1).topk(min(GUESSES, logits.shape[1]), dim=1)
            shares.append(top.values)
            guesses.append(top.indices)
    bits = torch.cat(nats) / math.log(2)
    return Foretold(torch.cat(h), torch.cat(guesses), torch.cat(shares), bits)


def _entropy(logits: Tensor, wanted: Tensor, reduction: str) -> Tensor:
    return F.cross_entropy(
        logits.flatten(0, 1), wanted.flatten(), ignore_index=NOTHING, reduction=reduction
    )


def _right(guesses: Tensor, wanted: Tensor) -> Tensor:
    asked = wanted != NOTHING
    return ((guesses == wanted) & asked).sum() / asked.sum()
