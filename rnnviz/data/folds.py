"""Split into the digits that a run trains on and those that evaluate it: test digits or a fold.

A search tries many settings and keeps the best. Had the test digits judged them, that best would
have been chosen for these very digits, and no others would be left to say how good it is.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from rnnviz.data.mnist import Digits
from rnnviz.data.mnist_sizes import FOLDS

DEAL_SEED = 0  # of the order in which the digits are dealt to the folds

LoadDigits = Callable[[bool], Digits]


def split(load: LoadDigits, count: int, fold: int | None) -> tuple[Digits, Digits]:
    """Return the digits that a run trains on and those that evaluate it.

    Args:
        load: Returns the training digits (True) or the test digits (False).
        count: Number of digits to train on, the first ones of those not held out.
        fold: Fold that evaluates the run; the test digits are then not even loaded. None: the test
            digits evaluate it.
    """
    every = load(True)
    if fold is None:
        return every[:count], load(False)
    held_out = members(fold, every.labels)
    remaining = torch.ones(len(every), dtype=torch.bool)
    remaining[held_out] = False
    return every[remaining.nonzero()[:count, 0]], every[held_out]


def members(fold: int, labels: Tensor) -> Tensor:
    """Return which training digits a fold holds, rising, int64 (FOLD_DIGITS,).

    In a seeded order the digits of each class are dealt to the folds in turn, so that no fold has
    more than one digit of a class more than another.

    Args:
        fold: Which.
        labels: Of all training digits, int64 (60000,).

    Raises:
        ValueError: If there is no such fold.
    """
    if not 0 <= fold < FOLDS:
        raise ValueError(f"fold must lie in [0, {FOLDS - 1}], got {fold}")
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(DEAL_SEED))
    dealt = order[labels[order].argsort(stable=True)]
    return dealt[fold::FOLDS].sort().values
