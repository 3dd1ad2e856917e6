"""Models: a recurrent network as torch builds it, and the head that reads it."""

from __future__ import annotations

from torch import Tensor, cat, nn

from rnnviz.core.config import ModelConfig

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

    The head reads what each direction holds when it has seen everything: `output[-1]` for one
    direction, `h_n[-2]` and `h_n[-1]` for two (`output[-1]` would give the backward direction after
    one row only).

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
        _, state = self.rnn(x)
        return self.read(state)

    def read(self, state: Tensor | tuple[Tensor, Tensor]) -> Tensor:
        """Apply the head to the state in which the top layer ended.

        Args:
            state: h_n, or (h_n, c_n) of an LSTM; h_n has shape (num_layers·D, B, P).

        Returns: Logits, shape (B, K).
        """
        h_n = state[0] if isinstance(state, tuple) else state
        last = cat(tuple(h_n[-self.config.num_directions :]), dim=-1)  # (B, D·P)
        logits: Tensor = self.head(last)
        return logits
