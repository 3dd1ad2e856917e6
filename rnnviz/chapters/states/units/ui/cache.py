"""Cache of units' states on many test digits, shared by all sessions, and of their statistics.

It is computed once for all who look at the same network, a piece at a time, so that a page responds
while it is filled in.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

import streamlit as st
import torch
from torch import Tensor

from rnnviz.chapters.states.units.ui.profiles import Portraits, Portraying
from rnnviz.core.units import paths as units_paths
from rnnviz.core.units import statistics as units_statistics
from rnnviz.core.units.separation import separation
from rnnviz.ui.server import embedded_models
from rnnviz.ui.server.bounded_cache import BoundedCache
from rnnviz.ui.widgets.incremental import Job
from rnnviz.ui.widgets.model_choice import ChosenModel

FIRST, ALL = 2000, 10_000  # test digits that are read: at first, and on demand
ROOM = 40_000_000  # numbers in the states of one place: at H = 128 and T = 28 of 11,160 digits
KEPT_NUMBERS = 50_000_000  # of all places together, 200 MB
KEPT = 24  # places
PIECE = 1e9  # multiplications, roughly, between two looks at the clock: 0.1 s
FITTED = 1_500_000  # numbers that axes are fitted to in one piece: 0.05 s
AXES = 6  # of the map
READING = 0.3  # of the way to portraits
PATHS, PATH_NUMBERS = 100, 250_000  # digits on the map; fewer where they have more numbers

LOST = "The states of this network are no numbers any more: they were lost while it learnt."

Held = Literal["h", "c"]
Aim = Literal["portraits", "paths"]


@dataclass(frozen=True)
class Place:
    """Where in a network one looks.

    Attributes:
        held: "h", or "c" of an LSTM.
        layer: Counted from 0.
        direction: 0 forward, 1 reverse.
    """

    held: Held
    layer: int
    direction: int


@dataclass(frozen=True, eq=False)
class Paths:
    """The states of all digits on axes that were fitted to them. C axes, S digits of a sample.

    Attributes:
        axes: At most `AXES`.
        sample: Test digits, by class in turns, (S,).
        paths: Where they are after each step, (T, S, C).
        means: The mean of each class there, (T, K, C).
        ends: The mean of each class in all units when the reading is over, (K, W).
        separation: As `core.units.separation`, (T,).
    """

    axes: units_paths.Axes
    sample: Tensor
    paths: Tensor
    means: Tensor
    ends: Tensor
    separation: Tensor


@dataclass(eq=False)
class Gathering:
    """One place of one network, as far as test digits have been read.

    Attributes:
        network: Which network.
        place: Where in it.
        count: N: test digits, the first ones.
        portraits: None before they are done.
        paths: The same.
    """

    network: ChosenModel
    place: Place
    count: int
    portraits: Portraits | None = None
    paths: Paths | None = None
    _h: Tensor | None = None  # (T, N, W)
    _read: int = 0
    _jobs: dict[Aim, Job[float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def width(self) -> int:
        """W: units."""
        config = self.network.model.config
        return config.output_size if self.place.held == "h" else config.hidden_size

    @property
    def numbers(self) -> int:
        """How many numbers it holds."""
        return 0 if self._h is None else self._h.numel()

    def job(self, aim: Aim) -> Job[float]:
        """Return the job that computes portraits or paths, and yields the share that is done."""
        make = self._make_portraits if aim == "portraits" else self._make_paths
        return self._jobs.setdefault(aim, Job(make, self._lock))

    def _gather(self, of: float) -> Generator[float, None, Tensor]:
        """Read the test digits, some at each turn; return the states, (T, N, W).

        Args:
            of: Share of the way that this is.

        Raises:
            ValueError: If some states are no numbers.
        """
        network, place = self.network, self.place
        config = network.model.config
        parameters = sum(weight.numel() for weight in network.model.rnn.parameters())
        most = max(8, min(500, int(PIECE / (network.length * parameters))))
        if self._h is None:
            self._h, self._read = torch.empty(network.length, self.count, self.width), 0
        held: str = place.held
        while self._read < self.count:
            here = slice(self._read, min(self._read + most, self.count))
            images = embedded_models.test_digits().images[here].to(embedded_models.device())
            found = units_statistics.states(
                network.model.rnn,
                network.sequences(images),
                held,
                layer=place.layer if place.layer < config.num_layers - 1 else -1,
                direction=place.direction,
            )
            if not found.isfinite().all():
                self._h = None
                raise ValueError(LOST)
            self._h[:, here] = found.cpu()
            self._read = here.stop
            yield of * self._read / self.count
        return self._h

    def _labels(self) -> Tensor:
        return embedded_models.test_digits().labels[: self.count]

    def _make_portraits(self) -> Iterator[float]:
        h = yield from self._gather(READING)
        config = self.network.model.config
        tanh = config.cell != "rnn" or config.nonlinearity == "tanh"
        way = Portraying(
            h,
            self._labels(),
            bounded=self.place.held == "h" and tanh and not config.proj_size,
            reverse=self.place.direction == 1,
        )
        for share in way:
            yield READING + (1 - READING) * share
        self.portraits = way.portraits
        self._forget()

    def _make_paths(self) -> Iterator[float]:
        h, labels = (yield from self._gather(0.8)), self._labels()
        at_once = max(1, FITTED // h[0].numel())
        fitting, apart = units_paths.Fitting(AXES), []
        for n, steps in enumerate(parts := torch.split(h, at_once)):
            fitting.add(steps)
            yield 0.8 + 0.1 * n / len(parts)
        axes = fitting.axes()
        for n, steps in enumerate(parts):
            apart.append(separation(steps, labels))
            yield 0.9 + 0.1 * n / len(parts)
        course = units_statistics.class_course(h, labels)  # (T, K, W)
        sample = _by_turns(labels, min(PATHS, PATH_NUMBERS // (len(h) * len(axes.directions))))
        self.paths = Paths(
            axes=axes,
            sample=sample,
            paths=units_paths.project(axes, h[:, sample]),
            means=units_paths.project(axes, course),
            ends=course[0 if self.place.direction else -1].clone(),
            separation=torch.cat(apart),
        )
        self._forget()

    def _forget(self) -> None:
        """Drop the states when nothing is to follow from them; so many are not kept for the map."""
        if self.count > FIRST or (self.portraits and self.paths):
            self._h = None


def gathering(network: ChosenModel, place: Place, asked: int = FIRST) -> Gathering:
    """Return what is known of a place over so many test digits, fewer if that is too much."""
    found = Gathering(network, place, 0)
    most = max(50, ROOM // (network.length * found.width))
    found.count = min(asked, most, len(embedded_models.test_digits()))
    return _gatherings().get((network.identity, place, found.count), lambda: found)


@st.cache_resource(show_spinner=False)
def _gatherings() -> BoundedCache[tuple[str, Place, int], Gathering]:
    return BoundedCache(KEPT, lambda found: found.numbers, KEPT_NUMBERS)


def _by_turns(labels: Tensor, count: int) -> Tensor:
    """Return the first digits of each class, class by class in turns: places, (count,)."""
    one_hot = torch.nn.functional.one_hot(labels, 10)
    turn = (one_hot.cumsum(0) * one_hot).sum(1)  # the how-manieth of its class each is
    return torch.argsort(turn * 10 + labels, stable=True)[:count]
