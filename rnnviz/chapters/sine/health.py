"""Health check of a training on a signal: whether the loss diverged or beats output 0."""

from __future__ import annotations

import math

from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.signals import Source
from rnnviz.training.health.check_result import Light, amount
from rnnviz.training.jobs.protocol import Curve

EXPLODED = 4  # times the power of what is asked for: nothing that answers 0 errs by more than 1
EARLY = 30  # steps in which nothing is said against it


def light(config: SineConfig, history: Curve) -> Light:
    """Say whether the loss is still a number, and better than answering 0 throughout.

    Args:
        config: What is trained.
        history: How it went so far.
    """
    if not len(history.loss):
        return Light("loss", "unknown", "Nothing is learnt yet.")
    loss, power = float(history.loss[-1]), Source.of(config).power
    if not math.isfinite(loss):
        return Light(
            "loss",
            "bad",
            "The loss is no longer a number: the weights are lost.",
            "Take a smaller learning rate and start again.",
        )
    if loss > EXPLODED * power:
        return Light(
            "loss",
            "bad",
            f"The loss is {amount(loss)}; answering 0 throughout would give {amount(power)}.",
            "Take a smaller learning rate.",
        )
    if loss > power and history.step[-1] > EARLY:
        return Light(
            "loss",
            "warn",
            f"The loss is {amount(loss)}, no better than answering 0 ({amount(power)}).",
            "Train for longer, or take another learning rate.",
        )
    return Light("loss", "ok", f"The loss is {amount(loss)}; answering 0 gives {amount(power)}.")
