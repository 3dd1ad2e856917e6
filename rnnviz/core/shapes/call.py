"""Specification of a call: a recurrent network and its input, which decide every shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnviz.core.config import NUM_GATES, ModelConfig, check_choices

Source = Literal["vectors", "tokens", "pictures"]
Head = Literal["none", "last", "steps"]

MOST = 4096  # of any one size
MOST_NUMBERS = 2**24  # in all tensors and weights together: 64 MB


@dataclass(frozen=True)
class Call:
    """A network and its input.

    Attributes:
        config: The recurrent module.
        batch: B, sequences at once.
        time: T, time steps; of padded sequences the longest.
        batch_first: Whether input and output are (B, T, ·); the states never are.
        stepwise: Whether it is an nn.RNNCell, GRUCell or LSTMCell in a loop over the steps.
        unbatched: Whether the batch axis is missing.
        lengths: Steps of each sequence where they are padded and packed; empty: all have T.
        state_given: Whether an initial state is given; None stands for zeros.
        source: What comes in: "vectors" (B, T, I), "tokens", int64 (B, T), for an nn.Embedding, or
            "pictures" (B, 1, T, I), viewed as (-1, T, I).
        vocabulary: V, num_embeddings of the nn.Embedding.
        head: What an nn.Linear reads: nothing, the "last" state, or the output of all "steps".
        classes: K, out_features of the nn.Linear.
        limited: Whether sizes have the limits of a page, which builds what it shows.

    Raises:
        ValueError: If torch would not take it, or it is too large: nothing is allocated before.
    """

    config: ModelConfig
    batch: int = 1
    time: int = 1
    batch_first: bool = True
    stepwise: bool = False
    unbatched: bool = False
    lengths: tuple[int, ...] = ()
    state_given: bool = False
    source: Source = "vectors"
    vocabulary: int = 4
    head: Head = "none"
    classes: int = 10
    limited: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "lengths", tuple(self.lengths))
        check_choices(self, source=Source, head=Head)
        self._check_sizes()
        if self.stepwise:
            self._check_cell()
        if self.unbatched:
            self._check_unbatched()
        if self.lengths:
            self._check_lengths()

    def _check_sizes(self) -> None:
        sizes = {
            "input_size": self.config.input_size,
            "hidden_size": self.config.hidden_size,
            "num_layers": self.config.num_layers,
            **{name: getattr(self, name) for name in ("batch", "time", "vocabulary", "classes")},
        }
        for name, size in sizes.items() if self.limited else ():
            if not 1 <= size <= MOST:
                raise ValueError(f"{name} must lie in 1 to {MOST:,} here, got {size:,}")
        if self.limited and (count := self.numbers) > MOST_NUMBERS:
            raise ValueError(
                f"these are {count:,} numbers in all, and the bound here is {MOST_NUMBERS:,}"
            )

    def _check_cell(self) -> None:
        name = f"nn.{self.module}"
        if self.config.num_layers > 1 or self.config.bidirectional:
            raise ValueError(f"an {name} is one layer in one direction: it knows one step only")
        if self.config.proj_size:
            raise ValueError(f"an {name} has no proj_size, got {self.config.proj_size}")
        if self.lengths:
            raise ValueError(f"an {name} takes no packed sequences: it sees one step at a time")

    def _check_unbatched(self) -> None:
        if self.batch != 1:
            raise ValueError(f"unbatched input is one sequence, got a batch of {self.batch}")
        if self.lengths:
            raise ValueError("one unbatched sequence has nothing to be padded to")
        if self.source == "pictures":
            raise ValueError("pictures come as a batch, (B, 1, T, I)")

    def _check_lengths(self) -> None:
        if len(self.lengths) != self.batch:
            raise ValueError(
                f"lengths must be (B,) = ({self.batch},), one for each sequence, "
                f"got {len(self.lengths)}"
            )
        if not all(1 <= length <= self.time for length in self.lengths):
            found = next(length for length in self.lengths if not 1 <= length <= self.time)
            raise ValueError(f"each length must lie in 1 to T = {self.time}, got {found}")
        if max(self.lengths) != self.time:
            raise ValueError(
                f"T = {self.time}, yet the longest length is {max(self.lengths)}: "
                "pad_packed_sequence gives back no more steps than that"
            )

    @property
    def module(self) -> str:
        """Its name in torch.nn, e.g. "LSTM" or "GRUCell"."""
        return self.config.cell.upper() + ("Cell" if self.stepwise else "")

    @property
    def numbers(self) -> int:
        """How many numbers its input, output, states and weights hold, but for a few."""
        config = self.config
        D, P = config.num_directions, config.output_size
        each_step = config.input_size + D * P + (self.classes if self.head == "steps" else 0)
        states = 2 * config.num_layers * D * config.hidden_size
        tokens = self.vocabulary * config.input_size if self.source == "tokens" else 0
        head = self.classes * D * P if self.head != "none" else 0
        return self.batch * (self.time * each_step + states) + self.weights + tokens + head

    @property
    def weights(self) -> int:
        """How many numbers the recurrent module's weights hold."""
        config = self.config
        D, H, P = config.num_directions, config.hidden_size, config.output_size
        rows = NUM_GATES[config.cell] * H
        each = P + (2 if config.bias else 0)
        widths = config.input_size + (config.num_layers - 1) * D * P
        projections = config.num_layers * (P * H if config.proj_size else 0)
        return D * (rows * (widths + config.num_layers * each) + projections)

    @property
    def work(self) -> int:
        """How many multiplications one reading takes, about."""
        return self.batch * self.time * self.weights
