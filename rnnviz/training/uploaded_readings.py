"""Readings of an uploaded classifier: how it is fed, what its head reads, and how well that does.

The weights of a network tell neither how the pixels were scaled when it was trained nor what its
head reads. So the plausible ways are measured (`reading_measurement`), and the best one is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rnnviz.core.config import Pooling
from rnnviz.core.model_variants import exchange_directions, fold_input_scaling, with_pooling
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.mnist_sizes import TimeStep

OFFERED = 40  # ways that most digits ranked, the best ones
AHEAD = 0.05  # of accuracy, by which another way is taken instead of the default
CLASSIFIES = 0.5  # accuracy above which a network counts as a classifier of digits

# Scale and shift of pixels 0 … 1 by kind of input.
_NORMALIZED = (1 / 0.3081, -0.1307 / 0.3081)
_CENTERED = (2.0, -1.0)
INPUTS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "unit": (1.0, 0.0),
        "normalized": _NORMALIZED,
        "centered": _CENTERED,
        "bytes": (255.0, 0.0),
        "inverted unit": (-1.0, 1.0),
        "inverted normalized": (-_NORMALIZED[0], _NORMALIZED[0] + _NORMALIZED[1]),
        "inverted centered": (-2.0, 1.0),
        "inverted bytes": (-255.0, 255.0),
    }
)
TIME_STEPS: tuple[TimeStep, ...] = ("rows", "columns")
POOLINGS: tuple[Pooling, ...] = ("last", "output", "mean", "max")

INPUT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "unit": "0 … 1",
        "normalized": "mean 0.1307, std 0.3081",
        "centered": "mean 0.5, std 0.5",
        "bytes": "0 … 255",
        "inverted unit": "inverted, 0 … 1",
        "inverted normalized": "inverted, mean 0.1307, std 0.3081",
        "inverted centered": "inverted, mean 0.5, std 0.5",
        "inverted bytes": "inverted, 0 … 255",
    }
)
POOLING_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "last": "last state",
        "output": "output[:, -1]",
        "mean": "mean over steps",
        "max": "maximum over steps",
        "all": "all steps",
    }
)

Candidates = Sequence[tuple[str, SequenceClassifier]]


@dataclass(frozen=True)
class Reading:
    """One way to feed a network and to read its states, and its accuracy.

    Attributes:
        inputs: Kind of input, a key of `INPUTS`.
        time_step: What one time step is.
        pooling: What the head reads of the top layer's h.
        exchanged: Whether the head reads the reverse direction first.
        candidate: Index of the network among those that the file may hold.
        label: What that network assumes, or "".
        correct: Number of digits predicted correctly.
        digits: Number of digits read.
    """

    inputs: str
    time_step: TimeStep
    pooling: Pooling
    exchanged: bool = False
    candidate: int = 0
    label: str = ""
    correct: int = 0
    digits: int = 0

    @property
    def accuracy(self) -> float:
        """Fraction of the digits that is predicted correctly."""
        return self.correct / self.digits if self.digits else 0.0

    @property
    def words(self) -> str:
        """What the pixels are, what a time step is, and what the head reads."""
        parts = [INPUT_WORDS[self.inputs], str(self.time_step), POOLING_WORDS[self.pooling]]
        parts += ["reverse direction first"] * self.exchanged
        parts += [self.label] * bool(self.label)
        return " · ".join(parts)

    @property
    def key(self) -> str:
        """Short name, another one for another way."""
        exchanged = "-exchanged" if self.exchanged else ""
        inputs = self.inputs.replace(" ", "-")
        return f"{inputs}-{self.time_step}-{self.pooling}{exchanged}-{self.candidate}"


def default_reading(readings: Sequence[Reading]) -> Reading:
    """Return the way that is taken unless another is better: 0 … 1, rows, each direction's last."""
    plain = [one for one in readings if one.inputs == "unit" and one.time_step == "rows"]
    return min(plain, key=lambda one: (one.candidate, one.exchanged, _rank(one.pooling)))


def best_reading(readings: Sequence[Reading]) -> Reading:
    """Return the way to take: the best one if it is `AHEAD` of the default, else the default.

    Below `CLASSIFIES` it is the default too: accuracies of a network that does not read digits
    differ by chance.
    """
    default = default_reading(readings)
    fair = [one for one in readings if one.digits == default.digits]
    best = max(fair, key=lambda one: one.correct)
    ahead = round(AHEAD * default.digits)
    better = best.correct - default.correct >= ahead and best.accuracy > CLASSIFIES
    return best if better else default


def offered(readings: Sequence[Reading], taken: Reading) -> list[Reading]:
    """Return the ways to choose from, the best first.

    A file may hold dozens of candidates. These are the best ways of those that most digits ranked,
    of every other kind of input and features the best candidate, the default and the one taken.
    """
    most = max(one.digits for one in readings)
    ranked = [one for one in readings if one.digits == most][:OFFERED]
    best: dict[tuple[object, ...], Reading] = {}
    for one in readings:
        if one.digits < most:
            best.setdefault((one.inputs, one.time_step, one.pooling, one.exchanged), one)
    chosen = {*ranked, *best.values(), default_reading(readings), taken}
    return [one for one in readings if one in chosen]


def network(candidates: Candidates, reading: Reading) -> SequenceClassifier:
    """Return the network that reads pixels 0 … 1 as a way of reading feeds and reads a candidate.

    The scaling is folded into the first layer's weights and the order of the directions into the
    head's, so that every view of it is that of the person's own network and inputs.
    """
    model = candidates[reading.candidate][1]
    if reading.pooling != model.config.pooling:
        model = with_pooling(model, reading.pooling)
    if reading.exchanged:
        model = exchange_directions(model)
    scale, shift = INPUTS[reading.inputs]
    return model if (scale, shift) == (1.0, 0.0) else fold_input_scaling(model, scale, shift)


def _rank(pooling: Pooling) -> int:
    return POOLINGS.index(pooling) if pooling in POOLINGS else 0
