"""What a server sends to a tab that draws, as its websocket has it."""

import asyncio
import json

import pytest

from rnnviz.bench.load_client.people import Pad, Tally
from tests.load.tabs import run, tabs

pytestmark = pytest.mark.slow

QUIET_S = 0.5


def told(tab):
    """Return what the pad was told last."""
    for seen in reversed(list(tab.elements.values())):
        if seen.kind == "bidi_component" and "rnnviz_pad" in seen.proto.component_name:
            size = int.from_bytes(seen.proto.bytes[:4], "little")
            return json.loads(seen.proto.bytes[4 : 4 + size])
    raise AssertionError("the pad is not on the page")


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
    assert "strokes" not in told(tab)
    return tab.received - before


async def _drawing(shared_server):
    async with tabs(shared_server, 2) as (tab, other):
        await tab.open("draw")
        assert told(tab)["strokes"] == []
        pad = Pad(tab, Tally())
        pad.strokes.append([140, 60])
        sizes = [await answered(tab, pad, points) for points in (100, 3_000)]
        await pad.post(down=False)
        assert await pad.settled()
        assert "strokes" not in told(tab), "nor with the pen up"
        ink = pad.strokes
        await tab.switch("shapes")
        await tab.switch("draw")
        assert told(tab)["strokes"] == ink, "a page come back to"
        await tab.set(tab.find("button", "5"), trigger_value=True)
        assert told(tab)["caption"].endswith("a 5")
        assert told(tab)["strokes"] == ink, "a test digit"
        undo = Pad(tab, Tally())
        undo.seq = undo.acked = told(tab)["ack"]
        undo.strokes = ink[:1]
        await undo.post(down=False)
        assert await undo.settled()
        assert "strokes" not in told(tab), "Undo is ink that the pad has"
        await other.open("draw", "digit=61")
        assert (told(other)["caption"], told(other)["strokes"]) == ("MNIST test digit 61, a 8", [])
        return sizes, tab.faults + other.faults


def test_the_ink_is_not_sent_back_to_the_tab_that_drew_it(shared_server):
    sizes, faults = run(_drawing(shared_server))
    assert faults == []
    short, long = sizes
    assert abs(long - short) < 100, "as many bytes for 3,000 points as for 100"
