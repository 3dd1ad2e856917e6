"""Location of rnnviz's home folder for unpacked data and saved runs."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path


def home() -> Path:
    """Return the folder RNNVIZ_HOME, or else the user's cache folder; it need not exist yet."""
    if set_by_hand := os.environ.get("RNNVIZ_HOME"):
        return Path(set_by_hand).expanduser()
    if find_spec("platformdirs") is None:  # core, data and training run without it
        return Path.home() / ".cache" / "rnnviz"
    from platformdirs import user_cache_path

    return user_cache_path("rnnviz", appauthor=False)
