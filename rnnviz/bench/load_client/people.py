"""Simulated users of the load test: some draw, one trains, others switch pages."""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from rnnviz.bench.load_client.tab import LIMIT_S, Seen, Tab, TabError
from rnnviz.data import mnist_frame, strokes
from rnnviz.ui.app import app_files

MIN_WAIT_S, LOST_S = 0.045, 1.5  # as in components/pad/pad.js
PEN_WIDTH = 18  # where nobody sets another, as in ui/widgets/controls.py
POINT_S, DIGIT_S, REST_S = 0.016, 2.5, 0.8  # between two points, of a digit, until the next
LOOK_S = (2.0, 6.0)  # that a person looks at a page before the next click
LONG = "epochs=100&hidden=128"  # a training that goes on
PAGES = tuple(path.stem for path in sorted(app_files.PAGES.glob("*.py")) if path.stem != "home")


@dataclass(eq=False)
class Tally:
    """What was seen by all of them.

    Attributes:
        strokes: Drawn to their end.
        lost: Of them those whose ink never lay on the pad as it was drawn.
        answers: ms from ink to an answer that knows of it.
        late: Messages of a stroke that were sent again, for no answer came in 1.5 s.
        switches: ms from a click on a page's name until all of it was there.
        steps: ms from moving a control until what follows was there.
        places: Of those who wait for their training, as last told.
        faults: A sentence each.
    """

    strokes: int = 0
    lost: int = 0
    late: int = 0
    answers: list[float] = field(default_factory=list)
    switches: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Pad:
    """The pad of a tab: one message in flight, as the component has it."""

    def __init__(self, tab: Tab, tally: Tally) -> None:
        self.tab, self.tally = tab, tally
        self.strokes: list[list[int]] = []
        self.seq = self.acked = 0
        self.frame = b""  # the picture of which the last answer was, (28, 28)
        self._since: dict[int, float] = {}
        self._dirty: float | None = None
        self._sent = -math.inf
        self._news = asyncio.Event()
        tab.on_element = self._hear

    def _hear(self, seen: Seen) -> None:
        if not _is_pad(seen):
            return
        size = int.from_bytes(seen.proto.bytes[:4], "little")
        header = json.loads(seen.proto.bytes[4 : 4 + size])
        if self.seq == 0:
            self.seq = self.acked = header["ack"]  # a page come back to
        now = time.perf_counter()
        if header["ack"] > self.acked:
            self.acked = header["ack"]
            self.frame = _bytes_of(seen.proto.bytes, 4 + size, header["arrays"].get("frame"))
            for seq in [seq for seq in self._since if seq <= self.acked]:
                since = self._since.pop(seq)
                if seq == self.acked:
                    self.tally.answers.append(1e3 * (now - since))
            self._news.set()

    def add(self, x: int, y: int) -> None:
        """Lead the pen to a point."""
        self.strokes[-1] += [x, y]
        if self._dirty is None:
            self._dirty = time.perf_counter()

    async def post(self, down: bool) -> None:
        """Send what is new, if the time has come; with the pen up it always has."""
        now = time.perf_counter()
        waiting = self.acked < self.seq and now - self._sent < LOST_S
        if down and (self._dirty is None or waiting or now - self._sent < MIN_WAIT_S):
            return
        self.tally.late += down and self.acked < self.seq
        self.seq += 1
        self._since[self.seq] = now if self._dirty is None else self._dirty
        self._sent, self._dirty = now, None
        ink = {"seq": self.seq, "down": down, "strokes": self.strokes}
        pad = next(seen for seen in self.tab.elements.values() if _is_pad(seen))
        await self.tab.tell(pad, json_value=json.dumps({"ink": ink}))

    async def settled(self) -> bool:
        """Wait until the last message is answered; return whether it was of the ink as drawn."""
        end = time.perf_counter() + LIMIT_S
        while self.acked < self.seq and (left := end - time.perf_counter()) > 0:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                break
        return self.acked == self.seq and self.frame == _frame_of(self.strokes)


def _is_pad(seen: Seen) -> bool:
    return seen.kind == "bidi_component" and "rnnviz_pad" in seen.proto.component_name


def _bytes_of(packed: bytes, start: int, entry: dict[str, Any] | None) -> bytes:
    """Return an array of bytes that was packed after the header; b"" if there is none."""
    if entry is None:
        return b""
    start += entry["offset"]
    return packed[start : start + math.prod(entry["shape"])]


def _frame_of(drawn: list[list[int]]) -> bytes:
    """Return what a network is given of a drawing, (28, 28); b"" of an empty one."""
    framing = mnist_frame.frame(strokes.draw(strokes.parse_strokes(drawn), PEN_WIDTH))
    return b"" if framing is None else framing.frame.tobytes()


async def draw(tab: Tab, tally: Tally, end: float, rng: random.Random) -> None:
    """Draw eights on the pad, each with a number of its own in its first point."""
    pad = Pad(tab, tally)
    await tab.open("draw")
    number = 0
    while time.perf_counter() < end:
        number += 1
        pad.strokes.append([number // 200, number % 200])
        pad.add(140, 140)
        start = time.perf_counter()
        while (t := time.perf_counter() - start) < DIGIT_S:
            pad.add(*_eight(t))
            await pad.post(down=True)
            await asyncio.sleep(POINT_S)
        await pad.post(down=False)
        tally.strokes += 1
        tally.lost += not await pad.settled()
        await asyncio.sleep(REST_S * rng.uniform(0.5, 1.5))
        if number % 3 == 0:
            pad.strokes = []
            await pad.post(down=False)
            tally.lost += not await pad.settled()


def _eight(t: float) -> tuple[int, int]:
    angle = 2 * math.pi * t / DIGIT_S
    return round(140 + 45 * math.sin(2 * angle)), round(140 - 85 * math.sin(angle))


async def train(tab: Tab, _: Tally, end: float, __: random.Random) -> None:
    """Press Start, and look at the training, or at the place in the queue, to the end."""
    await tab.open("train", LONG)
    await tab.set(tab.find("button", "Start"), trigger_value=True)
    while (left := end - time.perf_counter()) > 0:
        await asyncio.sleep(min(left, 1.0))
        tab.find("button", "Stop")


async def look_around(tab: Tab, tally: Tally, end: float, rng: random.Random) -> None:
    """Go from page to page, and move controls on each."""
    await tab.open(rng.choice(["", *PAGES]))
    while time.perf_counter() < end:
        await asyncio.sleep(rng.uniform(*LOOK_S))
        moves = [move for seen in list(tab.elements.values()) if (move := _move(seen, rng))]
        start = time.perf_counter()
        if moves and rng.random() < 0.5:
            seen, value = rng.choice(moves)
            await tab.set(seen, **value)
            tally.steps.append(1e3 * (time.perf_counter() - start))
        else:
            await tab.switch(rng.choice(PAGES))
            tally.switches.append(1e3 * (time.perf_counter() - start))


def _move(seen: Seen, rng: random.Random) -> tuple[Seen, dict[str, Any]] | None:
    """Return another value of a control, if it is one that is to be moved."""
    proto = seen.proto
    if getattr(proto, "disabled", True) or getattr(proto, "form_id", ""):
        return None
    if seen.kind == "slider" and proto.options and len(proto.default) == 1:
        return seen, {"string_array_value": {"data": [rng.choice(list(proto.options))]}}
    if seen.kind == "slider" and len(proto.default) == 1:
        steps = round((proto.max - proto.min) / proto.step)
        value = proto.min + proto.step * rng.randint(0, steps)
        return seen, {"double_array_value": {"data": [value]}}
    if seen.kind == "selectbox" and proto.options:
        return seen, {"string_value": rng.choice(list(proto.options))}
    if seen.kind == "button_group" and proto.options:
        return seen, {"string_array_value": {"data": [rng.choice(list(proto.options)).content]}}
    return None


async def visit(
    address: str, people: int, drawing: int, seconds: float, seed: int, ready: Callable[[], None]
) -> dict[str, Any]:
    """Let people come one by one, use the app for so long, and stay until `ready` returns.

    Args:
        address: Of the server.
        people: How many.
        drawing: How many of them draw; of the others up to three train, or wait for that.
        seconds: For how long, from when the first has come.
        seed: Of what they choose.
        ready: Called when the time is over, while all tabs are open.

    Returns: What `Tally` has, as JSON can hold it.
    """
    tally = Tally()
    training = min(3, people - drawing)
    roles = [*[draw] * drawing, *[train] * training]
    roles += [look_around] * (people - len(roles))
    tabs = [Tab(address) for _ in roles]
    end = time.perf_counter() + seconds
    await asyncio.gather(
        *(
            _live(role, tab, tally, end, random.Random(seed + k), 0.3 * k)
            for k, (role, tab) in enumerate(zip(roles, tabs, strict=True))
        )
    )
    await asyncio.to_thread(ready)
    for tab in tabs:
        await tab.close()
    return {
        "people": people,
        "drawing": drawing,
        "training": training,
        "seconds": seconds,
        "bytes": sum(tab.received for tab in tabs),
        **vars(tally),
    }


async def _live(
    role: Callable[[Tab, Tally, float, random.Random], Awaitable[None]],
    tab: Tab,
    tally: Tally,
    end: float,
    rng: random.Random,
    wait_s: float,
) -> None:
    await asyncio.sleep(wait_s)
    try:
        await role(tab, tally, end, rng)
    except TabError as error:
        tally.faults.append(f"{role.__name__}: {error}")
    tally.faults += tab.faults


async def scout(address: str) -> dict[str, Any]:
    """Visit every page and draw a digit, so that all that is loaded once is there."""
    tally = Tally()
    tab = Tab(address)
    await tab.open()
    for path in PAGES:
        await tab.switch(path)
    await tab.close()
    drawer = Tab(address)
    await draw(drawer, tally, time.perf_counter() + 1, random.Random(0))
    await drawer.close()
    return {"faults": [*tally.faults, *tab.faults, *drawer.faults], "lost": tally.lost}
