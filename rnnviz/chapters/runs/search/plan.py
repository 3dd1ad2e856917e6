"""Plan of a search: the settings that vary, their values, the sampler, the number of trainings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data.mnist_sizes import FOLDS
from rnnviz.training.loop.schedule import STREAMS
from rnnviz.training.tasks.digits import RUN_LIMITS, RunConfig

Method = Literal["grid", "random", "tpe"]
Value = str | int | float | bool | None
Values = Mapping[str, Value]

MOST = 200  # trainings of one search
RANGED = ("hidden_size", "lr")
MODEL = frozenset(f.name for f in fields(ModelConfig)) - {"input_size", "proj_size"}
TRAINING = frozenset(f.name for f in fields(TrainConfig)) - {"seed", "betas"}
RUN = frozenset({"digits", "time_step", "chunk", "augmentation"})
NAMES = MODEL | TRAINING | RUN


@dataclass(frozen=True)
class Range:
    """All numbers between two, each factor as probable as any other: 1 to 10 as 10 to 100.

    Attributes:
        low: The smallest.
        high: The largest.

    Raises:
        ValueError: If it holds nothing, or what is not above 0.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high < math.inf:
            raise ValueError(f"a range goes up from above 0, got {self.low} to {self.high}")


Choices = tuple[Value, ...] | Range


@dataclass(frozen=True)
class Space:
    """The settings that vary.

    Attributes:
        settings: By a setting's name in the config, the values to try, or a `Range` of "lr" or
            "hidden_size". Values that do not go together with others are refused when tried.

    Raises:
        ValueError: If a setting is none that can vary, or has no values.
    """

    settings: Mapping[str, Choices]

    def __post_init__(self) -> None:
        if not self.settings:
            raise ValueError("a search varies at least one setting")
        for name, choices in self.settings.items():
            if name not in NAMES:
                raise ValueError(f"{name!r} is no setting that can vary")
            if isinstance(choices, Range):
                self._check_range(name, choices)
            elif not choices or len(set(choices)) != len(choices):
                raise ValueError(f"{name} must have values, each once, got {list(choices)}")
        settled = {k: v if isinstance(v, Range) else tuple(v) for k, v in self.settings.items()}
        object.__setattr__(self, "settings", MappingProxyType(settled))

    def _check_range(self, name: str, choices: Range) -> None:
        if name not in RANGED:
            raise ValueError(f"{name} takes values, a range is for {' and '.join(RANGED)} alone")
        if choices.high > RUN_LIMITS[name]:
            raise ValueError(f"{name} must be at most {RUN_LIMITS[name]}, got {choices.high:g}")
        if name == "hidden_size" and not float(choices.low).is_integer():
            raise ValueError(f"hidden_size is a whole number, got {choices.low}")

    @property
    def size(self) -> int | None:
        """Combinations of values; None if a range has no end of them."""
        listed = [choices for choices in self.settings.values() if isinstance(choices, tuple)]
        return math.prod(map(len, listed)) if len(listed) == len(self.settings) else None

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON-ready values."""
        return {
            name: {"low": c.low, "high": c.high} if isinstance(c, Range) else list(c)
            for name, c in self.settings.items()
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Space:
        """Build a space from `to_dict`'s values."""
        return cls({k: Range(**v) if isinstance(v, dict) else tuple(v) for k, v in values.items()})


@dataclass(frozen=True)
class SearchPlan:
    """A search: what varies around a run, how the next values are chosen, and what judges them.

    Attributes:
        base: What all trials share.
        space: What varies.
        method: "grid" tries each combination once, in an order that is drawn; "random" draws
            values; "tpe" draws where earlier trials were good, after a third of them, 10 at most,
            at random.
        trials: Number of trials; a grid has as many as there are combinations, whatever this is.
        folds: Each trial is trained so many times, judged by another 5,000 digits each time, and
            from another seed. 12 is all of them.
        seed: Seed of the sampler. See `sampler.next_values`.

    Raises:
        ValueError: If the parts do not go together, in words.
    """

    base: RunConfig
    space: Space
    method: Method = "grid"
    trials: int = 20
    folds: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in get_args(Method):
            raise ValueError(f"method must be grid, random or tpe, got {self.method!r}")
        for name, most in (("trials", MOST), ("folds", FOLDS), ("seed", RUN_LIMITS["seed"])):
            value, least = getattr(self, name), 0 if name == "seed" else 1
            if type(value) is not int or not least <= value <= most:
                raise ValueError(f"{name} must be a whole number in [{least}, {most}], got {value}")
        if self.method == "grid" and self.space.size is None:
            raise ValueError("a grid has values alone: give a list, or take random or TPE")
        if (found := self.trainings) > MOST:
            raise ValueError(
                f"these are {self.count:,} trials of {self.folds} trainings, {found:,} together; "
                f"a search has at most {MOST}"
            )
        replace(self.base, fold=0)  # there must be digits left to hold out
        object.__setattr__(self, "base", replace(self.base, fold=None))

    @property
    def count(self) -> int:
        """Trials."""
        size = self.space.size
        return size if self.method == "grid" and size is not None else self.trials

    @property
    def trainings(self) -> int:
        """Trainings of all trials together, those that will be refused included."""
        return self.count * self.folds

    def runs(self, values: Values) -> tuple[RunConfig, ...]:
        """Return a trial's trainings, one for each fold.

        Raises:
            ValueError: If the values do not go together.
        """
        config = applied(self.base, values)
        seed = config.training.seed
        seeds = (seed + STREAMS * fold for fold in range(self.folds))
        return tuple(
            replace(config, fold=fold, training=replace(config.training, seed=each))
            for fold, each in enumerate(seeds)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        return {**vars(self), "base": self.base.to_dict(), "space": self.space.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SearchPlan:
        """Build a plan from `to_dict`'s values; an unknown name is a TypeError."""
        base, space = RunConfig.from_dict(values["base"]), Space.from_dict(values["space"])
        return cls(**{**values, "base": base, "space": space})


def applied(base: RunConfig, values: Values) -> RunConfig:
    """Return a run with other values; a time step brings its width with it.

    Raises:
        ValueError: If they do not go together.
    """
    model = {k: v for k, v in values.items() if k in MODEL}
    training = {k: v for k, v in values.items() if k in TRAINING}
    run: dict[str, Any] = {k: v for k, v in values.items() if k in RUN}
    if (run.get("time_step") or base.time_step) != "pixels":
        run["chunk"] = 28
    chunk = run.get("chunk", base.chunk)
    changed: dict[str, Any] = {**base.model.to_dict(), **model, "input_size": chunk}
    return replace(
        base,
        model=ModelConfig.from_dict(changed),
        training=TrainConfig.from_dict({**base.training.to_dict(), **training}),
        **run,
    )


SIZES = (1, 2, 4, 8, 16, 32, 64, 128)

# Of 1,000 digits an LSTM of one unit reads 23 % after 30 epochs and hardly fewer of those held out;
# of 128 units 99.9 %, and 11 points fewer of those held out. Two minutes on two cores.
FIT = SearchPlan(
    RunConfig(
        ModelConfig("lstm", hidden_size=32),
        TrainConfig(
            epochs=30, batch_size=32, lr=0.005, optimizer="adam", schedule="cosine", clip_norm=1.0
        ),
        digits=1000,
    ),
    Space({"hidden_size": SIZES}),
    folds=3,
)
RATES = replace(
    FIT,
    base=replace(FIT.base, training=replace(FIT.base.training, epochs=10)),
    space=Space(
        {"cell": ("lstm", "gru", "rnn"), "lr": (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)},
    ),
)
WIDE = SearchPlan(
    replace(FIT.base, digits=3000, training=replace(FIT.base.training, epochs=5)),
    Space(
        {
            "cell": ("lstm", "gru", "rnn"),
            "hidden_size": Range(8, 128),
            "num_layers": (1, 2),
            "lr": Range(0.0003, 0.1),
            "batch_size": (16, 32, 64, 128),
            "schedule": ("constant", "cosine", "one_cycle"),
            "pooling": ("last", "mean", "max"),
        }
    ),
    method="tpe",
    trials=30,
)

PRESETS: Mapping[str, SearchPlan] = MappingProxyType(
    {
        "What hidden size does to fit and overfit": FIT,
        "Learning rate and cell": RATES,
        "A wide search by TPE": WIDE,
    }
)
