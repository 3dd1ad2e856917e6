"""Tests that no message rests on what the browser may have dropped: "Cached ForwardMsg MISS".

Streamlit sends the hash of a message that the browser named with its request. Of two requests
within 3 ms the browser has dropped it by the time the second's answer comes.
"""

import asyncio

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from rnnviz.bench.draw import ROOT, start_server
from tests.load.tabs import Listening, run, tabs

pytestmark = pytest.mark.slow
PATHS = ("", "draw", "train", "runs", "states", "recurrence", "shapes", "characters", "scratch")


async def two_at_once(server):
    """Open pages, each asked for again twice within 3 ms; return all messages that came."""
    async with tabs(server, 1) as (tab,):
        await tab.open()
        for n, path in enumerate([*PATHS, "sine"]):
            await tab.switch(path)
            tab._whole.clear()
            await tab._send()
            await asyncio.sleep(n % 4 / 1000)
            await tab._send()
            await tab._wait(tab._whole, f"page {path} again")
        assert isinstance(tab, Listening)
        return [ForwardMsg.FromString(data) for data in tab.heard], tab.faults


def of_cache(messages):
    return [m for m in messages if m.metadata.cacheable or m.WhichOneof("type") == "ref_hash"]


def test_two_requests_at_once_are_answered_in_full(shared_server):
    messages, faults = run(two_at_once(shared_server))
    assert faults == []
    assert len(messages) > 200
    assert of_cache(messages) == []
    # What is larger goes by an address.
    assert max(message.ByteSize() for message in messages) < 100_000


def test_with_streamlits_own_setting_answers_rest_on_what_the_browser_keeps(home):
    own = {"STREAMLIT_GLOBAL_MIN_CACHED_MESSAGE_SIZE": "10000"}
    with start_server(ROOT / "app.py", own) as server:
        messages, _ = run(two_at_once(server))
    assert any(m.WhichOneof("type") == "ref_hash" for m in of_cache(messages))
