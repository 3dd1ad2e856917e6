"""Validation of arguments: errors that name the argument, the expected shape and the actual one."""

from __future__ import annotations

import torch
from torch import Tensor


def check_shape(name: str, tensor: Tensor, letters: str, shape: tuple[int, ...]) -> None:
    """Raise ValueError unless a tensor has the shape that its letters stand for.

    Args:
        name: The argument's name.
        tensor: What came.
        letters: The shape in the glossary's letters, e.g. "(4H, I)".
        shape: The same in numbers, e.g. (12, 4).

    Raises:
        ValueError: E.g. "weight_ih must be (4H, I) = (12, 4), got (12, 5)".
    """
    if tensor.shape != shape:
        raise ValueError(f"{name} must be {letters} = {shape}, got {tuple(tensor.shape)}")


def check_classes(h: Tensor, labels: Tensor, num_classes: int) -> None:
    """Raise ValueError unless h is (T, B, H) and labels are classes of its sequences.

    Args:
        h: What units were.
        labels: int64 in [0, num_classes), shape (B,).
        num_classes: K.

    Raises:
        ValueError: E.g. "labels must be (B,) = (3,), got (2,)".
    """
    if h.dim() != 3 or not h.numel():
        raise ValueError(f"h must be (T ≥ 1, B ≥ 1, H), got {tuple(h.shape)}")
    check_shape("labels", labels, "(B,)", (h.shape[1],))
    if labels.dtype != torch.int64 or not ((labels >= 0) & (labels < num_classes)).all():
        raise ValueError(f"labels must be int64 classes in [0, {num_classes})")
