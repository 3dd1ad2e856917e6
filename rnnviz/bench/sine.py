"""Benchmark of the sine task: the error with the state carried and reset, over many seeds."""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.frozen_eval import frozen
from rnnviz.chapters.sine.segment_loop import JUDGED, SegmentLoop, seeded_tagger
from rnnviz.core import device as devices

SEEDS = 20
CARRIES = {"carried": "detach", "reset": "reset"}

Floats = NDArray[np.float64]


def after_training(config: SineConfig) -> Floats:
    """Train on one thread, then freeze the weights and read on.

    Args:
        config: What; the state is carried or reset afterwards as in training.

    Returns: Squared errors of the next `JUDGED` segments, float64 (JUDGED, T).
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        model = seeded_tagger(config)
        loop = SegmentLoop(model, config)
        for _ in loop:
            pass
        found = frozen(
            model, config, config.segments * config.training.epochs, JUDGED, loop.carried
        )
    finally:
        torch.set_num_threads(threads)
    return found.errors


def measure(seeds: int = SEEDS, config: SineConfig | None = None) -> dict[str, Any]:
    """Measure the notebook's setting, carried against reset, with the same seeds.

    Args:
        seeds: 0, 1, …
        config: Another setting; None is the notebook's.

    Returns: For "carried" and "reset" the mean squared error: of each seed, their median, quartiles
        and range, and by place in the segment the median and the quartiles over the seeds;
        `carried_wins`: in how many of the seeds the carried one is smaller; `ratio`: median of
        reset over carried.
    """
    config = config or SineConfig()
    errors: dict[str, list[Floats]] = {name: [] for name in CARRIES}
    for seed in range(seeds):
        for name, carry in CARRIES.items():
            training = replace(config.training, seed=seed)
            asked = replace(config, training=training, carry=carry)  # type: ignore[arg-type]
            errors[name].append(after_training(asked))
    by_seed = {name: np.array([each.mean() for each in found]) for name, found in errors.items()}
    ratios = by_seed["reset"] / by_seed["carried"]
    return {
        "hidden_size": config.model.hidden_size,
        "lr": config.training.lr,
        "segment_length": config.segment_length,
        "segments": config.segments,
        "judged": JUDGED,
        "seeds": seeds,
        "torch": str(torch.__version__),
        "device": devices.describe(torch.device("cpu")),
        **{name: _figures(by_seed[name], errors[name]) for name in CARRIES},
        "carried_wins": int((ratios > 1).sum()),
        "ratio": round(median(ratios.tolist()), 2),
    }


def _figures(by_seed: Floats, errors: list[Floats]) -> dict[str, Any]:
    by_place = np.array([each.mean(0) for each in errors])  # (seeds, T)
    low, middle, high = np.percentile(by_place, (25, 50, 75), axis=0)
    quartiles = np.percentile(by_seed, (25, 75))
    return {
        "median": _rounded(float(np.median(by_seed))),
        "quartiles": [_rounded(value) for value in quartiles],
        "range": [_rounded(by_seed.min()), _rounded(by_seed.max())],
        "by_seed": [_rounded(value) for value in by_seed],
        "by_place": {
            "median": [_rounded(value) for value in middle],
            "lower_quartile": [_rounded(value) for value in low],
            "upper_quartile": [_rounded(value) for value in high],
        },
    }


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
