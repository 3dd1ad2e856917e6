"""Faults of the disk, where neither permissions nor limits bring them about."""

import errno
import os
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def no_renaming_to(name, *, number=errno.ENOSPC, within=Path("/")):
    """Let the system refuse to put a file of this name in place, anywhere in a folder."""
    real = Path.replace

    def replace(path, target):
        if Path(target).name == name and Path(target).is_relative_to(within):
            raise OSError(number, os.strerror(number), str(target))
        return real(path, target)

    Path.replace = replace
    try:
        yield
    finally:
        Path.replace = real
