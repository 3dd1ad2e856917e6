import math

import numpy as np
import pytest

from rnnviz.chapters.sine import segment_loop
from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.health import light
from rnnviz.core.config import TrainConfig
from rnnviz.training.jobs.protocol import Curve


def history(*losses, step=50):
    steps = np.linspace(1, step, len(losses), dtype=np.float32)
    values = np.array(losses, np.float32)
    return Curve(steps, values, values, values)


@pytest.mark.parametrize(
    ("curve", "level", "words"),
    [
        (Curve(), "unknown", "Nothing is learnt yet"),
        (history(0.5, 0.01), "ok", "The loss is 0.01; answering 0 gives 0.5"),
        (history(0.5, 0.6), "warn", "no better than answering 0"),
        (history(0.5, 0.6, step=20), "ok", "The loss is 0.6"),
        (history(0.5, 300.0, step=3), "bad", "The loss is 300; answering 0 throughout"),
        (history(0.5, math.inf), "bad", "no longer a number"),
        (history(0.5, math.nan), "bad", "no longer a number"),
    ],
)
def test_each_light(curve, level, words):
    found = light(SineConfig(), curve)
    assert found.level == level
    assert words in found.says
    assert bool(found.remedy) == (level in ("warn", "bad"))


def test_a_rate_that_explodes_is_bad_and_the_notebooks_is_well():
    for lr, level in ((10.0, "bad"), (0.02, "ok")):
        training = TrainConfig(
            batch_size=1, epochs=1, lr=lr, optimizer="sgd" if lr > 1 else "adam", clip_norm=0.0
        )
        logs = list(segment_loop.run(SineConfig(training=training)))
        curve = history(*(log.loss for log in logs), step=100)
        assert light(SineConfig(), curve).level == level
