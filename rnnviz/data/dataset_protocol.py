"""Protocol of a dataset: labeled examples that a training run of any task can index and move."""

from __future__ import annotations

from typing import Protocol, Self

import torch
from torch import Tensor


class Examples(Protocol):
    """Examples that can be counted, taken by their places, and moved to a device."""

    @property
    def labels(self) -> Tensor:
        """What is to be answered, one line for each."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: Tensor | slice) -> Self: ...

    def to(self, device: torch.device | str) -> Self:
        """Move them."""
