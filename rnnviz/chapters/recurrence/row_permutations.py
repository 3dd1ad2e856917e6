"""Orders in which the rows of a digit can be read: in order, backwards, or permuted."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from torch import Tensor

from rnnviz.core.validation import check_shape
from rnnviz.data.mnist import rows
from rnnviz.data.sequences import PERMUTATION, SIDE

RowOrder = Literal["in order", "backwards", "shuffled", "shuffled anew"]

# A second one, drawn by chance as PERMUTATION was, and written down for the same reason.
OTHER_PERMUTATION = (
    *(19, 8, 24, 1, 15, 27, 11, 5, 22, 0, 17, 13, 26, 9),
    *(3, 20, 6, 25, 14, 2, 23, 10, 18, 4, 21, 12, 7, 16),
)
ROW_ORDERS: Mapping[RowOrder, tuple[int, ...]] = MappingProxyType(
    {
        "in order": tuple(range(SIDE)),
        "backwards": tuple(reversed(range(SIDE))),
        "shuffled": PERMUTATION,
        "shuffled anew": OTHER_PERMUTATION,
    }
)


def reordered(images: Tensor, order: RowOrder) -> Tensor:
    """Lay the rows of pictures one below the other as an order reads them.

    Args:
        images: Shape (B, 28, 28).
        order: Step t reads row `ROW_ORDERS[order][t]`, counted from 0.

    Raises:
        ValueError: If images are not (B, 28, 28), or order is another word.
    """
    if order not in ROW_ORDERS:
        raise ValueError(f"order must be one of {', '.join(get_args(RowOrder))}, got {order!r}")
    check_shape("images", images, "(B, 28, 28)", (len(images), SIDE, SIDE))
    return images[:, list(ROW_ORDERS[order])]


def in_row_order(images: Tensor, order: RowOrder) -> Tensor:
    """Turn pictures, uint8 (B, 28, 28), into sequences of rows, float32 (T, B, I), in an order."""
    return rows(reordered(images, order))
