"""All benches by name: what each is told, and what becomes of its figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rnnviz.bench import (
    app,
    draw,
    evaluate,
    every,
    hello,
    lesson,
    live,
    load,
    overview,
    scale,
    sine,
    slices,
    span,
    trace,
    train,
)

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What a person asked for.

    Attributes:
        device: As `core.device.pick` takes it.
        repeats: Rounds, seeds or seconds; None for the bench's own.
        people: How many at once, of "load".
        seconds: For how long, of "load".
        plot: Where "scale" draws its figure.
        json: Whether figures are wanted even where there is a table.
    """

    device: str = "cpu"
    repeats: int | None = None
    people: int = 30
    seconds: float = 180.0
    plot: Path | None = None
    json: bool = False


def report(what: str, asked: Asked, tell: Tell) -> str:
    """Run a bench and return what it prints: its table if it has one, else its figures as JSON.

    Whole figures that a page shows are written to their file as well, not those of a glance.

    Args:
        what: One of `BENCHES`.
        asked: How.
        tell: Told how it goes on.
    """
    figures = BENCHES[what](asked, tell)
    if what in WRITTEN and not asked.repeats:
        WRITTEN[what](figures)
    if what == "scale" and asked.plot is not None:
        scale.write(figures, asked.plot)
    if what in TABLES and not asked.json:
        return TABLES[what](figures)
    return json.dumps(figures, indent=None if asked.json else 2)


BENCHES: Mapping[str, Callable[[Asked, Tell], Any]] = MappingProxyType(
    {
        "all": lambda a, tell: every.measure(a.device, a.repeats, tell=tell),
        "app": lambda a, _: app.measure(a.repeats or app.ROUNDS),
        "draw": lambda a, _: draw.measure(rounds=a.repeats or 3),
        "evaluate": lambda a, _: evaluate.measure(a.device, a.repeats or evaluate.ROUNDS),
        "hello": lambda a, tell: hello.measure(a.repeats or hello.SEEDS, tell=tell),
        "lesson": lambda a, tell: lesson.measure(a.repeats or lesson.SEEDS, tell=tell),
        "live": lambda a, _: live.measure(seconds=a.repeats or 10),
        "load": lambda a, tell: load.measure(a.people, a.seconds, tell=tell),
        "scale": lambda a, _: scale.measure(a.device, a.repeats or scale.ROUNDS),
        "sine": lambda a, _: sine.measure(a.repeats or sine.SEEDS),
        "slices": lambda a, tell: slices.measure(a.device, a.repeats or slices.SEEDS, tell),
        "span": lambda a, tell: span.measure(seeds=a.repeats or span.SEEDS, tell=tell),
        "trace": lambda a, _: trace.measure(a.device, a.repeats or 200),
        "train": lambda a, _: train.measure(a.device, a.repeats or 9),
    }
)
WRITTEN: Mapping[str, Callable[[Any], None]] = MappingProxyType(
    {"hello": hello.write, "slices": slices.write, "span": span.write}
)
TABLES: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {"all": overview.table, "lesson": lesson.table, "load": load.table}
)
