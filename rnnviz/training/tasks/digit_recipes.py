"""Recipes that reproduce the models embedded in rnnviz."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.data import mnist
from rnnviz.data.mnist import Digits
from rnnviz.data.redraw_augment import Hand, vary
from rnnviz.data.skeleton import skeletons
from rnnviz.data.stroke_variants import Habits
from rnnviz.training.loop.evaluate import accuracy
from rnnviz.training.loop.loop import StepLog, seeded_model, train
from rnnviz.training.store import checkpoint

# Chosen on training digits held out, as they are and redrawn; never on test digits.
MANY_HANDS = Hand(
    redrawn=0.75,
    pen=(1.0, 3.4),
    rotation=18.0,
    shear=0.35,
    aspect=0.3,
    warp=0.7,
    resize=0.05,
    shift=0.6,
    contrast=0.5,
    boldness=0.5,
    habits=Habits(slash=0.3, flag=0.45, foot=0.4, bar=0.4, serif=0.15),
)
# More of the same, for a network that is given the time to learn it.
MORE_HANDS = replace(
    MANY_HANDS,
    redrawn=0.8,
    rotation=22.0,
    shear=0.4,
    aspect=0.45,
    warp=0.8,
    habits=replace(MANY_HANDS.habits, tail=0.15),
)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a trained model will be.

    Attributes:
        name: Also of the files.
        model: What is trained.
        training: How.
        hand: How the training digits are changed, anew in each epoch.
        held_out: So many of the last training digits are measured and not learnt.
    """

    name: str
    model: ModelConfig
    training: TrainConfig
    hand: Hand = field(default_factory=lambda: MANY_HANDS)
    held_out: int = 5000

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values, the model's under "config"."""
        return {
            "config": self.model.to_dict(),
            "training": self.training.to_dict(),
            "hand": asdict(self.hand),
            "held_out": self.held_out,
        }


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("lstm-128", ModelConfig(), TrainConfig(epochs=80, lr=6e-3), MORE_HANDS),
        Recipe("gru-128", ModelConfig(cell="gru"), TrainConfig(epochs=30, lr=4e-3)),
        Recipe("rnn-128", ModelConfig(cell="rnn"), TrainConfig(epochs=40, lr=1e-3)),
        Recipe(
            "bilstm-64",
            ModelConfig(hidden_size=64, bidirectional=True),
            TrainConfig(epochs=30, lr=6e-3),
        ),
    )
}


def run(
    name: str, *, out: Path | None = None, device: torch.device | str = "cpu"
) -> Iterator[StepLog]:
    """Train a model by its recipe, then write it and what it was measured to read.

    The same recipe on the same machine gives the same weights, bit for bit.

    Args:
        name: One of RECIPES.
        out: The .safetensors file to write; a JSON of the same name is written beside it. None is
            NAME.safetensors in the current folder.
        device: Where to train.

    Yields: One log per step. The files are written after the last one.

    Raises:
        ValueError: If there is no such recipe, or `out` does not end in .safetensors.
    """
    if name not in RECIPES:
        raise ValueError(f"there is no recipe {name!r}; there are {', '.join(RECIPES)}")
    path = out or Path(f"{name}.safetensors")
    if path.suffix != ".safetensors":
        raise ValueError(f"out must end in .safetensors, got {path.name}")
    return _run(RECIPES[name], path, device)


def _run(recipe: Recipe, path: Path, device: torch.device | str) -> Iterator[StepLog]:
    started = time.perf_counter()
    learnt, held_out = split(mnist.load(train=True).to(device), recipe.held_out)
    bones = skeletons(learnt.images)
    model = seeded_model(recipe.model, recipe.training.seed).to(device)
    yield from train(
        model,
        learnt,
        recipe.training,
        held_out=held_out if len(held_out) else None,
        renew=lambda chance: vary(learnt, bones, recipe.hand, chance),
    )
    wall_s = round(time.perf_counter() - started, 1)
    model.eval().cpu()
    measured = measure(model, held_out.to("cpu"))
    checkpoint.save(path, model, _meta(recipe) | {"measured": measured, "wall_s": wall_s})


def split(digits: Digits, held_out: int) -> tuple[Digits, Digits]:
    """Return the digits to learn, and the last so many."""
    return digits[: len(digits) - held_out], digits[len(digits) - held_out :]


def measure(model: SequenceClassifier, held_out: Digits) -> dict[str, float]:
    """Return the shares read right of the digits held out, if any, and of MNIST's test digits."""
    found = {"held_out": round(accuracy(model, held_out), 4)} if len(held_out) else {}
    return found | {"test": round(accuracy(model, mnist.load(train=False)), 4)}


def _meta(recipe: Recipe) -> dict[str, Any]:
    return {
        "name": recipe.name,
        **recipe.to_dict(),
        "seed": recipe.training.seed,
        "command": f"python -m rnnviz train --recipe {recipe.name}",
        "data_md5": mnist.MD5,
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "torchvision": version("torchvision"),
            "safetensors": version("safetensors"),
        },
    }
