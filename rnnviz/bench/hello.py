"""How often each of the three networks says "ohlol" within 15 epochs, over many seeds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from rnnviz.core import device as devices
from rnnviz.core.text_config import TextConfig, TextNetwork
from rnnviz.data.mnist import Digits
from rnnviz.data.whole import write_whole
from rnnviz.training import tasks, text_tasks
from rnnviz.training.saying import FILE, say

SEEDS = 200
EPOCHS = 15
SOURCE, TARGET = "hello", "ohlol"
NETWORKS: tuple[TextNetwork, ...] = ("cell", "rnn", "embedding")


def default(network: TextNetwork, seed: int = 0, epochs: int = EPOCHS) -> TextConfig:
    """Return the training that the lesson begins with."""
    layers = 2 if network == "embedding" else 1
    return text_tasks.config_of(
        network, ((SOURCE, TARGET),), num_layers=layers, epochs=epochs, batch_size=1, seed=seed
    )


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


def printed(config: TextConfig) -> list[str]:
    """Return what each epoch's print-out says, before its step, and what is said after the last."""
    vocabulary = text_tasks.alphabet(config)
    [(source, target)] = config.pairs
    with torch.random.fork_rng(devices=[]):
        model, loop = tasks.prepare(config, _no_digits, torch.device("cpu"))
        said = [say(model, vocabulary, source, target).said]
        said += [say(model, vocabulary, source, target).said for _ in loop]
    return said


def write(figures: Mapping[str, Any], path: Path = FILE) -> None:
    """Keep what was measured, for the lesson to show."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (json.dumps(figures) + "\n").encode())


def _first(lines: list[str]) -> int | None:
    return lines.index(TARGET) + 1 if TARGET in lines else None


def _no_digits(train: bool) -> Digits:
    raise LookupError("texts need no digits")
