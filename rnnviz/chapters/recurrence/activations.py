"""Activation functions of an RNN cell, tanh, relu, sigmoid and identity, with derivatives."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor

Activation = Literal["tanh", "relu", "sigmoid", "none"]
ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)


def activate(name: Activation, a: Tensor) -> Tensor:
    """Return f(a), of any shape; "none" is f(a) = a.

    Raises:
        ValueError: If name is another word.
    """
    _check(name)
    if name == "none":
        return a
    found: Tensor = getattr(torch, name)(a)
    return found


def slope(name: Activation, a: Tensor) -> Tensor:
    """Return f'(a), of any shape; that of relu is 0 at 0, as torch has it.

    Raises:
        ValueError: If name is another word.
    """
    _check(name)
    if name == "tanh":
        return 1 - a.tanh() ** 2
    if name == "sigmoid":
        return a.sigmoid() * (1 - a.sigmoid())
    return (a > 0).to(a.dtype) if name == "relu" else torch.ones_like(a)


def _check(name: str) -> None:
    if name not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {name!r}")
