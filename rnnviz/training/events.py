"""What happens to trainings, as one line of JSON each: ids, states and steps, never any content."""

from __future__ import annotations

import json
import logging

LOGGER = logging.getLogger("rnnviz.jobs")


def log(event: str, run_id: str, step: int = 0) -> None:
    """Write a line.

    Args:
        event: "submitted", "refused", or the state that the run is in by now.
        run_id: Its id, cut to its first six letters: a whole one is a key to the run; "" if it has
            none.
        step: How far it is.
    """
    LOGGER.info(json.dumps({"event": event, "run": run_id[:6], "step": step}))
