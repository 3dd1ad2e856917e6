"""Text about the memory span: for how many distractors each network stays accurate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from rnnviz.ui.figures.numbers import counted, listed, short_percent

HOLDS = 0.95  # right so often is called remembered


@dataclass(frozen=True, eq=False)
class Recalled:
    """How often one network is right.

    Attributes:
        name: E.g. "LSTM, b_f = 1".
        shares: After 1, 2, … distractors, shape (K,).
    """

    name: str
    shares: NDArray[np.float64]


def sentence(
    networks: Sequence[Recalled], *, trained: int, chance: float, step: int, steps: int
) -> str:
    """Say who remembers for how long.

    Args:
        networks: All that were trained; none before the training.
        trained: The longest delay that was learnt.
        chance: What guessing gives.
        step: Steps done.
        steps: Of the whole training.
    """
    if not networks:
        return (
            "One symbol, then distractors: which was it? Press Start, and see for how long each "
            "network can tell."
        )
    when = "At the end" if step == steps else f"After step {step:,} of {steps:,}"
    told = "; ".join(f"{one.name} {short_percent(one.shares[trained - 1], 3)}" for one in networks)
    return (
        f"{when}, asked after {counted(trained, 'distractor')}, right are: {told}; chance is "
        f"{short_percent(chance, 3)}. {_holding(networks)}"
    )


def _holding(networks: Sequence[Recalled]) -> str:
    longest = len(networks[0].shares)
    holds = {one.name: held(one.shares) for one in networks}
    best = max(holds.values())
    if best == 0:
        often = short_percent(HOLDS, 3)
        return f"None is right {often} of the time yet, not even after one distractor."
    best_ones = [name for name, far in holds.items() if far == best]
    others = [
        f"{name} for {counted(far, 'distractor')}" if far else f"{name} not even for one"
        for name, far in holds.items()
        if far != best
    ]
    who = "All" if len(networks) == len(best_ones) > 1 else listed(best_ones)
    stay = "stays" if len(best_ones) == 1 else "stay"
    far = f"all {longest} distractors" if best == longest else counted(best, "distractor")
    rest = f"; {', '.join(others)}" if others else ""
    return f"{who} {stay} at least {short_percent(HOLDS, 3)} right for {far}{rest}."


def measured(
    right: Mapping[str, Sequence[Sequence[float]]], delays: Sequence[int], chance: float
) -> str:
    """Say how what was measured falls with the delay that was learnt.

    Args:
        right: For each network, for each delay, the shares of several seeds.
        delays: Ascending.
        chance: What guessing gives.
    """
    ends = {name: median(shares[-1]) for name, shares in right.items()}
    falls = []
    for name, shares in right.items():
        lost = [k for k, each in zip(delays, shares, strict=True) if median(each) < HOLDS]
        if lost:
            falls.append(f"{name} from {lost[0]} on")
    told = ", ".join(f"{name} {short_percent(share, 3)}" for name, share in ends.items())
    fell = f"Below {short_percent(HOLDS, 3)}: {', '.join(falls)}. " if falls else ""
    seeds = len(next(iter(right.values()))[0])
    return (
        f"Trained for one delay after the other, medians of {seeds} seeds: {fell}"
        f"At {delays[-1]}: {told}; chance is {short_percent(chance, 3)}."
    )


def held(shares: NDArray[np.float64]) -> int:
    """Return after how many distractors a network is still right `HOLDS` of the time."""
    lost = np.flatnonzero(shares < HOLDS)
    return int(lost[0]) if len(lost) else len(shares)
