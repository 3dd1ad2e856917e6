"""What a wrong argument is told: the name, the shape in letters and in numbers, and what came."""

from __future__ import annotations

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
