"""Websocket traffic from a server to a tab, as Chromium counts it."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

BINARY = 2  # a frame's opcode


class Wire:
    """Counts the frames that a tab receives, from now on.

    Attributes:
        frames: Since the last `clear`.
        bytes: Of their payloads.
        last: When the newest came, as `time.perf_counter` has it.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames = self.bytes = 0
        self.last = time.perf_counter()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.webSocketFrameReceived", self._received)

    def _received(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        self.frames += 1
        self.bytes += payload_bytes(frame["opcode"], frame["payloadData"])
        self.last = time.perf_counter()

    def clear(self) -> None:
        """Count from nothing."""
        self.frames = self.bytes = 0

    def count(self) -> dict[str, int]:
        """Return what came since the last `clear`."""
        return {"frames": self.frames, "bytes": self.bytes}

    def calm(self, quiet_s: float, limit_s: float = 30.0) -> None:
        """Wait until nothing has come for so long, or for the limit."""
        end = time.perf_counter() + limit_s
        since = time.perf_counter()
        while (now := time.perf_counter()) < end and now - max(self.last, since) < quiet_s:
            self.page.wait_for_timeout(100)


def payload_bytes(opcode: int, payload: str) -> int:
    """Return the length of a frame's payload, which Chromium tells in base64 if it is binary."""
    return len(base64.b64decode(payload)) if opcode == BINARY else len(payload.encode())
