import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

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
