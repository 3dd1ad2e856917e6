"""What networks learn from texts, and how they are judged."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rnnviz.core.char_models import CharEmbeddingRNN, EncoderDecoder, State
from rnnviz.core.reading import evaluating
from rnnviz.data.passages import NOTHING, Passages

AT_ONCE = 512  # symbols read in one call


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
    """A class for each line of words, all of one length or not."""

    def loss(self, model: nn.Module, batch: Passages) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy after the last word, and the share of the lines sorted right."""
        logits: Tensor = model(batch.codes.t()).logits  # (T, B, C)
        last = logits[batch.lengths - 1, torch.arange(len(batch))]  # (B, C)
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
        logits: After each symbol, shape (T, K).
        h: The top layer's hidden states, shape (T, H).
        bits: Of each symbol but the first, what it cost: −log₂ of its probability, (T − 1,).
    """

    logits: Tensor
    h: Tensor
    bits: Tensor

    @property
    def bits_per_character(self) -> float:
        """The mean of them."""
        return float(self.bits.mean())


def foretell(model: CharEmbeddingRNN, codes: Tensor) -> Foretold:
    """Read a text, codes int64 (T,), T at least 2; the model is left as found."""
    state: State | None = None
    logits, h = [], []
    with evaluating(model), torch.no_grad():
        for part in torch.split(codes, AT_ONCE):
            answer = model(part[:, None], state)
            state = answer.state
            logits.append(answer.logits[:, 0])
            h.append(answer.h[:, 0])
    told = torch.cat(logits)
    nats = F.cross_entropy(told[:-1], codes[1:], reduction="none")
    return Foretold(told, torch.cat(h), nats / math.log(2))


def _entropy(logits: Tensor, wanted: Tensor, reduction: str) -> Tensor:
    return F.cross_entropy(
        logits.flatten(0, 1), wanted.flatten(), ignore_index=NOTHING, reduction=reduction
    )


def _right(guesses: Tensor, wanted: Tensor) -> Tensor:
    asked = wanted != NOTHING
    return ((guesses == wanted) & asked).sum() / asked.sum()
