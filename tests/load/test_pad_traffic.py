"""What a server sends to a tab that draws, as its websocket has it."""

import asyncio

import pytest

from rnnviz.bench.load_client.people import Pad, Tally
from tests.load.tabs import header_of, run, tabs

pytestmark = pytest.mark.slow

QUIET_S = 0.5


async def answered(tab, pad, points):
    """Draw a stroke on to so many points; return how many bytes came for it, the pen still down."""
    while len(pad.strokes[0]) < 2 * points:
        n = len(pad.strokes[0]) // 2
        pad.add(140, 60 + 4 * abs(n % 80 - 40))
    await asyncio.sleep(QUIET_S)
    before = tab.received
    await pad.post(down=True)
    assert await pad.settled()
    await asyncio.sleep(QUIET_S)
    assert "strokes" not in header_of(tab, "pad")
    return tab.received - before


async def _drawing(shared_server):
    async with tabs(shared_server, 2) as (tab, other):
        await tab.open("draw")
        assert header_of(tab, "pad")["strokes"] == []
        pad = Pad(tab, Tally())
        pad.strokes.append([140, 60])
        sizes = [await answered(tab, pad, points) for points in (100, 3_000)]
        await pad.post(down=False)
        assert await pad.settled()
        assert "strokes" not in header_of(tab, "pad"), "nor with the pen up"
        ink = pad.strokes
        await tab.switch("shapes")
        await tab.switch("draw")
        assert header_of(tab, "pad")["strokes"] == ink, "a page come back to"
        await tab.set(tab.find("button", "5"), trigger_value=True)
        assert header_of(tab, "pad")["caption"].endswith("a 5")
        assert header_of(tab, "pad")["strokes"] == ink, "a test digit"
        undo = Pad(tab, Tally())
        undo.seq = undo.acked = header_of(tab, "pad")["ack"]
        undo.strokes = ink[:1]
        await undo.post(down=False)
        assert await undo.settled()
        assert "strokes" not in header_of(tab, "pad"), "Undo is ink that the pad has"
        await other.open("draw", "digit=61")
        pad = header_of(other, "pad")
        assert (pad["caption"], pad["strokes"]) == ("MNIST test digit 61, a 8", [])
        return sizes, tab.faults + other.faults


def test_the_ink_is_not_sent_back_to_the_tab_that_drew_it(shared_server):
    sizes, faults = run(_drawing(shared_server))
    assert faults == []
    short, long = sizes
    assert abs(long - short) < 100, "as many bytes for 3,000 points as for 100"
