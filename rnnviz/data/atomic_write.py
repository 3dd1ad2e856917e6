"""Atomic writes: a file appears complete or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path

OPEN_FILES_STAY = sys.platform == "win32"  # no file, and no folder of one, moves while it is open
PATIENCE_S = 2.0
AGAIN_S = 0.01


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that appears in one step; whoever reads meanwhile sees what was there before.

    Several may write the same file at once: each is whole, and the last one stays. A kill may leave
    a `.<name>.<letters>` beside it, for whoever owns the folder to sweep; a power cut may cost the
    file, since nothing waits for the disk. It can be read by whom the umask allows.

    Args:
        path: Where to, in a folder that is there.
        content: Of the file.

    Raises:
        OSError: If it cannot be written; what was there before is as it was, and nothing is left.
    """
    part = _part_of(path)
    try:
        with part.open("xb") as file:
            file.write(content)
        replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def replace(part: Path, path: Path) -> None:
    """Put a file that is written in the place of another, in one step.

    Raises:
        OSError: If it cannot be, on Windows also if the other stays open.
    """
    _once_closed(lambda: part.replace(path))


def move(source: Path, target: Path) -> Path:
    """Rename a file or folder in one step; return where it is.

    Raises:
        OSError: If it cannot be moved, on Windows also if something of it stays open.
    """
    return _once_closed(lambda: source.rename(target))


def check_place(path: Path) -> None:
    """Find out whether a file can be written, before the work that makes its content.

    What is there stays as it is, and nothing is left but its folder, made if there was none.

    Args:
        path: Where to.

    Raises:
        OSError: If `write_whole` could not.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    part = _part_of(path)
    try:
        part.open("xb").close()
    finally:
        part.unlink(missing_ok=True)


def _once_closed(move: Callable[[], Path]) -> Path:
    """Move something; on Windows, wait for whoever has it open, who reads for milliseconds."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return move()
        except PermissionError:
            if not OPEN_FILES_STAY or time.monotonic() >= end:
                raise
            time.sleep(AGAIN_S)


def _part_of(path: Path) -> Path:
    # Beside the target, so that the last step stays within one file system.
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")
