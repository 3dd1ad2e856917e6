"""Cache of the predictions of runs on text at each checkpoint."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

import numpy as np
import streamlit as st
from torch import nn

from rnnviz.chapters.characters import text_training
from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.spelling import Said, say
from rnnviz.chapters.characters.ui.components.letter_steps import Spelled
from rnnviz.chapters.characters.vocabulary import Line, Vocabulary
from rnnviz.training.jobs.side_by_side import Part, Standing
from rnnviz.training.loop.loop import seeded
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.training.tasks import build as task_build
from rnnviz.ui.server import run_manager

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


@dataclass(eq=False)
class _Known:
    said: OrderedDict[tuple[str, int, Line], Said] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)


@st.cache_resource(show_spinner=False)
def _known() -> _Known:
    return _Known()


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


@st.cache_resource(max_entries=FIRSTS, show_spinner=False)
def _first(config: TextConfig, line: Line | None) -> Said:
    training = config.training
    network = seeded(partial(task_build.network, config), training.seed, training.forget_bias)
    return say(network.eval(), text_training.alphabet(config), *(line or config.pairs[0]))


def _of(part: Part, steps: Sequence[int], line: Line | None) -> Moments | None:
    config = part.config
    if not isinstance(config, TextConfig) or not steps:
        return None
    asked = line or config.pairs[0]
    vocabulary = text_training.alphabet(config)
    said, kept = [], []
    for step in _thinned(steps, len(asked[0]) * (config.symbols + config.model.hidden_size)):
        with suppress(CheckpointError):
            said.append(_said(part.run_id, step, config, vocabulary, asked))
            kept.append(step)
    if not said:
        return None
    epochs = tuple(step * config.training.epochs // config.steps for step in kept)
    return Moments(config, tuple(kept), epochs, tuple(said))


def _thinned(steps: Sequence[int], values: int) -> list[int]:
    most = max(2, MOST_VALUES // max(values, 1))
    if len(steps) <= most:
        return list(steps)
    places = np.linspace(0, len(steps) - 1, most).round().astype(int)
    return [steps[place] for place in places]


def _said(run_id: str, step: int, config: TextConfig, vocabulary: Vocabulary, line: Line) -> Said:
    key, known = (run_id, step, line), _known()
    with known.lock:
        if key in known.said:
            return known.said[key]
    found = say(network_at(run_id, step, config), vocabulary, *line)
    with known.lock:
        known.said[key] = found
        while len(known.said) > KEPT:
            known.said.popitem(last=False)
    return found


def network_at(run_id: str, step: int, config: TextConfig) -> nn.Module:
    """Build a run's network as it was after a step.

    Raises:
        CheckpointError: If its weights are gone or damaged.
    """
    return task_build.network_of(config, run_manager.weights_at(run_id, step))


def as_spelled(moments: Moments, name: str, count: int) -> Spelled:
    """Pack the first `count` moments of a network for its picture."""
    said = moments.said[:count]
    return Spelled(
        name,
        np.stack([one.h.numpy() for one in said]),
        np.stack([one.shares.numpy() for one in said]),
        np.stack([one.losses.numpy() for one in said]),
    )
