"""Measurements of a network at one checkpoint: hidden states, gradients, predictions, confusion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.core.inspect.gradients import reach
from rnnviz.core.inspect.reading import read
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.mnist import Digits
from rnnviz.data.sequences import sequences
from rnnviz.training.loop.evaluate import logits
from rnnviz.training.tasks.build import network_of
from rnnviz.training.tasks.digits import RunConfig

FELT = 64  # test digits, the first ones, whose loss is followed back
GUESSED = 1000  # test digits, the first ones, that are read for the confusion matrix

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Reach:
    """How far back the loss is felt, on the mean of the first `FELT` test digits.

    Attributes:
        h: ‖∂L/∂h_t‖, shape (T,).
        c: ‖∂L/∂c_t‖ of an LSTM, shape (T,), else None.
        states: Hidden states of these digits, shape (T, FELT, D·P).
    """

    h: Floats
    c: Floats | None
    states: Floats


def model_of(
    config: RunConfig, weights: Mapping[str, Tensor | Floats], device: torch.device
) -> SequenceClassifier:
    """Build the network of a run with the weights of one moment, in eval mode."""
    model = network_of(config, weights, device)
    assert isinstance(model, SequenceClassifier)
    return model


def story(config: RunConfig, model: SequenceClassifier, picture: Bytes) -> tuple[Bytes, Floats]:
    """Let a network read one picture.

    Args:
        config: Of the run; says what a time step is.
        model: Of the moment.
        picture: Grey values, uint8, shape (28, 28).

    Returns: The hidden state, −1 … 1 as 0 … 255, uint8 (T, D·P), and the belief, (T, 10).
    """
    images = torch.from_numpy(picture.copy())[None].to(_device(model))
    found = read(model, _sequences(config, images))
    h = found.h[:, 0].float().cpu().numpy()
    belief: Floats = found.belief[:, 0].float().cpu().numpy()
    return quantized(h), belief


def quantized(h: Floats) -> Bytes:
    """Return −1 … 1 as 0 … 255; what is no number becomes 0 … as the middle."""
    finite = np.nan_to_num(h, nan=0.0, posinf=1.0, neginf=-1.0)
    return np.rint(255 * (np.clip(finite, -1, 1) + 1) / 2).astype(np.uint8)


def felt(config: RunConfig, model: SequenceClassifier, test: Digits) -> Reach:
    """Follow the loss of the first test digits back through the time steps."""
    digits = test[:FELT].to(_device(model))
    x = _sequences(config, digits.images)
    found = reach(model, x, digits.labels)
    with torch.no_grad():
        states, _ = model.rnn(x)
    c = None if found.c is None else _mean(found.c)
    return Reach(_mean(found.h), c, states.float().cpu().numpy())


def guesses(config: RunConfig, model: SequenceClassifier, test: Digits, count: int) -> Bytes:
    """Return what a network takes the first test digits for, uint8 (count,)."""
    images = test.images[:count].to(_device(model))
    found = logits(model, images, sequences=_sequences_of(config)).argmax(1)
    return found.to(torch.uint8).cpu().numpy()


def confusion(labels: NDArray[np.int64], guessed: Bytes) -> Floats:
    """Count digits by what they are (rows) and what they are taken for (columns), (10, 10)."""
    counts = np.zeros((10, 10), np.float32)
    np.add.at(counts, (labels, guessed), 1)
    return counts


def _sequences_of(config: RunConfig) -> partial[Tensor]:
    return partial(sequences, time_step=config.time_step, chunk=config.chunk)


def _sequences(config: RunConfig, images: Tensor) -> Tensor:
    return _sequences_of(config)(images)


def _device(model: SequenceClassifier) -> torch.device:
    return next(model.parameters()).device


def _mean(norms: Tensor) -> Floats:
    mean: Floats = norms.mean(1).float().cpu().numpy()
    return mean
