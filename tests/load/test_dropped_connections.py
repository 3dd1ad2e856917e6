"""Tests of websocket connections that drop at any time and reconnect as a browser does."""

import asyncio
import random

import pytest

from rnnviz.bench.load_client.people import Pad, Tally
from tests.load.tabs import going, run, stroke, tabs, training, unfinished, until

pytestmark = pytest.mark.slow


async def alone(act, server, *others):
    async with tabs(server, 1) as (tab,):
        return await act(tab, *others)


async def _drawing(tab):
    """Lose the connection some ms after a message has left, or while the pen is down."""
    rng, tally = random.Random(12), Tally()
    pad = Pad(tab, tally)
    await tab.open("draw")
    for _ in range(8):
        pad.strokes.append([140, 60])
        for y in range(70, 220, 30):
            pad.add(140 + rng.randint(-9, 9), y)
            await pad.post(down=True)
        if rng.random() < 0.5:
            await pad.post(down=False)
        await asyncio.sleep(rng.uniform(0, 0.08))
        await tab.drop()
        await tab.come_back()
        await pad.post(down=False)
        assert await pad.settled(), "what was drawn lies on the pad"
    return tab.faults, len(pad.strokes), tab.session


def test_a_connection_lost_while_drawing_loses_no_stroke(shared_server):
    faults, strokes, session = run(alone(_drawing, shared_server))
    assert faults == []
    assert strokes == 8
    assert session


async def _training(tab, shared):
    await tab.open("train", "epochs=100&hidden=32")
    await tab.tell(tab.find("button", "Start"), trigger_value=True)
    await tab.drop()  # before an answer: perhaps it got through, perhaps not
    await tab.come_back()
    await tab.set(tab.find("button", "Start"), trigger_value=True)  # as a person would
    await until(lambda: training(tab)["step"] > 0, "the run goes on")
    assert going(shared) == 1, "pressed twice is once"
    first, session = training(tab)["step"], tab.session
    await tab.drop()
    await asyncio.sleep(0.5)
    await tab.come_back()
    await until(lambda: training(tab)["step"] > first, "the run went on without the tab")
    assert tab.session == session, "the same person"
    await tab.set(tab.find("button", "Stop"), trigger_value=True)
    await until(lambda: training(tab)["state"] == "cancelled", "it is stopped")
    return tab.faults


def test_a_connection_lost_at_the_start_of_a_run_and_in_it_loses_nothing(shared_server):
    assert run(alone(_training, shared_server, shared_server)) == []


async def _hurried(tab, shared):
    """Press Start and go elsewhere at once, so that the one comes in the middle of the other."""
    rng = random.Random(1)
    await tab.open()
    for _ in range(8):
        await tab.switch("train", "epochs=100&hidden=32")
        await tab.tell(tab.find("button", "Start"), trigger_value=True)
        await asyncio.sleep(rng.uniform(0, 0.03))
        await tab.switch("draw")
        await tab.switch("train", "epochs=100&hidden=32")
        count = sum(unfinished(shared).values())
        if tab.find("button", "Stop").proto.disabled:
            assert count == 0, "a run goes on that nobody can find"
        else:
            assert count == 1
            await tab.set(tab.find("button", "Stop"), trigger_value=True)
    return tab.faults


def test_a_run_whose_start_is_cut_short_is_there_or_is_not_but_never_lost(shared_server):
    assert run(alone(_hurried, shared_server, shared_server)) == []


async def _switching(tab):
    rng = random.Random(5)
    await tab.open()
    for page in ("train", "states", "recurrence", "scratch"):
        go = asyncio.create_task(tab.switch(page))
        await asyncio.sleep(rng.uniform(0, 0.1))
        await tab.drop()
        await asyncio.gather(go, return_exceptions=True)
        await tab.come_back()
        await until(lambda: tab.elements, f"something is on the page, {page} or the one before")
    pad = Pad(tab, Tally())
    await tab.switch("draw")
    await stroke(tab, pad)
    assert await pad.settled()
    return tab.faults


def test_a_connection_lost_on_the_way_to_a_page_leaves_one_that_works(shared_server):
    assert run(alone(_switching, shared_server)) == []
