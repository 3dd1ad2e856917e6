"""What happens to trainings, as one line of JSON each: ids, states and steps, never any content."""

from __future__ import annotations

import hashlib
import json
import logging

LOGGER = logging.getLogger("rnnviz.jobs")


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
