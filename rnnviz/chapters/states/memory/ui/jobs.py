"""Computations of the memory view, each done once for a network and a digit, in parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

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
from rnnviz.ui.components.packing import floats
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets.incremental import Job
from rnnviz.ui.widgets.model_choice import ChosenModel

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
        floats(belief),
        floats(found.h[:, 0]),
        None if found.c is None else floats(found.c[:, 0]),
        floats(input_reach(_network.model, x, targets)[:, 0]),
        float(-belief[-1, target].double().log()),
    )


def by_step(network: ChosenModel, values: Floats) -> Floats:
    """Add up what belongs to pixels, (28, 28), over those that enter together, (T,)."""
    places = entering(network.time_step, network.chunk).numpy().ravel()
    sums = np.bincount(places, values.ravel(), network.length)
    return sums.astype(np.float32)


@dataclass(frozen=True, eq=False)
class Pixels:
    """What each pixel said for a class or against it, in the class's logit, as far as it is known.

    Attributes:
        values: Above 0 for the class, shape (28, 28).
        before: The logit of an empty page.
        score: The logit of the digit.
    """

    values: Floats
    before: float
    score: float


@st.cache_resource(max_entries=32, show_spinner=False)
def pixels(
    identity: str, picture: bytes, asked: int, method: Method, _network: ChosenModel
) -> Job[Pixels]:
    """Return what is known of the pixels of a digit; the same to all who ask."""
    image = np.frombuffer(picture, np.uint8).reshape(28, 28)
    return Job(lambda: _attribute(_network, image, asked, method))


@st.cache_resource(max_entries=16, show_spinner=False)
def stops(identity: str, _network: ChosenModel) -> Job[RowAccuracy]:
    """Return how many test digits a network reads right if it stops early; the same to all."""
    digits = embedded_models.test_digits().to(embedded_models.device())
    return Job(lambda: accuracy_by_row(_network.model, digits, sequences=_network.sequences))


def accuracy(network: ChosenModel, stops: Job[RowAccuracy]) -> Floats:
    """Return the share of the digits read so far that are right, (T,); NaN before the first."""
    if stops.newest is None:
        return np.full(network.length, np.nan, np.float32)
    return floats(stops.newest.accuracy)


def _attribute(
    network: ChosenModel, picture: Bytes, asked: int, method: Method
) -> Iterator[Pixels]:
    """Go the way from an empty page to the digit part by part: the parts' shares add up."""
    model, x = network.model, sequence(network, picture)
    target = torch.tensor([asked], device=x.device)
    places = next(places for longest, places in STEPS if network.length <= longest)
    parts = -(-network.length * places // PIECE) if method == "integrated" else 1
    values, before = np.zeros((28, 28), np.float32), 0.0
    for part in range(parts):
        if method == "times input":
            found = gradient_times_input(model, x, target, "logit")
        else:
            found = integrated_gradients(
                model,
                (part + 1) / parts * x,
                target,
                "logit",
                baseline=part / parts * x,
                steps=-(-places // parts),
            )
        if part == 0:
            before = float(found.score_before[0])
        picture_values = on_pictures(found.values, network.time_step, network.chunk)[0]
        values = values + floats(picture_values)
        yield Pixels(values, before, float(found.score[0]))
