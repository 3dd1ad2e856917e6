"""Text and table about the accuracy lost by reading the wrong slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rnnviz.training.statistics import Interval, points
from rnnviz.ui.figures.numbers import percent

NAMES = {
    "right": "trained with the right slice",
    "wrong": "trained with the wrong slice",
    "read_wrongly": "trained right, read wrongly",
}
SLICES = {
    "right": "torch.cat((h_n[-2], h_n[-1]), dim=-1)",
    "wrong": "output[:, -1]",
    "read_wrongly": "output[:, -1], only afterwards",
}


@dataclass(frozen=True)
class Cost:
    """What was measured.

    Attributes:
        accuracy: Shares of test digits read right, one for each seed, by way.
        mean: Of each.
        lost: Right minus wrong, seed by seed, with its 95 % interval.
        broken: Right minus read wrongly, the same.
        settings: What else the asset says.
    """

    accuracy: Mapping[str, Sequence[float]]
    mean: Mapping[str, float]
    lost: Interval
    broken: Interval
    settings: Mapping[str, Any]


def sentence(cost: Cost) -> str:
    """Say what the wrong slice costs."""
    right, wrong, read = (percent(cost.mean[name]) for name in NAMES)
    if not cost.lost.tells:
        told = f"no difference to be seen from {right} with the right one"
    else:
        told = f"{points(cost.lost)} points fewer than with the right one, {right}"
    return (
        f"Trained with the wrong slice a network in two directions reads {wrong} of the test "
        f"digits, {told}. Trained with the right one and read with the wrong one: {read}."
    )


def caption(cost: Cost) -> str:
    """Say how it was measured."""
    said = cost.settings
    training = said["training"]
    return (
        f"`{said['command']}`, {len(said['seeds'])} seeds, each with the same first weights, "
        f"digits and order for both: nn.LSTM({said['model']['input_size']}, "
        f"{said['model']['hidden_size']}, bidirectional=True), {said['digits']:,} digits, "
        f"{training['epochs']} epoch, batch {training['batch_size']}, {training['optimizer']} at "
        f"{training['lr']} down a {training['schedule']}; {said['test_digits']:,} test digits; "
        f"torch {said['versions']['torch']}. The interval is Student's over the seeds, in pairs, "
        "95 %. This rate was chosen after a first look: at a constant 0.01 the seeds lay too far "
        "apart for any difference to be seen."
    )


def columns(cost: Cost) -> dict[str, list[object]]:
    """Lay the accuracies out as a table, a row for each way."""
    seeds = cost.settings["seeds"]
    return {
        "": [NAMES[name] for name in NAMES],
        "the head reads": [SLICES[name] for name in NAMES],
        "mean, %": [100 * cost.mean[name] for name in NAMES],
        **{
            f"seed {seed}": [100 * cost.accuracy[name][k] for name in NAMES]
            for k, seed in enumerate(seeds)
        },
    }
