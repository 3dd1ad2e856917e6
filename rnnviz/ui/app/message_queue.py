"""Message queue of a session: a fragment's run drops nothing that is still to be sent.

A fragment with `run_every` may begin just after a run of its whole page. Streamlit then drops what
the page's run has not sent of the fragment, but still sends that the run has finished. The browser
takes the fragment's elements for stale, removes them with their state, and mounts them anew
from the fragment's run: a click on one of them can be lost, a view forgets its cursor. On a
busy machine that was one opening in two.
"""

from __future__ import annotations

from functools import wraps

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue


def keep_unsent() -> None:
    """Let the queues of all sessions keep their messages when a fragment begins to run."""
    clear = ForwardMsgQueue.clear

    @wraps(clear)
    def kept(
        self: ForwardMsgQueue,
        retain_lifecycle_msgs: bool = False,
        fragment_ids_this_run: list[str] | None = None,
    ) -> None:
        if fragment_ids_this_run is None:
            clear(self, retain_lifecycle_msgs)
        else:
            self._delta_index_map = {}  # what comes now goes behind what is there, not in its place

    ForwardMsgQueue.clear = kept  # type: ignore[method-assign]
