"""Event log of training jobs: one line of JSON with id, state and step, never any content."""

from __future__ import annotations

import hashlib
import json
import logging

LOGGER = logging.getLogger("rnnviz.jobs")


def to_stderr() -> None:
    """Let the lines be written to stderr; once, also if the server is built anew."""
    if not LOGGER.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(message)s"))
        LOGGER.addHandler(handler)
        LOGGER.setLevel(logging.INFO)
        LOGGER.propagate = False


def log(event: str, run_id: str, step: int = 0, owner: str | None = None) -> None:
    """Write a line.

    Args:
        event: "submitted", also if it is taken up again, "refused", or the state that the run is
            in by now.
        run_id: Its id, cut to its first six letters: a whole one is a key to the run; "" if it has
            none.
        step: How far it is.
        owner: Whose it is; written as six letters that tell sessions apart and open nothing.
    """
    session = "" if owner is None else hashlib.sha256(owner.encode()).hexdigest()[:6]
    told = {"event": event, "run": run_id[:6], "session": session, "step": step}
    LOGGER.info(json.dumps(told))
