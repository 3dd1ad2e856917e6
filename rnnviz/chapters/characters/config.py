"""Config of a run on text: the network, its training, and the texts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from rnnviz.core.config import NUM_GATES, ModelConfig, TrainConfig, check_choices, check_kinds
from rnnviz.training.tasks.config_parsing import (
    check_whole_numbers,
    notebook_training,
    parts_of,
)
from rnnviz.training.tasks.digits import RUN_LIMITS, check_device

TextNetwork = Literal["cell", "rnn", "embedding", "language", "classifier", "writer"]
TextUnit = Literal["word", "character"]

TEXT_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "symbols": 4_000,
        "hidden_size": 500,
        "num_layers": 3,
        "batch_size": 256,
        "epochs": 2000,
        "seed": 2**32 - 1,
        "window": 200,
        "lines": 100,
        "rows": 25_000,  # of a classifier
        "points": 2**20,  # code points of all texts; a file of 1 MB has no more
        "steps": 200_000,
        "states": 16_000_000,  # as RUN_LIMITS has them
    }
)
LOWEST: Mapping[str, int] = MappingProxyType({"symbols": 2, "window": 4, "seed": 0})
MOST_LINE_SYMBOLS = 500  # of networks that answer lines: h of a cell is as wide
HELD_OUT = 0.1  # share of a text, its end, that judges a language model
MOST_HELD_OUT = 3_000  # characters of it, at most


def _model() -> ModelConfig:
    return ModelConfig("rnn", input_size=4, hidden_size=4)


@dataclass(frozen=True)
class TextConfig:
    """One training on texts, within what one person may ask of the machine.

    Attributes:
        network: "cell", "rnn" or "embedding": CharCell, CharRNN, CharEmbeddingRNN, which answer
            each symbol of a line with one of its target; "language": a CharEmbeddingRNN that
            foretells the next symbol of `text`; "classifier": a WordClassifier; "writer": an
            EncoderDecoder, from lines to lines of any length.
        model: Its recurrent part. `input_size` is what goes into it: K for "cell" and "rnn", whose
            `hidden_size` is K too, else the size of an embedding.
        training: How. An epoch of a language model is as many windows as fit into its text.
        symbols: K, size of the alphabet, that of the texts.
        pairs: Lines and their targets; for a classifier words with spaces between, and a class.
        text: What a language model learns.
        window: Symbols of a sequence of a language model.
        teacher_forcing: Whether a writer is given the right symbols while it learns.
        unit: What a symbol of a classifier's lines is.
        held_out: Number of a classifier's rows that judge it and are not trained on, see
            `held_out_rows`; 0: all are trained on, and judge it.
        device: As of a RunConfig.

    Raises:
        ValueError: If a value is not of its kind or beyond TEXT_LIMITS. Nothing is allocated.
    """

    task: ClassVar[str] = "characters"

    network: TextNetwork = "rnn"
    model: ModelConfig = field(default_factory=_model)
    training: TrainConfig = field(default_factory=partial(notebook_training, 15, 0.1))
    symbols: int = 4
    pairs: tuple[tuple[str, str], ...] = (("hello", "ohlol"),)
    text: str = ""
    window: int = 32
    teacher_forcing: bool = True
    unit: TextUnit = "word"
    held_out: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        check_kinds(self)
        check_choices(self, network=TextNetwork, unit=TextUnit)
        object.__setattr__(self, "pairs", _pairs(self.pairs))
        check_whole_numbers((self, self.model, self.training), TEXT_LIMITS, LOWEST)
        self._check_texts()
        self._check_model()
        if self.training.lr > RUN_LIMITS["lr"]:
            raise ValueError(f"lr must be at most {RUN_LIMITS['lr']}, got {self.training.lr}")
        check_device(self.device)
        for name in ("steps", "states"):
            if (value := getattr(self, name)) > TEXT_LIMITS[name]:
                raise ValueError(f"this run has {value:,} {name}; at most {TEXT_LIMITS[name]:,}")

    def _check_texts(self) -> None:
        points = len(self.text) + sum(len(part) for pair in self.pairs for part in pair)
        if points > TEXT_LIMITS["points"]:
            raise ValueError(
                f"the texts have {points:,} code points; at most {TEXT_LIMITS['points']:,}"
            )
        most = TEXT_LIMITS["rows" if self.network == "classifier" else "lines"]
        if len(self.pairs) > most:
            raise ValueError(f"there are {len(self.pairs)} lines; at most {most} are learnt")
        if self.network == "language":
            if not self.text or self.pairs:
                raise ValueError("a language model learns a text, and no pairs")
        elif self.text or not self.pairs or not all(map(all, self.pairs)):
            raise ValueError("pairs must be lines with their targets, none empty, and no text")
        if self.network == "classifier":
            self._check_rows()
        elif self.held_out or self.unit != "word":
            raise ValueError("held_out and unit are for a classifier alone")

    def _check_rows(self) -> None:
        if self.classes < 2:
            raise ValueError(f"a classifier needs two classes at least, got {self.classes}")
        most = len(self.pairs) - self.classes
        if not 0 <= self.held_out <= max(most, 0):
            raise ValueError(f"held_out must lie in [0, {most}], got {self.held_out}")

    def _check_model(self) -> None:
        model, K = self.model, self.symbols
        if self.network not in ("language", "classifier") and K > MOST_LINE_SYMBOLS:
            raise ValueError(f"symbols must be at most {MOST_LINE_SYMBOLS} here, got {K}")
        if self.network in ("cell", "rnn"):
            if (model.cell, model.num_layers) != ("rnn", 1):
                raise ValueError("a cell and an rnn are plain and of one layer")
            if (model.input_size, model.hidden_size) != (K, K):
                sizes = f"{model.input_size} and {model.hidden_size}"
                raise ValueError(f"input_size and hidden_size must be K = {K}, got {sizes}")
        if self.network == "embedding" and model.cell != "rnn":
            raise ValueError(f"the network with an embedding is an rnn, got {model.cell}")
        if self.network in ("classifier", "writer") and model.num_layers != 1:
            raise ValueError(f"num_layers must be 1, got {model.num_layers}")
        plain = ModelConfig(model.cell, model.input_size, model.hidden_size, model.num_layers)
        if model != plain:
            raise ValueError("nothing but cell, sizes and layers can be set of these networks")
        if self.training.forget_bias is not None:
            raise ValueError("forget_bias cannot be set of these networks")

    @property
    def classes(self) -> int:
        """C: different targets, which are a classifier's classes."""
        return len({target for _, target in self.pairs})

    @property
    def length(self) -> int:
        """T: time steps of the longest sequence, in code points, at most."""
        if self.network == "language":
            return self.window
        if self.network == "classifier":
            return max(self.lengths)
        return max(max(len(source), len(target) + 1) for source, target in self.pairs)

    @property
    def lengths(self) -> frozenset[int]:
        """Different lengths of a classifier's rows: words, or code points."""
        if self.unit == "character":
            return frozenset(len(source) for source, _ in self.pairs)
        return frozenset(len(source.split()) for source, _ in self.pairs)

    @property
    def sequences(self) -> int:
        """Of an epoch."""
        if self.network != "language":
            return len(self.pairs) - self.held_out
        return max(1, int(len(self.text) * (1 - HELD_OUT)) // self.window)

    @property
    def steps(self) -> int:
        """Steps of the whole training."""
        return math.ceil(self.sequences / self.training.batch_size) * self.training.epochs

    @property
    def parameters(self) -> int:
        """Numbers that are learnt."""
        model, K, H = self.model, self.symbols, self.model.hidden_size
        rows = NUM_GATES[model.cell] * H
        rnn = rows * (model.input_size + H + 2) + (model.num_layers - 1) * rows * (2 * H + 2)
        if self.network in ("cell", "rnn"):
            return rnn
        if self.network == "writer":
            return (K + 2) * model.input_size + 2 * rnn + (K + 1) * (H + 1)
        answers = self.classes if self.network == "classifier" else K
        return K * model.input_size + rnn + answers * (H + 1)

    @property
    def states(self) -> int:
        """Units times steps of time times sequences that a batch keeps for its gradients."""
        batch = min(self.training.batch_size, self.sequences)
        answers = self.classes if self.network == "classifier" else self.symbols
        wide = max(self.model.hidden_size, answers)
        return self.length * batch * wide * self.model.num_layers

    def examples_after(self, step: int) -> int:
        """Return how many sequences were learnt in so many steps."""
        per_epoch = math.ceil(self.sequences / self.training.batch_size)
        epochs, rest = divmod(step, per_epoch)
        return epochs * self.sequences + rest * self.training.batch_size

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        return {
            "task": self.task,
            **plain,
            "model": self.model.to_dict(),
            "training": self.training.to_dict(),
            "pairs": [list(pair) for pair in self.pairs],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TextConfig:
        """Build a config from `to_dict`'s values; an unknown name is a ValueError."""
        return cls(**parts_of(cls, values))


def _pairs(values: object) -> tuple[tuple[str, str], ...]:
    """Return pairs of texts as tuples; JSON knows lists only."""
    pairs: list[Any] = [*values] if isinstance(values, list | tuple) else [()]
    if not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs) or not all(
        isinstance(part, str) for pair in pairs for part in pair
    ):
        raise ValueError("pairs must be lines with their targets, two texts each")
    return tuple((source, target) for source, target in pairs)
