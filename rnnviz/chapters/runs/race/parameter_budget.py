"""Networks of a race: cells with equal parameter counts, and the same seeds in each round."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

import torch

from rnnviz.core.config import Cell, ModelConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.training.loop.schedule import STREAMS
from rnnviz.training.tasks.digits import RUN_LIMITS, RunConfig

CELLS: tuple[Cell, ...] = ("rnn", "gru", "lstm")


def contestants(
    budget: int, *, cells: Sequence[Cell] = CELLS, base: RunConfig
) -> tuple[RunConfig, ...]:
    """Give each cell the hidden size whose parameters come closest to a budget and not above it.

    All else is as in `base`, the seed too. A forget bias stays with the LSTM alone.

    Args:
        budget: Parameters of the whole network, its head included.
        cells: Who races, in this order, each once.
        base: What all of them share.

    Returns: One run for each cell.

    Raises:
        ValueError: If a cell cannot meet the budget with 1 to RUN_LIMITS["hidden_size"] units, so
            that the race would not be fair, if the base has a projection, or if a cell comes twice.
    """
    if base.model.proj_size:
        raise ValueError("a race has no projections: only an LSTM could have one")
    if not cells or len(set(cells)) != len(cells):
        raise ValueError(f"each cell races once, got {', '.join(cells) or 'none'}")
    return tuple(_contestant(budget, cell, base) for cell in cells)


def rounds(runs: Sequence[RunConfig], k: int) -> tuple[tuple[RunConfig, ...], ...]:
    """Repeat a race with k seeds, in each round the same one for all.

    The first seed is that of each run; the others follow at a distance, since a run draws its
    weights, its order and its shifts from three seeds in a row: no two rounds share one.

    Raises:
        ValueError: If k is below 1, or a seed would be beyond RUN_LIMITS.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    return tuple(tuple(_reseeded(run, STREAMS * i) for run in runs) for i in range(k))


def _contestant(budget: int, cell: Cell, base: RunConfig) -> RunConfig:
    most = RUN_LIMITS["hidden_size"]
    sizes = range(1, most + 2)  # the last one only says whether there would be room for more
    hidden = bisect_right(sizes, budget, key=lambda size: _count(_model(cell, size, base)))
    name = cell.upper()
    if hidden == 0:
        least = _count(_model(cell, 1, base))
        raise ValueError(
            f"a budget of {budget:,} parameters is too small: the {name} of one unit has {least:,}"
        )
    if hidden > most:
        top = _count(_model(cell, most, base))
        raise ValueError(
            f"a budget of {budget:,} parameters is no fair race: the {name} may have {most} units, "
            f"which are {top:,} parameters"
        )
    bias = base.training.forget_bias if cell == "lstm" else None
    training = replace(base.training, forget_bias=bias)
    return replace(base, model=_model(cell, hidden, base), training=training)


def _model(cell: Cell, hidden_size: int, base: RunConfig) -> ModelConfig:
    return replace(base.model, cell=cell, hidden_size=hidden_size)


def _count(model: ModelConfig) -> int:
    """Count a network's parameters, those of its head included; none of them is allocated."""
    with torch.device("meta"):
        return sum(p.numel() for p in SequenceClassifier(model).parameters())


def _reseeded(run: RunConfig, distance: int) -> RunConfig:
    training = replace(run.training, seed=run.training.seed + distance)
    return replace(run, training=training)
