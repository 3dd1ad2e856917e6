"""Messages of a session: what a finished run has still to send is sent, also on a busy machine.

Streamlit 1.67 loses messages where a fragment with `run_every` asks again and again:

- A request that comes just after a run has ended gets a new runner. What the last one has told the
  event loop and the loop has not handled yet is then ignored: a run has changed the session, and
  the page never shows it. Where the run was to end or begin the ticking of a fragment, the page
  stands still.
- A fragment that begins to run drops what a run of its page has not sent of it, but not that the
  run has finished. The browser removes the fragment's elements as stale and mounts them anew.
"""

from __future__ import annotations

from functools import wraps

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner, ScriptRunnerEvent

ENDED = "_rnnviz_ended"  # runners whose last events the loop has still to handle


def keep_unsent() -> None:
    """Let all sessions of this process keep the messages that Streamlit would lose."""
    _keep_messages_of_ended_runs()
    _keep_messages_of_fragments()


def _keep_messages_of_ended_runs() -> None:
    create = AppSession._create_scriptrunner
    handle = AppSession._handle_scriptrunner_event_on_event_loop

    @wraps(create)
    def created(self: AppSession, initial_rerun_data: RerunData) -> None:
        ended = self._scriptrunner
        create(self, initial_rerun_data)
        if (
            ended is not None
        ):  # the loop handles in order: until then it comes to what is waiting now
            runners = self.__dict__.setdefault(ENDED, set())
            runners.add(ended)
            self._call_soon_on_event_loop(lambda: runners.discard(ended))

    @wraps(handle)
    def handled(
        self: AppSession,
        sender: ScriptRunner | None,
        event: ScriptRunnerEvent,
        *args: object,
        **kwargs: object,
    ) -> None:
        current = self._scriptrunner
        late = sender is not current and sender in self.__dict__.get(ENDED, ())
        if late and event is not ScriptRunnerEvent.SHUTDOWN:
            self._scriptrunner = sender
            try:
                handle(self, sender, event, *args, **kwargs)  # type: ignore[arg-type]
            finally:
                self._scriptrunner = current
        else:
            handle(self, sender, event, *args, **kwargs)  # type: ignore[arg-type]

    AppSession._create_scriptrunner = created  # type: ignore[method-assign]
    AppSession._handle_scriptrunner_event_on_event_loop = handled  # type: ignore[method-assign]


def _keep_messages_of_fragments() -> None:
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
