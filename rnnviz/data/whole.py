"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path


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
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


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


def _part_of(path: Path) -> Path:
    # Beside the target, so that the last step stays within one file system.
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")
