"""Which digits a run learns, and which judge it: the test digits, or a fold of the training digits.

A search tries many settings and keeps the best. Had the test digits judged them, that best would
have been chosen for these very digits, and no others would be left to say how good it is.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from rnnviz.core.run_config import FOLDS, RunConfig
from rnnviz.data.mnist import Digits

SEED = 0  # of the order in which the digits are dealt to the folds

LoadDigits = Callable[[bool], Digits]


def split(config: RunConfig, load: LoadDigits) -> tuple[Digits, Digits]:
    """Return the digits that a run learns and those that judge it.

    Args:
        config: Of the run. With a fold the test digits are not even loaded.
        load: Returns the training digits (True) or the test digits (False).
    """
    every = load(True)
    if config.fold is None:
        return every[: config.digits], load(False)
    held_out = members(config.fold, every.labels)
    learnt = torch.ones(len(every), dtype=torch.bool)
    learnt[held_out] = False
    return every[learnt.nonzero()[: config.digits, 0]], every[held_out]


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
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(SEED))
    dealt = order[labels[order].argsort(stable=True)]
    return dealt[fold::FOLDS].sort().values
