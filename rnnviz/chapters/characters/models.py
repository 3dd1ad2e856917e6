"""Models that read characters, as in the tutorials: time first, codes in, logits out."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rnnviz.core.config import Cell

State = Tensor | tuple[Tensor, Tensor]


class Answer(NamedTuple):
    """What a network makes of some texts.

    Attributes:
        logits: After each character, shape (T, B, K).
        h: The top layer's hidden states, shape (T, B, H).
        state: Where to go on, as torch has it; None where that is not offered.
    """

    logits: Tensor
    h: Tensor
    state: State | None = None


class CharCell(nn.Module):
    """`nn.RNNCell` and a loop of one's own; h itself is the answer, so H is K.

    Attributes:
        cell: The plain torch module.
    """

    def __init__(self, symbols: int) -> None:
        super().__init__()
        self.cell = nn.RNNCell(symbols, symbols)

    def forward(self, codes: Tensor) -> Answer:
        """Read texts, codes int64 (T, B), a character at a time."""
        h = self.cell.weight_hh.new_zeros(codes.shape[1], self.cell.hidden_size)  # (B, K)
        states = []
        for x in F.one_hot(codes, self.cell.input_size).to(h.dtype):  # (B, K)
            h = self.cell(x, h)
            states.append(h)
        logits = torch.stack(states)  # (T, B, K)
        return Answer(logits, logits)


class CharRNN(nn.Module):
    """`nn.RNN` over the whole sequence; h itself is the answer, so H is K.

    Attributes:
        rnn: The plain torch module.
    """

    def __init__(self, symbols: int) -> None:
        super().__init__()
        self.rnn = nn.RNN(symbols, symbols)

    def forward(self, codes: Tensor) -> Answer:
        """Read texts, codes int64 (T, B), in one call."""
        x = F.one_hot(codes, self.rnn.input_size).type_as(next(self.parameters()))  # (T, B, K)
        output, _ = self.rnn(x)
        return Answer(output, output)


class CharEmbeddingRNN(nn.Module):
    """`nn.Embedding`, a recurrent network, `nn.Linear`.

    Attributes:
        embedding: From a code to a vector, K rows.
        rnn: `nn.RNN`, `nn.GRU` or `nn.LSTM`.
        head: From h to logits.
    """

    def __init__(
        self,
        symbols: int,
        embedding_size: int = 10,
        hidden_size: int = 8,
        num_layers: int = 2,
        cell: Cell = "rnn",
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(symbols, embedding_size)
        self.rnn = _kind(cell)(embedding_size, hidden_size, num_layers)
        self.head = nn.Linear(hidden_size, symbols)

    def forward(self, codes: Tensor, state: State | None = None) -> Answer:
        """Read texts, codes int64 (T, B), from a state on."""
        output, state = self.rnn(self.embedding(codes), state)  # (T, B, H)
        return Answer(self.head(output), output, state)


class WordClassifier(nn.Module):
    """Many to one: an embedding of words, a recurrent network, a class after the last word.

    Attributes:
        embedding: From a code to a vector, K rows.
        rnn: `nn.RNN`, `nn.GRU` or `nn.LSTM`.
        head: From h to logits.
    """

    def __init__(
        self,
        symbols: int,
        classes: int,
        embedding_size: int = 2,
        hidden_size: int = 5,
        cell: Cell = "rnn",
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(symbols, embedding_size)
        self.rnn = _kind(cell)(embedding_size, hidden_size)
        self.head = nn.Linear(hidden_size, classes)

    def forward(self, codes: Tensor, lengths: Tensor | None = None) -> Answer:
        """Read codes int64 (T, B); the logits (T, B, C) of the last step are the answer.

        Rows of different lengths, int64 (B,), are padded; packed, their padding is not read.
        """
        x = self.embedding(codes)  # (T, B, E)
        if lengths is None:
            output, _ = self.rnn(x)  # (T, B, H)
        else:
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
            output, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0])
        return Answer(self.head(output), output)


class EncoderDecoder(nn.Module):
    """One network reads a text into its last state, another writes from there, until the end mark.

    The end mark is the code K, the mark before the first character K + 1.

    Attributes:
        embedding: Of both, K + 2 rows.
        encoder: Reads.
        decoder: Writes.
        head: From the decoder's h to logits, K + 1 of them.
    """

    def __init__(
        self, symbols: int, embedding_size: int = 16, hidden_size: int = 48, cell: Cell = "gru"
    ) -> None:
        super().__init__()
        self.end, self.begin = symbols, symbols + 1
        self.embedding = nn.Embedding(symbols + 2, embedding_size)
        self.encoder = _kind(cell)(embedding_size, hidden_size)
        self.decoder = _kind(cell)(embedding_size, hidden_size)
        self.head = nn.Linear(hidden_size, symbols + 1)

    def read(self, source: Tensor, lengths: Tensor) -> State:
        """Return the state after the last character of each source.

        Args:
            source: Codes, int64 (S, B); behind a text's end there may be anything within K.
            lengths: Of the texts, int64 (B,), each at least 1.
        """
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(source), lengths.cpu(), enforce_sorted=False
        )
        state: State = self.encoder(packed)[1]
        return state

    def forward(self, source: Tensor, lengths: Tensor, target: Tensor) -> Tensor:
        """Write with the right character before each given: teacher forcing.

        Args:
            source: As for `read`.
            lengths: As for `read`.
            target: Codes with the end mark, int64 (T, B); negative behind it.

        Returns: Logits, shape (T, B, K + 1).
        """
        said = target.masked_fill(target < 0, self.end)
        before = torch.cat((torch.full_like(said[:1], self.begin), said[:-1]))
        output, _ = self.decoder(self.embedding(before), self.read(source, lengths))
        logits: Tensor = self.head(output)
        return logits

    def write(
        self,
        source: Tensor,
        lengths: Tensor,
        steps: int,
        *,
        temperature: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Write with what was written before given back in, as it must when nobody knows better.

        Args:
            source: As for `read`.
            lengths: As for `read`.
            steps: T, characters to write, end marks among them.
            temperature: As of `choose`.
            generator: As of `choose`.

        Returns: Codes, int64 (T, B), and logits, shape (T, B, K + 1).
        """
        state = self.read(source, lengths)
        code = torch.full_like(source[:1], self.begin)
        codes, logits = [], []
        for _ in range(steps):
            output, state = self.decoder(self.embedding(code), state)
            logits.append(self.head(output[0]))  # (B, K + 1)
            code = choose(logits[-1].detach(), temperature, generator)[None]
            codes.append(code[0])
        return torch.stack(codes), torch.stack(logits)


def choose(
    logits: Tensor, temperature: float = 0.0, generator: torch.Generator | None = None
) -> Tensor:
    """Choose a symbol by logits / temperature; at 0 the likeliest, greedily.

    Args:
        logits: Shape (B, K).
        temperature: 0 or more.
        generator: Of the chance; it may be None at 0.

    Returns: Codes, int64 (B,).

    Raises:
        ValueError: If the temperature is negative or no number.
    """
    if not 0 <= temperature < float("inf"):
        raise ValueError(f"temperature must be 0 or more, got {temperature}")
    if temperature == 0:
        return logits.argmax(1)
    top = logits.max(1, keepdim=True).values
    shares = ((logits - top).double() / temperature).softmax(1)
    return torch.multinomial(shares, 1, generator=generator)[:, 0]


def _kind(cell: Cell) -> type[nn.RNN | nn.GRU | nn.LSTM]:
    kinds: dict[Cell, type[nn.RNN | nn.GRU | nn.LSTM]] = {
        "rnn": nn.RNN,
        "gru": nn.GRU,
        "lstm": nn.LSTM,
    }
    return kinds[cell]
