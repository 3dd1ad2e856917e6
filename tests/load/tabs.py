"""Helpers for tests with several tabs."""

import asyncio
import json
import re
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager

from rnnviz.bench.load_client.people import Pad, Tally
from rnnviz.bench.load_client.tab import Tab
from rnnviz.ui.app import monitoring

PATIENCE_S = 120.0


class Listening(Tab):
    """A tab that keeps all that came to it."""

    def __init__(self, address):
        super().__init__(address)
        self.heard = []

    def _hear(self, message):
        self.heard.append(message.SerializeToString())
        super()._hear(message)

    def has_heard(self, words):
        return any(words.encode() in data for data in self.heard)


@asynccontextmanager
async def tabs(server, count):
    """Yield so many tabs that are not open yet; all are closed at the end."""
    async with AsyncExitStack() as stack:
        found = [Listening(server.address) for _ in range(count)]
        for tab in found:
            await stack.enter_async_context(tab)
        yield found


def run(what):
    """Run a coroutine to its end, in a thread: Playwright may have a loop going in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, what).result()


async def until(is_so, what):
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, f"never: {what}"
        await asyncio.sleep(0.05)


def header_of(tab, name):
    """Return what a component was told last beside its arrays; None where it is not shown."""
    for seen in reversed(list(tab.elements.values())):
        if seen.kind == "bidi_component" and seen.proto.component_name == f"rnnviz_{name}":
            size = int.from_bytes(seen.proto.bytes[:4], "little")
            return json.loads(seen.proto.bytes[4 : 4 + size])
    return None


def training(tab):
    """Return what the train page was told last of its run; without one it stands at step -1."""
    header = header_of(tab, "training")
    if header is None:
        return {"step": -1, "words": "", "state": ""}
    run = header["run"]
    return {**run, "step": round(run["progress"] * run["steps"])}


def unfinished(server):
    """Return how many trainings of a server are not over, by state."""
    with urllib.request.urlopen(server.address + monitoring.METRICS, timeout=120) as answer:
        counts = dict(re.findall(r'state="(\w+)"} (\d+)', answer.read().decode()))
    over = ("done", "failed", "cancelled")
    return {state: int(count) for state, count in counts.items() if state not in over}


def going(server):
    """Return how many trainings a server does at this moment."""
    found = unfinished(server)
    return found["running"] + found["starting"]


async def stroke(tab, pad=None, tally=None):
    """Draw one stroke; return the pad, whether or not it was answered."""
    pad = pad or Pad(tab, tally or Tally())
    await until(lambda: _has_pad(tab), "the pad is on the page")
    pad.strokes.append([140, 60])
    for y in range(70, 220, 10):
        pad.add(140, y)
    await pad.post(down=False)
    return pad


def is_pad(seen):
    return seen.kind == "bidi_component" and "rnnviz_pad" in seen.proto.component_name


def _has_pad(tab):
    return any(is_pad(seen) for seen in tab.elements.values())
