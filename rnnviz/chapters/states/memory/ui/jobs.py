"""Computations of the memory view, each done once for a network and a digit, in parts."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal, Protocol

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.core.inspect.attributions import gradient_times_input, input_reach, integrated_gradients
from rnnviz.core.inspect.gradients import reach
from rnnviz.core.inspect.reading import read
from rnnviz.data.sequences import entering, on_pictures
from rnnviz.training.loop.evaluate import RowAccuracy, accuracy_by_row
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets.model_choice import ChosenModel

BUDGET_S = 0.2  # of computing for each answer of the page
STEPS = ((56, 128), (196, 64), (784, 32))  # up to so many time steps: places on the way to a digit
PIECE = 2_400  # time steps times places between two looks at the clock

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Method = Literal["integrated", "times input"]


@dataclass(frozen=True, eq=False)
class Felt:
    """One network's reading of one digit, and how strongly the loss feels each time step.

    Attributes:
        belief: Probabilities after each time step, shape (T, K).
        h: ‖∂L/∂h_t‖ of the top layer, shape (T,).
        c: ‖∂L/∂c_t‖ of an LSTM's top layer, shape (T,), else None.
        x: ‖∂L/∂x_t‖, shape (T,).
        loss: L.
    """

    belief: Floats
    h: Floats
    c: Floats | None
    x: Floats
    loss: float

    @property
    def lost(self) -> bool:
        """Whether anything in it is no number."""
        return not (np.isfinite(self.belief).all() and np.isfinite(self.h).all())


def answer(network: ChosenModel, picture: Bytes) -> int:
    """Return what a network takes a digit for."""
    return int(read(network.model, sequence(network, picture)).digit[0])


def sequence(network: ChosenModel, picture: Bytes) -> Tensor:
    """Return what a network reads of one picture, (T, 1, I)."""
    return network.sequences(torch.from_numpy(picture.copy())[None].to(embedded_models.device()))


@st.cache_data(max_entries=64, show_spinner=False)
def felt(identity: str, picture: Bytes, target: int, _network: ChosenModel) -> Felt:
    """Measure how far back the loss reaches.

    Args:
        identity: Of the network.
        picture: The digit, uint8, shape (28, 28).
        target: The class whose cross-entropy is the loss.
    """
    x = sequence(_network, picture)
    targets = torch.tensor([target], device=x.device)
    found = reach(_network.model, x, targets)
    belief = read(_network.model, x).belief[:, 0]
    return Felt(
        _numbers(belief),
        _numbers(found.h[:, 0]),
        None if found.c is None else _numbers(found.c[:, 0]),
        _numbers(input_reach(_network.model, x, targets)[:, 0]),
        float(-belief[-1, target].double().log()),
    )


def by_step(network: ChosenModel, values: Floats) -> Floats:
    """Add up what belongs to pixels, (28, 28), over those that enter together, (T,)."""
    places = entering(network.time_step, network.chunk).numpy().ravel()
    sums = np.bincount(places, values.ravel(), network.length)
    return sums.astype(np.float32)


class Job(Protocol):
    """Something that is computed a piece at a time."""

    @property
    def share(self) -> float:
        """How much of it is done, 0 … 1."""

    def go_on(self) -> None:
        """Do one piece, unless all is done."""


@dataclass(eq=False)
class Pixels:
    """What each pixel said for a class or against it, in the class's logit.

    Attributes:
        network: Who reads.
        picture: The digit, uint8, shape (28, 28).
        asked: The class.
        method: How it is shared out.
        values: Above 0 for the class, shape (28, 28).
        before: The logit of an empty page.
        score: The logit of the digit; NaN before it is known.
    """

    network: ChosenModel
    picture: Bytes
    asked: int
    method: Method
    values: Floats = field(default_factory=lambda: np.zeros((28, 28), np.float32))
    before: float = float("nan")
    score: float = float("nan")
    _done: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def places(self) -> int:
        """At how many places on the way from an empty page the slope is looked at."""
        if self.method == "times input":
            return 1
        return next(places for longest, places in STEPS if self.network.length <= longest)

    @property
    def pieces(self) -> int:
        """In how many parts the way is gone: their shares add up."""
        return -(-self.network.length * self.places // PIECE) if self.places > 1 else 1

    @property
    def share(self) -> float:
        """How much of it is done, 0 … 1."""
        return self._done / self.pieces

    def go_on(self) -> None:
        """Go one part of the way."""
        with self._lock:
            if self._done == self.pieces:
                return
            model, x = self.network.model, sequence(self.network, self.picture)
            asked = torch.tensor([self.asked], device=x.device)
            if self.method == "times input":
                found = gradient_times_input(model, x, asked, "logit")
            else:
                start, end = self._done / self.pieces, (self._done + 1) / self.pieces
                steps = -(-self.places // self.pieces)
                found = integrated_gradients(
                    model, end * x, asked, "logit", baseline=start * x, steps=steps
                )
            if self._done == 0:
                self.before = float(found.score_before[0])
            self.score = float(found.score[0])
            picture = on_pictures(found.values, self.network.time_step, self.network.chunk)[0]
            self.values = self.values + _numbers(picture)
            self._done += 1


@dataclass(eq=False)
class Stops:
    """How many test digits a network reads right if its reading stops at a time step.

    Attributes:
        network: Who reads.
        found: The counts so far; None before the first.
    """

    network: ChosenModel
    found: RowAccuracy | None = None
    _reading: Iterator[RowAccuracy] | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def share(self) -> float:
        """How much of it is done, 0 … 1."""
        return (
            0.0
            if self.found is None
            else self.found.read / len(embedded_models.test_digits().labels)
        )

    @property
    def accuracy(self) -> Floats:
        """Share of the digits read so far that are right, shape (T,); NaN before the first."""
        if self.found is None:
            return np.full(self.network.length, np.nan, np.float32)
        return _numbers(self.found.accuracy)

    def go_on(self) -> None:
        """Read some digits more."""
        with self._lock:
            if self._reading is None:
                digits = embedded_models.test_digits().to(embedded_models.device())
                model, turn = self.network.model, self.network.sequences
                self._reading = accuracy_by_row(model, digits, sequences=turn)
            self.found = next(self._reading, self.found)


@st.cache_resource(max_entries=32, show_spinner=False)
def pixels(
    identity: str, picture: bytes, asked: int, method: Method, _network: ChosenModel
) -> Pixels:
    """Return what is known of the pixels of a digit; the same to all who ask."""
    return Pixels(_network, np.frombuffer(picture, np.uint8).reshape(28, 28), asked, method)


@st.cache_resource(max_entries=16, show_spinner=False)
def stops(identity: str, _network: ChosenModel) -> Stops:
    """Return what is known of a network that stops early; the same to all who ask."""
    return Stops(_network)


def work(jobs: Sequence[Job]) -> bool:
    """Compute for as long as `BUDGET_S`, the first job first; whether all are done.

    The last ones take turns, so that they fill together.
    """
    end = time.perf_counter() + BUDGET_S
    first, *others = jobs
    while first.share < 1:
        first.go_on()
        if time.perf_counter() > end:
            return False
    while open_ := [job for job in others if job.share < 1]:
        for job in open_:
            job.go_on()
            if time.perf_counter() > end:
                return all(job.share == 1 for job in jobs)
    return True


def _numbers(tensor: Tensor) -> Floats:
    found: Floats = tensor.detach().float().cpu().numpy()
    return found
