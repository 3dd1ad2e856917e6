"""Cache of the predictions of runs on text at each checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from rnnviz.chapters.characters import text_training
from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.spelling import Said, say
from rnnviz.chapters.characters.ui.components.letter_steps import Spelled
from rnnviz.chapters.characters.vocabulary import Line
from rnnviz.training.jobs.side_by_side import Part, Standing
from rnnviz.training.loop.loop import seeded
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.training.tasks import build as task_build
from rnnviz.ui.server.checkpoint_cache import spread
from rnnviz.ui.widgets.group_networks import network_at

KEPT = 600
FIRSTS = 64
MOST_VALUES = 300_000  # that are sent for one network


@dataclass(frozen=True, eq=False)
class Moments:
    """One network at several moments.

    Attributes:
        config: What it trains.
        steps: Done at each, ascending from 0.
        epochs: Likewise.
        said: At each.
    """

    config: TextConfig
    steps: tuple[int, ...]
    epochs: tuple[int, ...]
    said: tuple[Said, ...]


def of_all(found: Standing | None, line: Line | None = None) -> list[Moments]:
    """Return the networks of a lesson at the moments that all of them have.

    Args:
        found: How its runs stand.
        line: What is asked; None: the first that was learnt.
    """
    parts = [part for part in (found.parts if found else ()) if part.snapshot is not None]
    steps = [set(part.snapshot.checkpoints) for part in parts if part.snapshot is not None]
    shared = sorted(set.intersection(*steps)) if steps else []
    return [each for part in parts if (each := _of(part, shared, line)) is not None]


def untrained(planned: Sequence[TextConfig], line: Line | None = None) -> list[Moments]:
    """Return networks with the weights that a training would begin with."""
    return [Moments(config, (0,), (0,), (_first(config, line),)) for config in planned]


@lru_cache(maxsize=FIRSTS)
def _first(config: TextConfig, line: Line | None) -> Said:
    training = config.training
    network = seeded(partial(task_build.network, config), training.seed, training.forget_bias)
    return say(network.eval(), text_training.alphabet(config), *(line or config.pairs[0]))


def _of(part: Part, steps: Sequence[int], line: Line | None) -> Moments | None:
    config = part.config
    if not isinstance(config, TextConfig) or not steps:
        return None
    asked = line or config.pairs[0]
    values = len(asked[0]) * (config.symbols + config.model.hidden_size)
    said, kept = [], []
    for step in spread(steps, MOST_VALUES // max(values, 1)):
        with suppress(CheckpointError):
            said.append(_said(part.run_id, step, config, asked))
            kept.append(step)
    if not said:
        return None
    epochs = tuple(step * config.training.epochs // config.steps for step in kept)
    return Moments(config, tuple(kept), epochs, tuple(said))


@lru_cache(maxsize=KEPT)
def _said(run_id: str, step: int, config: TextConfig, line: Line) -> Said:
    return say(network_at(run_id, step, config), text_training.alphabet(config), *line)


def as_spelled(moments: Moments, name: str, count: int) -> Spelled:
    """Pack the first `count` moments of a network for its picture."""
    said = moments.said[:count]
    return Spelled(
        name,
        np.stack([one.h.numpy() for one in said]),
        np.stack([one.shares.numpy() for one in said]),
        np.stack([one.losses.numpy() for one in said]),
    )
