"""Evaluation with frozen weights: error by position in the segment, wrong states, free running."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.chapters.sine.config import Carry, SineConfig
from rnnviz.chapters.sine.segmented_forward import State, in_segments
from rnnviz.chapters.sine.signals import Source
from rnnviz.core.inspect.reading import evaluating
from rnnviz.core.models import SequenceTagger

Wrong = Literal["zeros", "noise", "another phase"]
WRONG: tuple[Wrong, ...] = ("zeros", "noise", "another phase")
WARMED = 20  # segments that are read before those that are shown, for the state to settle
READ = 600  # steps that are read in segments of other lengths
NEAR = 0.05  # answers that differ by no more are called the same; the target swings between ±1

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frozen:
    """What a network answers with its weights frozen.

    Attributes:
        first: Time step of the first answer.
        x: What it read, shape (T,).
        y: What was asked for, shape (T,).
        outputs: Its answers, shape (T,).
        h: The top layer's hidden states, shape (T, P).
        borders: h of the top layer at the end of each segment, shape (N, P).
        state: Where it ended.
        segment_length: Steps of a segment.
    """

    first: int
    x: Floats
    y: Floats
    outputs: Floats
    h: Floats
    borders: Floats
    state: State
    segment_length: int

    @property
    def errors(self) -> Floats:
        """Squared errors by segment and place in it, shape (N, T of a segment)."""
        return np.square(self.outputs - self.y).reshape(-1, self.segment_length)

    @property
    def steps(self) -> NDArray[np.int64]:
        """The time steps, shape (T,)."""
        return np.arange(self.first, self.first + len(self.x))


@dataclass(frozen=True, eq=False)
class Handover:
    """What a wrong state at a border does.

    Attributes:
        right: With the state that was carried there.
        wrong: With the wrong one in its place.
        recovered: Steps after which both answer alike to the end of what was read; None if never.
    """

    right: Frozen
    wrong: Frozen
    recovered: int | None


def frozen(
    model: SequenceTagger,
    config: SineConfig,
    segment: int,
    count: int,
    state: State | None = None,
    *,
    carry: Carry | None = None,
    segment_length: int | None = None,
) -> Frozen:
    """Read segments with the weights as they are; the model is left as found.

    Args:
        model: On the CPU.
        config: What it learns.
        segment: The first, from 0.
        count: N.
        state: Where the first begins; None is zeros.
        carry: At the borders; None as in training.
        segment_length: Steps of a segment; None as in training.
    """
    length = segment_length or config.segment_length
    wave = Source.of(config).take(segment * length, count * length)
    with evaluating(model), torch.no_grad():
        found = in_segments(model, wave.x, length, carry or config.carry, state)
    return Frozen(
        segment * length,
        _flat(wave.x),
        _flat(wave.y),
        _flat(found.outputs),
        found.h[:, 0].double().numpy(),
        np.stack([_top(border)[0].double().numpy() for border in found.borders]),
        found.state,
        length,
    )


def settled(
    model: SequenceTagger, config: SineConfig, segment: int, *, carry: Carry | None = None
) -> State | None:
    """Return the state that a segment begins with, if those before were read as they are now."""
    before = min(segment, WARMED)
    if not before or (carry or config.carry) == "reset":
        return None
    return frozen(model, config, segment - before, before, carry=carry).state


def wrong_state(model: SequenceTagger, config: SineConfig, segment: int, wrong: Wrong) -> State:
    """Return a state that does not belong to a border.

    Args:
        model: On the CPU.
        config: What it learns.
        segment: That would begin with it.
        wrong: All "zeros"; "noise", uniform in ±1 by chance, the same each time; or that of
            "another phase": the state that the network has half a period later.
    """
    right = frozen(model, config, max(0, segment - WARMED), min(segment, WARMED) or 1).state
    if wrong == "zeros":
        return _each(right, torch.zeros_like)
    if wrong == "noise":
        chance = torch.Generator().manual_seed(config.training.seed)
        return _each(right, lambda part: 2 * torch.rand(part.shape, generator=chance) - 1)
    half = max(1, round(config.steps_per_period / 2))
    steps = Source.of(config).take(max(0, segment - WARMED) * config.segment_length + half, 1000)
    count = max(1, min(segment, WARMED)) * config.segment_length
    with evaluating(model), torch.no_grad():
        state: State = model.rnn(steps.x[: min(count, 1000)])[1]
    return state


def hand_over(
    model: SequenceTagger, config: SineConfig, segment: int, count: int, wrong: Wrong
) -> Handover:
    """Give a segment a wrong state, read on with the state carried, and see when that is over.

    Args:
        model: On the CPU.
        config: What it learns.
        segment: That begins with the wrong state.
        count: Segments that are read from there.
        wrong: What is handed over.
    """
    begun = settled(model, config, segment, carry="detach")
    right = frozen(model, config, segment, count, begun, carry="detach")
    other = wrong_state(model, config, segment, wrong)
    mistaken = frozen(model, config, segment, count, other, carry="detach")
    return Handover(right, mistaken, recovered(right.outputs, mistaken.outputs))


def recovered(right: Floats, wrong: Floats) -> int | None:
    """Return after how many steps two courses stay within `NEAR` of one another; None if never."""
    apart = np.flatnonzero(~(np.abs(right - wrong) <= NEAR))  # NaN is apart
    if not len(apart):
        return 0
    return None if apart[-1] == len(right) - 1 else int(apart[-1]) + 1


def run_freely(
    model: SequenceTagger, config: SineConfig, segment: int, steps: int
) -> tuple[Frozen, Floats]:
    """Read a while, then let a network read its own answers in place of the signal.

    An answer is read when the signal would be what was asked for: one step later if that is the
    next one, a quarter of a period later for the cosine of a sine.

    Args:
        model: On the CPU.
        config: What it learns.
        segment: Where it is left alone; up to there it reads the signal.
        steps: For how long.

    Returns: What it read and answered before, `WARMED` segments or those there are, and its own
        answers from there on, float64 (steps,).

    Raises:
        ValueError: If what is asked for is not what will be read, or nothing was read before.
    """
    ahead = Source.of(config).ahead
    if ahead is None:
        raise ValueError(
            "what is asked for is never what will be read: take the next step as target, or a sine "
            "moved by a phase that is a whole number of steps"
        )
    before = max(min(segment, WARMED), math.ceil(ahead / config.segment_length), 1)
    read = frozen(model, config, max(0, segment - before), before, carry="detach")
    own = [float(value) for value in read.outputs[-ahead:]]
    state = read.state
    with evaluating(model), torch.no_grad():
        for _ in range(steps):
            h, state = model.rnn(torch.tensor([[[own[-ahead]]]]), state)
            own.append(float(model.head(h)))
    return read, np.array(own[ahead:])


def by_reading_length(
    model: SequenceTagger, config: SineConfig, segment: int, lengths: Sequence[int]
) -> Iterator[tuple[int, float, float]]:
    """Yield for segments of each length: the length, the error carried, and the error reset.

    Mean squared errors on the same `READ` steps.

    Args:
        model: On the CPU.
        config: What it learns.
        segment: The first, of those that were learnt.
        lengths: To read in.
    """
    begun = settled(model, config, segment, carry="detach")
    wave = Source.of(config).take(segment * config.segment_length, READ)
    carries: tuple[Carry, Carry] = ("detach", "reset")
    for length in lengths:
        with evaluating(model), torch.no_grad():
            found = [in_segments(model, wave.x, length, carry, begun) for carry in carries]
        errors = [float((one.outputs - wave.y).square().mean()) for one in found]
        yield length, errors[0], errors[1]


def _top(state: State) -> Tensor:
    h = state[0] if isinstance(state, tuple) else state
    return h[-1]  # (B, P)


def _flat(tensor: Tensor) -> Floats:
    numbers: Floats = tensor.double().flatten().numpy()
    return numbers


def _each(state: State, change: Callable[[Tensor], Tensor]) -> State:
    return (change(state[0]), change(state[1])) if isinstance(state, tuple) else change(state)
