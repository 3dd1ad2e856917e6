"""Benchmarks by name: the arguments of each, and how its results are reported and saved.

A bench is a module of this package, imported when it runs. To delete one, delete its module and its
line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What a person asked for.

    Attributes:
        device: As `core.device.pick` takes it; None is the bench's own.
        repeats: Rounds, seeds or seconds; None for the bench's own.
        people: How many at once, of "load".
        seconds: For how long, of "load".
        plot: Where "scale" draws its figure.
        out: Where "gpu" writes its figures as it goes.
        json: Whether figures are wanted even where there is a table.
    """

    device: str | None = None
    repeats: int | None = None
    people: int = 30
    seconds: float = 180.0
    plot: Path | None = None
    out: Path | None = None
    json: bool = False


@dataclass(frozen=True)
class Bench:
    """How a bench is called, and what its module does with the figures.

    Attributes:
        measure: Returns the figures; called with the module, what was asked for, and whom to tell.
        module: Its module in this package; "" is the one of the bench's name.
        table: The module whose `table` prints the figures; "" prints JSON.
        written: Whether its `write` saves whole figures, which a page shows.
        plotted: Whether its `write` draws the figures into a file that was asked for.
        device: Where it runs unless a device is given.
        checks: Whether it is a check: its lines are part of what it prints, and `failed` of its
            figures counts what went wrong.
    """

    measure: Callable[[Any, Asked, Tell], Any]
    module: str = ""
    table: str = ""
    written: bool = False
    plotted: bool = False
    device: str = "cpu"
    checks: bool = False


@dataclass(frozen=True)
class Report:
    """What a bench prints, and whether a check found something wrong."""

    text: str
    failed: bool = False


def report(what: str, asked: Asked, tell: Tell) -> Report:
    """Run a bench and return what it prints: its table if it has one, else its figures as JSON.

    Whole figures that a page shows are written to their file as well, not those of a glance.

    Args:
        what: One of `BENCHES`.
        asked: How.
        tell: Told how it goes on.
    """
    bench = BENCHES[what]
    module = _module(bench.module or what)
    asked = replace(asked, device=asked.device or bench.device)
    figures = bench.measure(module, asked, tell)
    if bench.written and not asked.repeats:
        module.write(figures)
    if bench.plotted and asked.plot is not None:
        module.write(figures, asked.plot)
    failed = bench.checks and bool(figures["failed"])
    if bench.table and not asked.json:
        return Report(str(_module(bench.table).table(figures)), failed)
    return Report(json.dumps(figures, indent=None if asked.json else 2), failed)


def _module(name: str) -> Any:  # noqa: ANN401 - what a bench's module offers, it says itself
    return import_module(f"{__package__}.{name}")


BENCHES: Mapping[str, Bench] = MappingProxyType(
    {
        "all": Bench(
            lambda m, a, t: m.measure(a.device, a.repeats, tell=t), "all_benches", "overview"
        ),
        "app": Bench(lambda m, a, _: m.measure(a.repeats or m.ROUNDS)),
        "draw": Bench(lambda m, a, _: m.measure(rounds=a.repeats or 3)),
        "evaluate": Bench(lambda m, a, _: m.measure(a.device, a.repeats or m.ROUNDS)),
        "gpu": Bench(
            lambda m, a, t: m.measure(a.device, a.out, t), table="gpu", device="auto", checks=True
        ),
        "hello": Bench(lambda m, a, t: m.measure(a.repeats or m.SEEDS, tell=t), written=True),
        "lesson": Bench(lambda m, a, t: m.measure(a.repeats or m.SEEDS, tell=t), table="lesson"),
        "live": Bench(lambda m, a, _: m.measure(seconds=a.repeats or 10)),
        "load": Bench(lambda m, a, t: m.measure(a.people, a.seconds, tell=t), table="load"),
        "notebook": Bench(lambda m, a, _: m.measure(a.repeats or m.ROUNDS), table="notebook"),
        "photos": Bench(lambda m, a, t: m.measure(a.repeats or m.DIGITS, tell=t), table="photos"),
        "scale": Bench(lambda m, a, _: m.measure(a.device, a.repeats or m.ROUNDS), plotted=True),
        "sine": Bench(lambda m, a, _: m.measure(a.repeats or m.SEEDS)),
        "slices": Bench(lambda m, a, t: m.measure(a.device, a.repeats or m.SEEDS, t), written=True),
        "span": Bench(lambda m, a, t: m.measure(seeds=a.repeats or m.SEEDS, tell=t), written=True),
        "tours": Bench(lambda m, a, t: m.measure(a.repeats or m.TOURS, tell=t), checks=True),
        "trace": Bench(lambda m, a, _: m.measure(a.device, a.repeats or 200)),
        "train": Bench(lambda m, a, _: m.measure(a.device, a.repeats or 9)),
    }
)
