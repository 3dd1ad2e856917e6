"""Benchmark of the wrong slice: accuracy of bidirectional networks with either slice.

The right head reads where each direction has seen everything, h_n[-2] and h_n[-1]. The wrong one
reads output[:, -1], where the reverse cell has made its first step: in this network of one layer it
has read a single row. With a rate that stays at 0.01 seeds lie so far apart that five of them show
no difference; down a cosine they do.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from torch import Tensor

from rnnviz.chapters.shapes.slice_cost_results import FILE
from rnnviz.core import device as devices
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.data import mnist
from rnnviz.data.atomic_write import write_whole
from rnnviz.data.mnist import Digits
from rnnviz.training.loop.evaluate import accuracy
from rnnviz.training.loop.loop import seeded_model, train

SEEDS = 5
MODEL = ModelConfig(hidden_size=64, bidirectional=True)
RECIPE: dict[str, Any] = {
    "epochs": 1,
    "batch_size": 64,
    "lr": 0.006,
    "optimizer": "adam",
    "schedule": "cosine",
    "clip_norm": 1.0,
}
GLANCE = (640, 500)  # training and test digits where fewer seeds are asked for

Tell = Callable[[str], None]


class LastOutput(SequenceClassifier):
    """The same network with the wrong slice: `output[:, -1]` of a batch-first module."""

    def pool(self, output: Tensor, state: Tensor | tuple[Tensor, Tensor]) -> Tensor:
        """Take the last time step's output, (B, D·P): the reverse cell's first step."""
        return output[-1]


def measure(
    device: str = "cpu", repeats: int = SEEDS, tell: Tell = lambda _: None
) -> dict[str, Any]:
    """Train a network with each slice, the same first weights and digits, once for every seed.

    Args:
        device: Where to run, as `core.device.pick` takes it.
        repeats: Seeds, from 0; fewer than `SEEDS` are a glance at few digits.
        tell: Called with a line when a seed is done.

    Returns: What ran where, and the shares of test digits read right, one for each seed: "right"
        and "wrong" of the networks that were trained with that slice, "read_wrongly" of those of
        "right" whose head is given the wrong slice afterwards; "mean" of each.
    """
    where = devices.pick(device)
    digits, test = (mnist.load(train=train).to(where) for train in (True, False))
    if repeats < SEEDS:
        digits, test = digits[: GLANCE[0]], test[: GLANCE[1]]
    start = time.perf_counter()
    found: dict[str, list[float]] = {"right": [], "wrong": [], "read_wrongly": []}
    for seed in range(repeats):
        for name, share in _of_seed(seed, digits, test).items():
            found[name].append(share)
        tell(f"{seed + 1} of {repeats} seeds, two networks each")
    return {
        "command": "python -m rnnviz bench slices",
        "device": devices.describe(where),
        "versions": {"torch": str(torch.__version__), "python": platform.python_version()},
        "model": MODEL.to_dict(),
        "training": RECIPE,
        "digits": len(digits),
        "test_digits": len(test),
        "seeds": list(range(repeats)),
        "wall_s": round(time.perf_counter() - start, 1),
        "accuracy": found,
        "mean": {name: round(mean(shares), 6) for name, shares in found.items()},
    }


def write(figures: Mapping[str, Any], path: Path = FILE) -> None:
    """Keep what was measured, for the page to show."""
    write_whole(path, (json.dumps(figures, indent=2) + "\n").encode())


def _of_seed(seed: int, digits: Digits, test: Digits) -> dict[str, float]:
    """Train both networks from one seed; return the share that each way reads right."""
    right = seeded_model(MODEL, seed).to(digits.images.device)
    wrong = _with_wrong_slice(right)
    for model in (right, wrong):
        for _ in train(model, digits, TrainConfig(**RECIPE, seed=seed)):
            pass
    ways = {"right": right, "wrong": wrong, "read_wrongly": _with_wrong_slice(right)}
    return {name: round(accuracy(model, test), 6) for name, model in ways.items()}


def _with_wrong_slice(model: SequenceClassifier) -> LastOutput:
    """Copy a network's weights into one whose head reads the wrong slice."""
    with torch.random.fork_rng(devices=[]):
        wrong = LastOutput(model.config)
    wrong.load_state_dict(model.state_dict())
    return wrong.to(next(model.parameters()).device)
