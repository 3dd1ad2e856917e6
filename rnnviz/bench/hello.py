"""Benchmark of how often three networks predict "ohlol" within 15 epochs, over many seeds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from rnnviz.chapters.characters.hello import EPOCHS, NETWORKS, SOURCE, TARGET, default, printed
from rnnviz.chapters.characters.spelling import FILE
from rnnviz.core import device as devices
from rnnviz.data.atomic_write import write_whole

SEEDS = 200


def measure(seeds: int = SEEDS, *, tell: Callable[[str], None] = print) -> dict[str, Any]:
    """Train the three networks with every seed.

    Args:
        seeds: 0, 1, …
        tell: Hears of each network.

    Returns: What was trained; `first`: for each network and seed the first epoch whose print-out
        said it, or None; `at_end`: whether it said it after the last step.
    """
    first: dict[str, list[int | None]] = {}
    at_end: dict[str, list[bool]] = {}
    for network in NETWORKS:
        lines = [printed(default(network, seed)) for seed in range(seeds)]
        first[network] = [_first(line[:-1]) for line in lines]
        at_end[network] = [line[-1] == TARGET for line in lines]
        right = sum(found is not None for found in first[network])
        tell(f"{network}: {right} of {seeds} seeds say {TARGET} within {EPOCHS} epochs")
    return {
        "source": SOURCE,
        "target": TARGET,
        "epochs": EPOCHS,
        "lr": default("cell").training.lr,
        "first": first,
        "at_end": at_end,
        "torch": str(torch.__version__),
        "device": devices.describe(torch.device("cpu")),
    }


def write(figures: Mapping[str, Any], path: Path = FILE) -> None:
    """Keep what was measured, for the lesson to show."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (json.dumps(figures) + "\n").encode())


def _first(lines: list[str]) -> int | None:
    return lines.index(TARGET) + 1 if TARGET in lines else None
