"""Padding in a recording: the state of a unit behind the end of a shorter sequence."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnviz.core.inspect.layer_trace import Direction


def held_states(states: Tensor, lengths: Tensor | None, direction: Direction) -> Tensor:
    """Return states in which a sequence that has ended stays as it is.

    A mean or a maximum over all steps then counts no zeros that nobody computed. A reverse reading
    has not begun in the padding: there its state is 0, as recorded.

    Args:
        states: h or c, shape (T, B, W); zeros in padding.
        lengths: Steps of each sequence, int64 (B,); None: all have T.
        direction: "forward" or "reverse".
    """
    if lengths is None or direction == "reverse":
        return states
    steps = torch.arange(len(states)).unsqueeze(1).minimum(lengths - 1)  # (T, B)
    return states.gather(0, steps.unsqueeze(-1).expand_as(states))
