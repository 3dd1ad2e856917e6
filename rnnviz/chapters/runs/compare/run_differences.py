"""Differences between runs: in their settings, and in their predictions digit by digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.training.tasks.digits import RunConfig

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Difference:
    """A setting in which runs differ.

    Attributes:
        name: As the config has it, e.g. "hidden_size".
        values: Of each run.
    """

    name: str
    values: tuple[object, ...]


@dataclass(frozen=True, eq=False)
class Disagreement:
    """How two runs answer the same digits.

    Attributes:
        both: Digits that both read right.
        first: Digits that only the first reads right.
        second: Digits that only the second reads right.
        neither: Digits that neither reads right.
        differ: Which digits they answer differently, int64.
    """

    both: int
    first: int
    second: int
    neither: int
    differ: Whole


def differences(configs: Sequence[RunConfig]) -> tuple[Difference, ...]:
    """Return the settings in which runs differ, in the order of the configs' fields.

    Raises:
        ValueError: If there are fewer than two runs.
    """
    if len(configs) < 2:
        raise ValueError(f"at least two runs can be compared, got {len(configs)}")
    flat = [_flat(config.to_dict()) for config in configs]
    found = (Difference(name, tuple(one[name] for one in flat)) for name in flat[0])
    return tuple(each for each in found if any(v != each.values[0] for v in each.values))


def disagreement(labels: NDArray[Any], first: NDArray[Any], second: NDArray[Any]) -> Disagreement:
    """Compare two runs' answers, digit by digit.

    Args:
        labels: What the digits are, shape (N,).
        first: What the first run takes them for, shape (N,).
        second: What the second run takes them for, shape (N,).

    Raises:
        ValueError: If the shapes differ.
    """
    if not labels.shape == first.shape == second.shape:
        shapes = f"{labels.shape}, {first.shape} and {second.shape}"
        raise ValueError(f"labels, first and second must be (N,) of one N, got {shapes}")
    a, b = first == labels, second == labels
    return Disagreement(
        both=int((a & b).sum()),
        first=int((a & ~b).sum()),
        second=int((~a & b).sum()),
        neither=int((~a & ~b).sum()),
        differ=np.flatnonzero(first != second),
    )


def _flat(values: Mapping[str, Any]) -> dict[str, object]:
    """Return nested settings on one level; their names are unique."""
    flat: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value)
        else:
            flat[name] = tuple(value) if isinstance(value, list) else value
    return flat
