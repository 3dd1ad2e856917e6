"""Packing of a component's data into one buffer: a header and the arrays that it names.

Streamlit hands top-level bytes to a component as they are, but not bytes inside a dict.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # the server is up before torch is loaded
    from torch import Tensor


def pack(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Pack a header and arrays for `unpack` in component_view.js.

    Args:
        header: What JSON can hold.
        arrays: uint8 or float32, of any shape.

    Returns: Size of the header (uint32, little end first), the header as JSON, the arrays.

    Raises:
        ValueError: If an array has another dtype.
    """
    table, body = lay_out(arrays)
    return with_header({**header, "arrays": table}, body)


def lay_out(arrays: Mapping[str, NDArray[Any]]) -> tuple[dict[str, Any], bytes]:
    """Lay arrays one after another; return the table of where each is, and the bytes.

    Raises:
        ValueError: If an array has another dtype.
    """
    table, parts, offset = {}, [], 0
    for name, array in arrays.items():
        if array.dtype not in (np.uint8, np.float32):
            raise ValueError(f"{name} must be uint8 or float32, got {array.dtype}")
        table[name] = {"dtype": array.dtype.name, "shape": array.shape, "offset": offset}
        parts.append(np.ascontiguousarray(array).tobytes())
        offset += len(parts[-1])
    return table, b"".join(parts)


def with_header(header: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Return a header's size (uint32, little end first), the header as JSON, and the body."""
    words = json.dumps(header, separators=(",", ":")).encode()
    return b"".join((len(words).to_bytes(4, "little"), words, body))


def floats(tensor: Tensor) -> NDArray[np.float32]:
    """Return the values of a tensor as an array that `pack` takes."""
    found: NDArray[np.float32] = tensor.detach().float().cpu().numpy()
    return found
