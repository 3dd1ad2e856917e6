"""Sequences of the delay task: one symbol, then random distractors; the symbol is the target.

Source: after the recall problems of Hochreiter and Schmidhuber 1997, Neural Computation 9 (8), with
distractors drawn by chance from an alphabet of their own and a question after each of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Recalls:
    """Sequences of the delay task.

    Attributes:
        codes: Which symbol came at each step, uint8, shape (N, T): at step 0 one below K, which is
            to be remembered, after that distractors from K to 2K − 1.
        labels: The symbol of step 0, int64, shape (N,).
    """

    codes: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: Tensor | slice) -> Recalls:
        return Recalls(self.codes[index], self.labels[index])

    def to(self, device: torch.device | str) -> Recalls:
        """Move both tensors to a device."""
        return Recalls(self.codes.to(device), self.labels.to(device))


def recalls(count: int, delay: int, symbols: int, generator: torch.Generator) -> Recalls:
    """Draw sequences by chance.

    Args:
        count: N.
        delay: k, distractors after the symbol; T = k + 1.
        symbols: K.
        generator: Of the chance, on the CPU.

    Raises:
        ValueError: If there would be no sequence, no delay, or a choice of one.
    """
    if count < 1 or delay < 1 or not 2 <= symbols <= 128:
        raise ValueError(
            f"count and delay must be at least 1 and symbols lie in [2, 128], "
            f"got {count}, {delay} and {symbols}"
        )
    labels = torch.randint(symbols, (count,), generator=generator)
    distractors = torch.randint(symbols, 2 * symbols, (count, delay), generator=generator)
    return Recalls(torch.cat((labels[:, None], distractors), 1).to(torch.uint8), labels)


def one_hot(codes: Tensor, symbols: int) -> Tensor:
    """Turn codes, uint8 (B, T), into input for a model, float32 (T, B, 2K)."""
    return F.one_hot(codes.t().long(), 2 * symbols).float()
