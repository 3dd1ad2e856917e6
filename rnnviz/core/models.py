"""Models: a recurrent network as torch builds it, and a head on its hidden states."""

from __future__ import annotations

from torch import Tensor, cat, nn
from torch.func import functional_call
from torch.nn import functional as F

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

    The head reads the top layer's h as `config.pooling` says. "last" is what each direction holds
    when it has seen everything: `output[-1]` for one direction, `h_n[-2]` and `h_n[-1]` for two
    (in `output[-1]` the top layer's reverse cell has made its first step only; with one layer it
    has read one row there, with more it depends on all rows through the layer below). "output" is
    that `output[-1]`, which for one direction is "last". "mean" and "max" are taken over all rows,
    of each unit by itself. "all" is h of every row, one after the other: where fewer rows than
    `num_steps` were read, h of the others counts as 0.

    Attributes:
        config: What `rnn` was built from.
        num_classes: K.
        rnn: The plain torch module, time first.
        head: Linear, (D·P) -> K, or the one given.
        num_steps: T that the head reads, if the pooling is "all"; else 0.
    """

    def __init__(
        self,
        config: ModelConfig,
        num_classes: int = 10,
        *,
        rnn: RNNModule | None = None,
        head: nn.Module | None = None,
        num_steps: int = 0,
    ) -> None:
        """Build a classifier, or put one together from modules that exist.

        Args:
            config: What the recurrent network is.
            num_classes: K.
            rnn: As `build_rnn` builds it of the config; None builds it.
            head: From features, (B, D·P), or (B, T·D·P) if the pooling is "all", to logits, (B, K).
                None is a linear layer.
            num_steps: T, if the pooling is "all".

        Raises:
            ValueError: If the pooling is "all" and the head or `num_steps` is missing.
        """
        super().__init__()
        if config.pooling == "all" and (head is None or num_steps < 1):
            raise ValueError('pooling "all" needs a head of its own and its number of steps')
        self.config = config
        self.num_classes = num_classes
        self.num_steps = num_steps if config.pooling == "all" else 0
        self.rnn = build_rnn(config) if rnn is None else rnn
        features = config.num_directions * config.output_size
        self.head = nn.Linear(features, num_classes) if head is None else head

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

        Returns: Features, shape (B, D·P); (B, T·D·P) if the pooling is "all".

        Raises:
            ValueError: If the pooling is "all" and there are more steps than the head reads.
        """
        if self.config.pooling == "mean":
            return output.mean(0)
        if self.config.pooling == "max":
            return output.max(0).values
        if self.config.pooling == "all":
            return self.flattened(output)
        if self.config.pooling == "output":
            return output[-1]
        return self.last(state)

    def flattened(self, output: Tensor) -> Tensor:
        """Join h of all steps; h of steps that were not read counts as 0.

        Args:
            output: The top layer's hidden states, shape (T, B, D·P).

        Returns: Features, shape (B, num_steps·D·P).

        Raises:
            ValueError: If there are more steps than the head reads.
        """
        if len(output) > self.num_steps:
            raise ValueError(f"the head reads {self.num_steps} steps, got {len(output)}")
        missing = self.num_steps - len(output)
        return F.pad(output.transpose(0, 1).flatten(1), (0, missing * output.shape[-1]))

    def frozen_logits(self, features: Tensor) -> Tensor:
        """Apply the head on detached weights: gradients reach the features alone.

        Hooks of a linear head are not called.
        """
        if isinstance(self.head, nn.Linear):
            bias = None if self.head.bias is None else self.head.bias.detach()
            return F.linear(features, self.head.weight.detach(), bias)
        held = {name: value.detach() for name, value in self.head.named_parameters()}
        logits: Tensor = functional_call(self.head, held, (features,))
        return logits

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
