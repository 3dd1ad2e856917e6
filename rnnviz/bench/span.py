"""Benchmark of the memory span: accuracy after the delay trained on, over several seeds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import torch

from rnnviz.chapters.recurrence.recall_config import DelayConfig
from rnnviz.chapters.recurrence.span_results import FILE
from rnnviz.core import device as devices
from rnnviz.core.config import Cell, ModelConfig, TrainConfig
from rnnviz.data.atomic_write import write_whole
from rnnviz.data.mnist import Digits
from rnnviz.training.tasks import build as task_build

DELAYS = (1, 5, 10, 20, 50, 100, 200)
SEEDS = 5
NETWORKS: Mapping[str, tuple[Cell, float | None]] = {
    "RNN": ("rnn", None),
    "GRU": ("gru", None),
    "LSTM, b_f = 0": ("lstm", 0.0),
    "LSTM, b_f = 1": ("lstm", 1.0),
}


def default(cell: Cell, bias: float | None, delay: int = 100, seed: int = 0) -> DelayConfig:
    """Return the training that the lesson begins with."""
    return DelayConfig(
        ModelConfig(cell, input_size=16, hidden_size=32),
        TrainConfig(
            epochs=6,
            batch_size=32,
            lr=5e-3,
            optimizer="adam",
            schedule="constant",
            forget_bias=bias,
            seed=seed,
        ),
        delay=delay,
    )


def measure(
    delays: Sequence[int] = DELAYS,
    seeds: int = SEEDS,
    *,
    epochs: int = 6,
    tell: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Train every network for every delay and seed: some ten minutes on a quiet core.

    Args:
        delays: Distractors that are learnt.
        seeds: 0, 1, …
        epochs: Of each training.
        tell: Hears of each network and delay.

    Returns: What was trained, and `right`: for each network, for each delay, the shares after all
        of it, one for each seed.
    """
    right: dict[str, dict[str, list[float]]] = {name: {} for name in NETWORKS}
    for delay in delays:
        for name, (cell, bias) in NETWORKS.items():
            configs = [_longer(default(cell, bias, delay, seed), epochs) for seed in range(seeds)]
            shares = right[name][str(delay)] = [right_at_end(config) for config in configs]
            tell(f"{name} after {delay}: median {median(shares):.1%} of {seeds} seeds")
    first = _longer(default("lstm", 1.0), epochs)
    return {
        "hidden_size": first.model.hidden_size,
        "steps": first.steps,
        "symbols": first.symbols,
        "lr": first.training.lr,
        "seeds": seeds,
        "delays": list(delays),
        "right": right,
        "torch": str(torch.__version__),
        "device": devices.describe(torch.device("cpu")),
    }


def right_at_end(config: DelayConfig) -> float:
    """Train a network on one thread; return the share that is right after the whole delay."""
    threads, share = torch.get_num_threads(), 0.0
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            _, loop = task_build.prepare(config, _no_digits, torch.device("cpu"))
            for log in loop:
                share = log.held_out if log.held_out is not None else share
    finally:
        torch.set_num_threads(threads)
    return share


def write(figures: Mapping[str, Any], path: Path = FILE) -> None:
    """Keep what was measured, for the lesson to show."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (json.dumps(figures, indent=1) + "\n").encode())


def _longer(config: DelayConfig, epochs: int) -> DelayConfig:
    return replace(config, training=replace(config.training, epochs=epochs))


def _no_digits(train: bool) -> Digits:
    raise LookupError("the delay task learns no digits")
