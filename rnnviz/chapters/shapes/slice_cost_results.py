"""Results of `python -m rnnviz bench slices`, embedded in rnnviz."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[2] / "assets" / "wrong-slice.json"
WAYS = ("right", "wrong", "read_wrongly")


def load(path: Path = FILE) -> dict[str, Any]:
    """Return the measured figures with the settings beside them.

    Raises:
        ValueError: If the file is damaged or missing.
    """
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        accuracy, seeds = found["accuracy"], found["seeds"]
        complete = all(len(accuracy[way]) == len(seeds) for way in WAYS)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is damaged or missing") from error
    if not complete or not all(0 <= share <= 1 for way in WAYS for share in accuracy[way]):
        raise ValueError(f"{path.name} is damaged: a share of each seed must lie in 0 to 1")
    return found
