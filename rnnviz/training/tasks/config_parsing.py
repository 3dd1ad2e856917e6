"""Parsing and validation shared by the configs of all tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from rnnviz.core.config import ModelConfig, TrainConfig


def parts_of(config: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a config's class from its `to_dict`; "task" is none of them.

    Args:
        config: The class, a dataclass with a `model` and a `training`.
        values: JSON-ready, some or all of its fields.

    Raises:
        ValueError: If a name is unknown, or the model or the training cannot be.
    """
    parts = {name: value for name, value in values.items() if name != "task"}
    if unknown := sorted(set(parts) - {f.name for f in fields(config)}):
        raise ValueError(f"unknown settings of a run: {', '.join(unknown)}")
    for name, kind in (("model", ModelConfig), ("training", TrainConfig)):
        if name in parts:
            check_named(name, parts[name])
            parts[name] = kind.from_dict(parts[name])
    return parts


def check_named(name: str, values: object) -> None:
    """Raise a ValueError if what should be settings by their names is something else."""
    if not isinstance(values, Mapping):
        raise ValueError(f"{name} must hold settings by name, got {type(values).__name__}")


def check_whole_numbers(
    parts: Iterable[object], most: Mapping[str, int], least: Mapping[str, int]
) -> None:
    """Raise a ValueError if a whole number is none that its config takes.

    Args:
        parts: A config, its model and its training.
        most: The largest value of each name; fields of other names are not looked at.
        least: The smallest, where that is not 1.
    """
    for part in parts:
        for name in sorted(set(most) & set(vars(part))):
            check_whole(name, vars(part)[name], most[name], least.get(name, 1))


def check_whole(name: str, value: object, most: int, least: int = 1) -> None:
    """Raise a ValueError if a value is no whole number, or out of its range."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    if not least <= value <= most:
        raise ValueError(f"{name} must lie in [{least}, {most}], got {value}")


def notebook_training(epochs: int, lr: float) -> TrainConfig:
    """Return a training as a notebook has it: one example a step, Adam, its rate as it is."""
    return TrainConfig(
        epochs=epochs, batch_size=1, lr=lr, optimizer="adam", schedule="constant", clip_norm=0.0
    )
