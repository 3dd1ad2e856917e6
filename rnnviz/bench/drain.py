"""Reader that discards everything from a pipe, the receiver of a benchmarked training's reports."""

from __future__ import annotations

from multiprocessing.connection import Connection


def drain(pipe: Connection) -> None:
    """Read until the other side is closed."""
    try:
        while True:
            pipe.recv()
    except (EOFError, OSError):
        return
