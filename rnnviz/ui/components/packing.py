"""One buffer for a component: a header and the arrays it names.

Streamlit hands top-level bytes to a component as they are, but not bytes inside a dict.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
# What views of a digit with charts and an axis of time are drawn with.
CHARTS = ("views.js", "rows.js", "digits.js", "numbers.js", "curves.js", "axes.js")


def pack(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Pack a header and arrays for `unpack` in views.js.

    Args:
        header: What JSON can hold.
        arrays: uint8 or float32, of any shape.

    Returns: Size of the header (uint32, little end first), the header as JSON, the arrays.

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
    words = json.dumps({**header, "arrays": table}, separators=(",", ":")).encode()
    return b"".join((len(words).to_bytes(4, "little"), words, *parts))


def source(*names: str) -> str:
    """Join files of this folder, e.g. the shared views and a component's own script."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)
