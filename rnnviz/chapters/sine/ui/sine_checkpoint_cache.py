"""Cache of the Sine page's networks with their newest weights, and of their results."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar, cast

import streamlit as st

from rnnviz.chapters.sine import frozen_eval
from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.frozen_eval import Frozen
from rnnviz.chapters.sine.segment_loop import seeded_tagger
from rnnviz.core.models import SequenceTagger
from rnnviz.training.jobs.protocol import Curve
from rnnviz.training.jobs.side_by_side import Part, Standing
from rnnviz.training.tasks import build as task_build
from rnnviz.ui.widgets import run_group

STEPS_SHOWN = 80
KEPT = 200

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Shown:
    """One of the two.

    Attributes:
        name: "carried" or "reset".
        config: What it trains.
        model: With its weights of the moment, in eval mode.
        step: After which they were.
        history: How the training went.
        key: Tells its weights from all others.
    """

    name: str
    config: SineConfig
    model: SequenceTagger
    step: int
    history: Curve
    key: tuple[object, ...]

    @property
    def window(self) -> tuple[int, int]:
        """The first segment that is shown, and how many: those read last."""
        count = max(2, math.ceil(STEPS_SHOWN / self.config.segment_length))
        return max(0, self.step - count), count


def shown(planned: Sequence[SineConfig], found: Standing | None) -> list[Shown]:
    """Return the networks of a training with their weights of now; before it, the first ones."""
    if found is not None:
        parts = [one for part in found.parts if (one := _of(part)) is not None]
        if parts:
            return parts
    return [
        Shown(name_of(config), config, seeded_tagger(config).eval(), 0, Curve(), ("first", config))
        for config in planned
    ]


def read(one: Shown) -> Frozen:
    """Return what its weights of now make of the segments that are shown."""

    def compute() -> Frozen:
        first, count = one.window
        begun = frozen_eval.settled(one.model, one.config, first)
        return frozen_eval.frozen(one.model, one.config, first, count, begun)

    return known(("read", *one.key), compute)


def known(key: tuple[object, ...], compute: Callable[[], T]) -> T:
    """Return what was computed for that key, once.

    Args:
        key: Tells all that it follows from.
        compute: Does it.
    """
    memory = _memory()
    with memory.lock:
        if key in memory.results:
            memory.results.move_to_end(key)
            return memory.results[key]  # type: ignore[return-value]
    result = compute()
    with memory.lock:
        memory.results[key] = result
        while len(memory.results) > KEPT:
            memory.results.popitem(last=False)
    return result


@dataclass(eq=False)
class _Memory:
    results: OrderedDict[tuple[object, ...], object] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)


@st.cache_resource(show_spinner=False)
def _memory() -> _Memory:
    return _Memory()


def _of(part: Part) -> Shown | None:
    if not isinstance(part.config, SineConfig) or part.snapshot is None:
        return None
    config, history = part.config, part.snapshot.history
    weights = run_group.weights_of(part)
    if weights is None:  # it is being started
        model = seeded_tagger(config).eval()
        return Shown(name_of(config), config, model, 0, history, ("first", config))
    model = cast(SequenceTagger, task_build.network_of(config, weights[1]))
    key = (part.run_id, weights[0])
    return Shown(name_of(config), config, model, weights[0], history, key)


def name_of(config: SineConfig) -> str:
    """Return what a network is called here."""
    return "reset" if config.carry == "reset" else "carried"
