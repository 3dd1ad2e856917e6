"""Results of `python -m rnnviz bench span` on the delay task, embedded in rnnviz."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[2] / "assets" / "lessons" / "span.json"


@dataclass(frozen=True, eq=False)
class Remembered:
    """How often networks were right after the whole delay that they had learnt.

    Attributes:
        delays: Distractors that were learnt, ascending.
        right: By network, e.g. "LSTM, b_f = 1": for each delay the shares, one for each seed.
        hidden_size: Of each network.
        steps: Of each training.
        symbols: K; chance is one in so many.
        lr: Learning rate.
    """

    delays: tuple[int, ...]
    right: Mapping[str, tuple[tuple[float, ...], ...]]
    hidden_size: int
    steps: int
    symbols: int
    lr: float

    @property
    def seeds(self) -> int:
        """Trainings of each network for each delay."""
        return len(next(iter(self.right.values()))[0])


def of(figures: Mapping[str, Any]) -> Remembered:
    """Read what the bench writes."""
    delays = tuple(figures["delays"])
    return Remembered(
        delays,
        {
            name: tuple(tuple(shares[str(delay)]) for delay in delays)
            for name, shares in figures["right"].items()
        },
        figures["hidden_size"],
        figures["steps"],
        figures["symbols"],
        figures["lr"],
    )


@cache
def remembered() -> Remembered:
    """Return what comes with rnnviz."""
    return of(json.loads(FILE.read_bytes()))
