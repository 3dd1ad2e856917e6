"""Cache of the Sine page's networks with their newest weights, and of their results."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from rnnviz.chapters.sine import frozen_eval
from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.frozen_eval import Frozen
from rnnviz.chapters.sine.segment_loop import seeded_tagger
from rnnviz.core.models import SequenceTagger
from rnnviz.training.jobs.protocol import Curve
from rnnviz.training.jobs.side_by_side import Part, Standing
from rnnviz.ui.server.bounded_cache import BoundedCache
from rnnviz.ui.widgets import group_networks

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
    return [_first(config) for config in planned]


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
    result: T = _results().get(key, compute)
    return result


@cache
def _results() -> BoundedCache[tuple[object, ...], Any]:
    return BoundedCache(KEPT)


def _of(part: Part) -> Shown | None:
    if not isinstance(part.config, SineConfig) or part.snapshot is None:
        return None
    config, history = part.config, part.snapshot.history
    if (newest := group_networks.newest(part)) is None:  # it is being started
        return _first(config)
    step, model = newest
    assert isinstance(model, SequenceTagger)
    return Shown(name_of(config), config, model, step, history, (part.run_id, step))


def _first(config: SineConfig) -> Shown:
    model = seeded_tagger(config).eval()
    return Shown(name_of(config), config, model, 0, Curve(), ("first", config))


def name_of(config: SineConfig) -> str:
    """Return what a network is called here."""
    return "reset" if config.carry == "reset" else "carried"
