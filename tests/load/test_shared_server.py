"""Tests of one server shared by strangers: real tabs, one session each."""

import re
import urllib.request

import pytest

from rnnviz.bench.load_client.people import PAGES
from rnnviz.bench.load_client.tab import TabError
from rnnviz.ui.app import monitoring
from tests.load.tabs import going, run, stroke, tabs, training, until

pytestmark = pytest.mark.slow

ID = re.compile(r"run=([\w-]{22})(?![\w-])")


async def _meet(server):
    async with tabs(server, 3) as (owner, stranger, friend):
        return await _watch(server, owner, stranger, friend)


async def _watch(server, owner, stranger, friend):
    await owner.open("train", "epochs=100&hidden=32")
    await owner.set(owner.find("button", "Start"), trigger_value=True)
    await until(lambda: ID.search(owner._query), "the run is in the owner's link")
    run_id = ID.search(owner._query)[1]
    await until(lambda: training(owner)["step"] > 0, "the run goes on")
    stop, pause = owner.find("button", "Stop"), owner.find("button", "Pause")

    await stranger.open("train")
    assert stranger.find("button", "Stop").proto.disabled
    for pressed in (stop, pause):  # the very message of the owner, from somebody else
        await stranger.set(pressed, trigger_value=True)
    for page in PAGES:
        await stranger.switch(page)
    seen = stranger.has_heard(run_id)
    await stranger.close()
    before = training(owner)["step"]
    await until(lambda: training(owner)["step"] > before, "the run goes on all the same")

    await friend.open("train", f"run={run_id}")
    found = training(friend)
    await friend.set(friend.find("button", "Stop"), trigger_value=True)
    await until(lambda: going(server) == 0, "whoever has the link may stop it")
    faults = [*owner.faults, *stranger.faults, *friend.faults]
    return run_id, seen, found, faults


def metric(server, name):
    with urllib.request.urlopen(server.address + monitoring.METRICS, timeout=120) as answer:
        lines = answer.read().decode().splitlines()
    return float(next(line for line in lines if line.startswith(name)).split()[1])


async def _draw_once(server):
    async with tabs(server, 1) as (tab,):
        await tab.open("draw")
        pad = await stroke(tab)
        assert await pad.settled()


def test_each_answer_and_each_page_is_counted(shared_server):
    names = ("rnnviz_answer_seconds_count", "rnnviz_page_seconds_count")
    before = [metric(shared_server, name) for name in names]
    run(_draw_once(shared_server))
    after = [metric(shared_server, name) for name in names]
    assert after[0] > before[0]
    assert after[1] > before[1]


def test_nobody_sees_or_stops_a_run_without_its_link(shared_server):
    run_id, seen, found, faults = run(_meet(shared_server))
    assert faults == []
    assert not seen, "a stranger was told the id of a run"
    assert found["step"] > 0
    assert len(run_id) == 22, "16 random bytes, written in 64 letters"


async def _three(server):
    async with tabs(server, 3) as people:
        return await _take_turns(list(people))


async def _take_turns(people):
    for tab in people:
        await tab.open("train", "epochs=100&hidden=32")
        await tab.set(tab.find("button", "Start"), trigger_value=True)
        await until(
            lambda tab=tab: training(tab)["state"] not in ("", "idle"), "the page knows of its run"
        )
    told = []
    while people:
        first = people[0]
        await until(lambda tab=first: training(tab)["step"] > 0, "the next one's turn")
        await until(lambda: all(waits(tab) for tab in people[1:]), "the others wait")
        told.append([training(tab)["words"] for tab in people[1:]])
        await first.set(first.find("button", "Stop"), trigger_value=True)
        await people.pop(0).close()
    return told


def waits(tab):
    return training(tab)["words"].startswith("waiting for a free place")


def test_three_people_take_turns_in_order_of_arrival_and_see_their_places(shared_server):
    first, second, third = run(_three(shared_server))
    assert ["next" in words for words in first] == [True, False]
    assert "second" in first[1]
    assert ["next" in words for words in second] == [True]
    assert third == []


async def _lost(server):
    async with tabs(server, 1) as (tab,):
        await tab.open("train")
        with pytest.raises(TabError, match="there is no button 'nothing'"):
            tab.find("button", "nothing")
        await tab.drop()
        with pytest.raises(TabError, match="the connection was lost"):
            await tab.set(next(iter(tab.elements.values())), bool_value=True)


def test_a_tab_says_what_is_wrong(shared_server):
    run(_lost(shared_server))
