"""Reads what comes through a pipe and keeps nothing: the other end of a training that is timed."""

from __future__ import annotations

from multiprocessing.connection import Connection


def drain(pipe: Connection) -> None:
    """Read until the other side is closed."""
    try:
        while True:
            pipe.recv()
    except (EOFError, OSError):
        return
