"""What one run on texts trains: which network, and the texts themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from types import MappingProxyType
from typing import Any, Literal

from rnnviz.core.config import NUM_GATES, ModelConfig, TrainConfig, check_choices, check_kinds
from rnnviz.core.config_parts import check_whole_numbers, notebook_training, parts_of
from rnnviz.core.run_config import RUN_LIMITS, check_device

TextNetwork = Literal["cell", "rnn", "embedding", "language", "classifier", "writer"]

TEXT_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "symbols": 500,
        "hidden_size": 500,
        "num_layers": 3,
        "batch_size": 256,
        "epochs": 2000,
        "seed": 2**32 - 1,
        "window": 200,
        "lines": 100,
        "points": 120_000,  # code points of all texts
        "steps": 20_000,
        "states": 8_000_000,  # as RUN_LIMITS has them
    }
)
LOWEST: Mapping[str, int] = MappingProxyType({"symbols": 2, "window": 4, "seed": 0})
HELD_OUT = 0.1  # share of a text, its end, that judges a language model


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
        device: As of a RunConfig.

    Raises:
        ValueError: If a value is not of its kind or beyond TEXT_LIMITS. Nothing is allocated.
    """

    network: TextNetwork = "rnn"
    model: ModelConfig = field(default_factory=_model)
    training: TrainConfig = field(default_factory=partial(notebook_training, 15, 0.1))
    symbols: int = 4
    pairs: tuple[tuple[str, str], ...] = (("hello", "ohlol"),)
    text: str = ""
    window: int = 32
    teacher_forcing: bool = True
    device: str = "cpu"

    def __post_init__(self) -> None:
        check_kinds(self)
        check_choices(self, network=TextNetwork)
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
        if len(self.pairs) > TEXT_LIMITS["lines"]:
            raise ValueError(
                f"there are {len(self.pairs)} lines; at most {TEXT_LIMITS['lines']} are learnt"
            )
        if self.network == "language":
            if not self.text or self.pairs:
                raise ValueError("a language model learns a text, and no pairs")
        elif self.text or not self.pairs or not all(map(all, self.pairs)):
            raise ValueError("pairs must be lines with their targets, none empty, and no text")
        if self.network == "classifier" and self.classes < 2:
            raise ValueError(f"a classifier needs two classes at least, got {self.classes}")

    def _check_model(self) -> None:
        model, K = self.model, self.symbols
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
            return max(len(source.split()) for source, _ in self.pairs)
        return max(max(len(source), len(target) + 1) for source, target in self.pairs)

    @property
    def sequences(self) -> int:
        """Of an epoch."""
        if self.network != "language":
            return len(self.pairs)
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
        wide = max(self.model.hidden_size, self.symbols)
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
            "task": "characters",
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
