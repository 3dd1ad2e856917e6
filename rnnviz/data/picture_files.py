"""Picture files of a folder and of the folders below it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from rnnviz.data.image_file import SUFFIXES


def find(path: Path) -> list[Path]:
    """Return a file as it is, or the pictures of a folder and of those below it, sorted.

    Hidden files and folders are skipped, and links to folders are not followed.

    Raises:
        ValueError: If a folder has no picture in it or below it.
    """
    if not _is_folder(path):
        return [path]
    found = sorted(_below(path))
    if not found:
        kinds = ", ".join(SUFFIXES)
        raise ValueError(f"there is no picture in this folder or below it ({kinds})")
    return found


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith(".") and name.lower().endswith(SUFFIXES):
                yield Path(place) / name


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # e.g. a name that is too long; reading it fails with a message
        return False
