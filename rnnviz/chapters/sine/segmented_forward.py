"""Forward pass in segments: at each boundary the state is passed, detached or not, or reset."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rnnviz.chapters.sine.config import Carry
from rnnviz.core.models import SequenceTagger

State = Tensor | tuple[Tensor, Tensor]


@dataclass(frozen=True, eq=False)
class Segmented:
    """What a network answered, and how it stood.

    Attributes:
        outputs: Answers, shape (T, B, K).
        h: The top layer's hidden states, shape (T, B, P).
        borders: The state at the end of each segment: h_n, or (h_n, c_n) of an LSTM; the last is
            where the next segment would begin.
    """

    outputs: Tensor
    h: Tensor
    borders: tuple[State, ...]

    @property
    def state(self) -> State:
        """Where it ended."""
        return self.borders[-1]


def in_segments(
    model: SequenceTagger,
    x: Tensor,
    segment_length: int,
    carry: Carry = "detach",
    state: State | None = None,
) -> Segmented:
    """Read a sequence segment by segment; gradients flow as the border lets them.

    Args:
        model: Answers each step.
        x: Input, shape (T, B, I).
        segment_length: Steps of a segment; the last takes what is left.
        carry: At each border the state is carried on without its graph ("detach"), is set to zeros
            ("reset"), or is carried with its graph ("full").
        state: Where to begin; None is zeros, as "reset" begins each segment.

    Raises:
        ValueError: If there is no step, or no segment can be so short.
    """
    if segment_length < 1 or x.dim() != 3 or not len(x):
        raise ValueError(
            f"x must be (T, B, I) with T and segment_length at least 1, "
            f"got {tuple(x.shape)} and {segment_length}"
        )
    outputs, hs, borders = [], [], []
    for segment in torch.split(x, segment_length):
        h, state = model.rnn(segment, None if carry == "reset" else state)
        outputs.append(model.head(h))
        hs.append(h)
        if carry == "detach":
            state = detached(state)
        borders.append(state)
    return Segmented(torch.cat(outputs), torch.cat(hs), tuple(borders))


def detached(state: State) -> State:
    """Return the same numbers without the graph that made them."""
    return (state[0].detach(), state[1].detach()) if isinstance(state, tuple) else state.detach()


def head_by_steps(model: SequenceTagger, h: Tensor) -> Tensor:
    """Answer as the notebook does, one step after the other, then `stack`; shape (T, B, K).

    Args:
        model: Whose head.
        h: Hidden states, shape (T, B, P).
    """
    return torch.stack([model.head(h[t]) for t in range(len(h))])
