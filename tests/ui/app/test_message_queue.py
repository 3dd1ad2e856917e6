import asyncio

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner import ScriptRunnerEvent

from rnnviz.ui.app import message_queue


def delta(words, fragment):
    message = ForwardMsg()
    message.metadata.delta_path[:] = [0, 1]
    message.delta.new_element.markdown.body = words
    message.delta.fragment_id = fragment
    return message


@pytest.fixture
def queue(monkeypatch):
    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)  # undone at the end
    message_queue.keep_unsent()
    return ForwardMsgQueue()


def test_a_run_of_a_fragment_drops_nothing_and_comes_behind_what_is_there(queue):
    finished = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)
    for message in (delta("of the page's run", "one"), finished):
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["one"])
    queue.enqueue(delta("of the fragment's", "one"))
    sent = queue.flush()
    assert [m.delta.new_element.markdown.body for m in (sent[0], sent[2])] == [
        *("of the page's run", "of the fragment's")
    ]
    assert sent[1].script_finished == ForwardMsg.FINISHED_SUCCESSFULLY


def test_a_run_of_the_page_drops_what_is_outdated(queue):
    queue.enqueue(delta("old", "one"))
    queue.clear(retain_lifecycle_msgs=True)
    assert queue.is_empty
    queue.enqueue(delta("old", "one"))
    assert len(queue.flush()) == 1
    assert queue.is_empty


@pytest.fixture
def session(monkeypatch):
    """A session of Streamlit without a server; what it would run, and what it handles, is noted."""
    handled = []

    def create(self, _):
        self._scriptrunner = object()

    def handle(self, sender, event):
        if sender is self._scriptrunner:  # as Streamlit does
            handled.append((sender, event))

    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)
    monkeypatch.setattr(AppSession, "_create_scriptrunner", create)
    monkeypatch.setattr(AppSession, "_handle_scriptrunner_event_on_event_loop", handle)
    message_queue.keep_unsent()

    class Session(AppSession):
        """What a session has of the three functions that take part."""

        def __init__(self):
            self._scriptrunner = None

        def __del__(self):
            """Nothing was opened."""

    return Session(), handled


def test_what_an_ended_run_has_told_is_handled_also_when_the_next_has_begun(session):
    found, handled = session
    told, over = ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, ScriptRunnerEvent.SHUTDOWN

    async def run():
        found._event_loop = asyncio.get_running_loop()
        found._create_scriptrunner(None)
        first = found._scriptrunner
        tell = found._handle_scriptrunner_event_on_event_loop
        found._event_loop.call_soon(tell, first, told)  # waits in the loop
        found._create_scriptrunner(None)
        second = found._scriptrunner
        found._event_loop.call_soon(tell, first, over)  # the first one's thread ends
        found._event_loop.call_soon(tell, second, told)
        found._event_loop.call_soon(tell, first, told)  # of one that was stopped: too late
        await asyncio.sleep(0.01)
        assert found._scriptrunner is second
        return first, second

    first, second = asyncio.run(run())
    assert handled == [(first, told), (second, told)]
