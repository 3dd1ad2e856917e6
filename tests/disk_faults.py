"""Simulated disk faults that permissions and limits cannot cause."""

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


@contextmanager
def open_elsewhere(path, *, times):
    """Refuse so often to move or replace a file, as Windows does while another has it open."""
    real, refused = {"replace": Path.replace, "rename": Path.rename}, []

    def moving(name):
        def move(source, target):
            if path in (Path(source), Path(target)) and len(refused) < times:
                refused.append(name)
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
            return real[name](source, target)

        return move

    for name in real:
        setattr(Path, name, moving(name))
    try:
        yield refused
    finally:
        for name, method in real.items():
            setattr(Path, name, method)
