"""Estimate of a run's duration, from a few steps timed on its device."""

from __future__ import annotations

import time
from dataclasses import replace

import torch

from rnnviz.core.models import SequenceClassifier
from rnnviz.data.mnist import Digits
from rnnviz.training.loop.loop import GLANCE, train
from rnnviz.training.tasks.build import GLANCES
from rnnviz.training.tasks.digits import RunConfig

WORK = 400_000_000  # multiplications of one measured step, about: some ten milliseconds on a core
STEPS = 3
EVALUATION = 1 / 3  # of a training step: forward only


def seconds(config: RunConfig, device: torch.device) -> float:
    """Estimate the wall time of a run, evaluation included and preparation not.

    Real steps are timed with this model; where they would take long, with fewer digits and shorter
    sequences, and the time is scaled up by the work.

    Args:
        config: What would run.
        device: Where.
    """
    step_s = _step_s(config, device)
    digit_s = step_s / min(config.training.batch_size, config.digits)
    read = config.training.epochs * config.judging + GLANCES * GLANCE
    return config.steps * step_s + EVALUATION * read * digit_s


def _step_s(config: RunConfig, device: torch.device) -> float:
    batch, length = min(config.training.batch_size, config.digits), config.length
    per_digit_and_step = 3 * config.parameters  # forward, and back to the inputs and the weights
    # Shorter sequences first: fewer digits at once are slower each.
    steps = min(length, max(2, WORK // (per_digit_and_step * batch)))
    digits = min(batch, max(1, WORK // (per_digit_and_step * steps)))
    return _timed(config, digits, steps, device) * batch / digits * length / steps


def _timed(config: RunConfig, digits: int, length: int, device: torch.device) -> float:
    """Return the seconds of one training step, the best of a few."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = SequenceClassifier(config.model).to(device)
        some = Digits(
            torch.zeros((digits, 28, 28), dtype=torch.uint8, device=device),
            torch.zeros(digits, dtype=torch.int64, device=device),
        )
        x = torch.rand((length, digits, config.model.input_size)).to(device)
        training = replace(config.training, epochs=STEPS, batch_size=digits)
        times = []
        steps = train(model, some, training, sequences=lambda _: x)
        for _ in range(STEPS):
            start = time.perf_counter()
            next(steps)
            times.append(time.perf_counter() - start)
    return min(times)
