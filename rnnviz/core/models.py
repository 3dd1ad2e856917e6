"""Models: a recurrent network as torch builds it, and the head that reads it."""

from __future__ import annotations

from torch import Tensor, cat, nn

from rnnviz.core.char_models import (
    CharCell,
    CharEmbeddingRNN,
    CharRNN,
    EncoderDecoder,
    WordClassifier,
)
from rnnviz.core.config import ModelConfig

__all__ = [
    "CharCell",
    "CharEmbeddingRNN",
    "CharRNN",
    "EncoderDecoder",
    "RNNModule",
    "SequenceClassifier",
    "SequenceTagger",
    "WordClassifier",
    "build_rnn",
]

RNNModule = nn.RNN | nn.GRU | nn.LSTM


def build_rnn(config: ModelConfig) -> RNNModule:
    """Build the plain torch module that a config describes, time first.

    Args:
        config: What to build; dropout without a second layer is left out, since torch warns of it.

    Returns: An nn.RNN, nn.GRU or nn.LSTM with batch_first=False.
    """
    common = {
        "num_layers": config.num_layers,
        "bias": config.bias,
        "dropout": config.dropout if config.num_layers > 1 else 0.0,
        "bidirectional": config.bidirectional,
    }
    sizes = (config.input_size, config.hidden_size)
    if config.cell == "rnn":
        return nn.RNN(*sizes, nonlinearity=config.nonlinearity, **common)
    if config.cell == "gru":
        return nn.GRU(*sizes, **common)
    return nn.LSTM(*sizes, proj_size=config.proj_size, **common)


class SequenceClassifier(nn.Module):
    """Many to one: read a whole sequence, then answer once.

    The head reads the top layer's h as `config.pooling` says. "last" is what each direction holds
    when it has seen everything: `output[-1]` for one direction, `h_n[-2]` and `h_n[-1]` for two
    (`output[-1]` would give the backward direction after one row only). "mean" and "max" are taken
    over all rows, of each unit by itself.

    Attributes:
        config: What `rnn` was built from.
        rnn: The plain torch module, time first.
        head: Linear, (D·P) -> K.
    """

    def __init__(self, config: ModelConfig, num_classes: int = 10) -> None:
        super().__init__()
        self.config = config
        self.rnn = build_rnn(config)
        self.head = nn.Linear(config.num_directions * config.output_size, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Answer a batch of sequences.

        Args:
            x: Input, shape (T, B, I).

        Returns: Logits, shape (B, K).
        """
        output, state = self.rnn(x)
        logits: Tensor = self.head(self.pool(output, state))
        return logits

    def pool(self, output: Tensor, state: Tensor | tuple[Tensor, Tensor]) -> Tensor:
        """Take from the top layer what the head reads.

        Args:
            output: The top layer's hidden states, shape (T, B, D·P).
            state: As for `last`.

        Returns: Features, shape (B, D·P).
        """
        if self.config.pooling == "mean":
            return output.mean(0)
        if self.config.pooling == "max":
            return output.max(0).values
        return self.last(state)

    def last(self, state: Tensor | tuple[Tensor, Tensor]) -> Tensor:
        """Join the hidden states in which the top layer's directions ended.

        Args:
            state: h_n, or (h_n, c_n) of an LSTM; h_n has shape (num_layers·D, B, P).

        Returns: Features, shape (B, D·P).
        """
        h_n = state[0] if isinstance(state, tuple) else state
        if self.config.num_directions == 1:
            return h_n[-1]
        return cat((h_n[-2], h_n[-1]), dim=-1)


class SequenceTagger(nn.Module):
    """Many to many, aligned: answer after each step, from what has been read so far.

    Attributes:
        config: What `rnn` was built from; one direction.
        rnn: The plain torch module, time first.
        head: Linear, P -> K, the same at every step.

    Raises:
        ValueError: If the config reads in both directions: then each answer would have seen all.
    """

    def __init__(self, config: ModelConfig, num_classes: int) -> None:
        super().__init__()
        if config.bidirectional:
            raise ValueError("a SequenceTagger reads in one direction, got bidirectional=True")
        self.config = config
        self.rnn = build_rnn(config)
        self.head = nn.Linear(config.output_size, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Answer after each step.

        Args:
            x: Input, shape (T, B, I).

        Returns: Logits, shape (T, B, K).
        """
        logits: Tensor = self.head(self.rnn(x)[0])
        return logits
