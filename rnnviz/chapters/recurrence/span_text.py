"""Text about the memory span: for how many distractors each network stays accurate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

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
    told = "; ".join(f"{one.name} {_share(one.shares[trained - 1])}" for one in networks)
    return (
        f"{when}, asked after {_distractors(trained)}, right are: {told}; chance is "
        f"{_share(chance)}. {_holding(networks)}"
    )


def _holding(networks: Sequence[Recalled]) -> str:
    longest = len(networks[0].shares)
    holds = {one.name: held(one.shares) for one in networks}
    best = max(holds.values())
    if best == 0:
        return f"None is right {_share(HOLDS)} of the time yet, not even after one distractor."
    best_ones = [name for name, far in holds.items() if far == best]
    others = [
        f"{name} for {_distractors(far)}" if far else f"{name} not even for one"
        for name, far in holds.items()
        if far != best
    ]
    who = "All" if len(networks) == len(best_ones) > 1 else _joined(best_ones)
    stay = "stays" if len(best_ones) == 1 else "stay"
    far = f"all {longest} distractors" if best == longest else _distractors(best)
    rest = f"; {', '.join(others)}" if others else ""
    return f"{who} {stay} at least {_share(HOLDS)} right for {far}{rest}."


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
    told = ", ".join(f"{name} {_share(share)}" for name, share in ends.items())
    fell = f"Below {_share(HOLDS)}: {', '.join(falls)}. " if falls else ""
    seeds = len(next(iter(right.values()))[0])
    return (
        f"Trained for one delay after the other, medians of {seeds} seeds: {fell}"
        f"At {delays[-1]}: {told}; chance is {_share(chance)}."
    )


def held(shares: NDArray[np.float64]) -> int:
    """Return after how many distractors a network is still right `HOLDS` of the time."""
    lost = np.flatnonzero(shares < HOLDS)
    return int(lost[0]) if len(lost) else len(shares)


def _joined(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def _distractors(count: int) -> str:
    return "1 distractor" if count == 1 else f"{count} distractors"


def _share(value: float) -> str:
    return f"{100 * value:.3g} %"
