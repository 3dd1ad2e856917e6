"""Time steps of an image: its rows, its columns, its rows permuted, or chunks of pixels."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

import torch
from torch import Tensor

from rnnviz.core.validation import check_shape
from rnnviz.data.mnist import rows
from rnnviz.data.mnist_sizes import TimeStep

SIDE = 28
Word = Literal["row", "column", "step"]

# Step t of "permuted" reads row PERMUTATION[t], counted from 0. Drawn once, by chance; written down
# so that it is the same with every version of torch.
PERMUTATION = (
    *(4, 10, 3, 13, 23, 7, 21, 17, 25, 2, 27, 6, 16, 22),
    *(12, 15, 14, 1, 9, 18, 26, 0, 5, 19, 24, 11, 8, 20),
)

# What a page calls one time step.
STEP_WORDS: Mapping[TimeStep, Word] = MappingProxyType(
    {"rows": "row", "columns": "column", "permuted": "row", "pixels": "step"}
)


def sequences(images: Tensor, time_step: TimeStep = "rows", chunk: int = 28) -> Tensor:
    """Turn pictures into sequences.

    Args:
        images: Grey values, uint8, shape (B, 28, 28).
        time_step: "rows": from the top, as mnist.rows. "columns": from the left, the pixels of each
            from top to bottom. "permuted": rows in the order of PERMUTATION. "pixels": `chunk` at a
            time, in reading order.
        chunk: I of "pixels", which makes T = 784 / chunk; else 28.

    Returns: Input for a model, float32 in [0, 1], shape (T, B, I).

    Raises:
        ValueError: If images are not (B, 28, 28), time_step is another word or chunk does not fit.
    """
    _check(time_step, chunk)
    check_shape("images", images, "(B, 28, 28)", (len(images), SIDE, SIDE))
    if time_step == "columns":
        images = images.transpose(1, 2).contiguous()  # bytes are quicker to move than floats
    elif time_step == "permuted":
        images = images[:, list(PERMUTATION)]
    elif time_step == "pixels":
        images = images.reshape(-1, SIDE * SIDE // chunk, chunk)  # (B, T, I)
    return rows(images)


def on_pictures(values: Tensor, time_step: TimeStep = "rows", chunk: int = 28) -> Tensor:
    """Lay what belongs to the inputs back on the pixels: `sequences` the other way round.

    Args:
        values: One for each input, shape (T, B, I).
        time_step: As in `sequences`.
        chunk: As in `sequences`.

    Returns: The same values, shape (B, 28, 28).

    Raises:
        ValueError: As `sequences`, or if values are not (T, B, I).
    """
    _check(time_step, chunk)
    T, B = SIDE * SIDE // chunk, values.shape[1]
    check_shape("values", values, "(T, B, I)", (T, B, chunk))
    pictures = values.transpose(0, 1).reshape(B, SIDE, SIDE)
    if time_step == "columns":
        return pictures.transpose(1, 2)
    if time_step == "permuted":
        return pictures[:, torch.tensor(PERMUTATION).argsort().to(values.device)]
    return pictures


def entering(time_step: TimeStep, chunk: int = 28) -> Tensor:
    """Return the time step, from 0, in which each pixel enters, int64, shape (28, 28).

    Raises:
        ValueError: As `sequences`.
    """
    _check(time_step, chunk)
    if time_step == "pixels":
        return torch.arange(SIDE * SIDE).view(SIDE, SIDE) // chunk
    order = torch.tensor(PERMUTATION) if time_step == "permuted" else torch.arange(SIDE)
    steps = order.argsort().unsqueeze(1).repeat(1, SIDE)  # of each row
    return steps.T.contiguous() if time_step == "columns" else steps


def _check(time_step: str, chunk: int) -> None:
    if time_step not in get_args(TimeStep):
        choices = ", ".join(get_args(TimeStep))
        raise ValueError(f"time_step must be one of {choices}, got {time_step!r}")
    if time_step != "pixels" and chunk != SIDE:
        raise ValueError(f"chunk is for pixels alone; for {time_step} it is 28, got {chunk}")
    if chunk < 1 or SIDE * SIDE % chunk:
        raise ValueError(f"chunk must divide 784, the pixels of a digit, got {chunk}")
