"""One tab without a browser: it sends and stores what Streamlit's front-end would."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

XSRF = "_streamlit_xsrf"
MOST_BYTES = 2**27  # of a message; what the server may send is less
LIMIT_S = 60.0  # after that an answer is taken for lost


class TabError(Exception):
    """The server did what a person would call a fault; one sentence without its full stop."""


@dataclass(frozen=True, eq=False)
class Seen:
    """An element on the page.

    Attributes:
        kind: As Streamlit's protocol names it, e.g. "button".
        proto: What came of it.
        fragment: The id of the fragment in which it stands, or "".
    """

    kind: str
    proto: Any
    fragment: str


@dataclass(eq=False)
class Tab:
    """A tab that is open.

    Attributes:
        address: Of the server, e.g. "http://127.0.0.1:8501".
        on_element: Told of each element that comes.
        elements: On the page by now that have an id.
        pages: Hash of each page by its path.
        faults: What went wrong, a sentence each.
        received: Bytes that came.
        session: What the server calls it, to come back to.
        closed: Why the server has closed the connection, as the websocket's code; 0 if it has not.
    """

    address: str
    on_element: Callable[[Seen], None] = lambda _: None
    elements: dict[str, Seen] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    received: int = 0
    session: str = ""
    closed: int = 0
    _page: str = ""
    _query: str = ""
    _widgets: dict[str, WidgetState] = field(default_factory=dict)
    _cached: dict[str, ForwardMsg] = field(default_factory=dict)
    _ticks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _whole: asyncio.Event = field(default_factory=asyncio.Event)  # a run of the page has ended
    _part: asyncio.Event = field(default_factory=asyncio.Event)  # a run of any kind has
    _wire: ClientConnection | None = None
    _reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Tab:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self, path: str = "", query: str = "") -> None:
        """Connect, and wait until the page of a link is there."""
        self._query = query
        await self._connect()
        await self._run_page(name=path)

    async def _connect(self) -> None:
        cookie = await asyncio.to_thread(_cookie, self.address)
        spoken = ["streamlit", cookie or "none", *filter(None, [self.session])]
        self._wire = await connect(
            f"ws://{urlsplit(self.address).netloc}/_stcore/stream",
            origin=Origin(self.address),
            subprotocols=[Subprotocol(word) for word in spoken],
            additional_headers={"Cookie": f"{XSRF}={cookie}"},
            max_size=MOST_BYTES,
            open_timeout=LIMIT_S,
            ping_timeout=None,  # a browser does not ask
        )
        self._reader = asyncio.create_task(self._read(self._wire))

    async def drop(self) -> None:
        """Lose the connection without a word, as when a cable is pulled."""
        self._still()
        if self._wire is not None and self._reader is not None:
            self._wire.transport.abort()
            await self._reader

    async def come_back(self) -> None:
        """Connect again, and say what is set on the page, as the browser does by itself."""
        await self._connect()
        self._part.clear()
        await self._send()
        await self._wait(self._part, "the page")

    async def close(self) -> None:
        """Close it as a person closes a tab."""
        self._still()
        if self._wire is not None:
            await self._wire.close()
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader

    async def switch(self, path: str, query: str = "") -> None:
        """Go to another page, and wait until all of it is there."""
        self._query = query
        await self._run_page(script=self.pages[path])

    async def set(self, seen: Seen, **value: Any) -> None:  # noqa: ANN401 - of a WidgetState
        """Set a widget, or press a button, and wait until a run has ended."""
        self._part.clear()
        await self.tell(seen, **value)
        await self._wait(self._part, f"an answer to a {seen.kind}")

    async def tell(self, seen: Seen, **value: Any) -> None:  # noqa: ANN401 - likewise
        """Set a widget and do not wait."""
        widget = WidgetState(id=seen.proto.id, **value)
        lasting = "trigger_value" not in value
        if lasting:
            self._widgets[widget.id] = widget
        await self._send(fragment=seen.fragment, also=None if lasting else widget)

    def find(self, kind: str, label: str) -> Seen:
        """Return the element of this kind and label.

        Raises:
            TabError: If it is not on the page.
        """
        for seen in self.elements.values():
            if seen.kind == kind and seen.proto.label == label:
                return seen
        raise TabError(f"there is no {kind} {label!r} on page {self._page!r}")

    async def _run_page(self, name: str = "", script: str = "") -> None:
        self._still()
        self._whole.clear()
        self.elements.clear()
        await self._send(page=(name, script))
        self._widgets.clear()
        await self._wait(self._whole, f"page {name or script}")

    async def say(self, data: bytes | str) -> None:
        """Send anything, whether it means something or not."""
        if self._wire is not None:
            with suppress(ConnectionClosed):
                await self._wire.send(data)

    async def _wait(self, event: asyncio.Event, what: str) -> None:
        try:
            await asyncio.wait_for(event.wait(), LIMIT_S)
        except TimeoutError:
            raise TabError(f"{what} did not come in {LIMIT_S:.0f} s") from None
        if self._wire is None:
            raise TabError("the connection was lost")

    async def _send(
        self,
        fragment: str = "",
        also: WidgetState | None = None,
        tick: bool = False,
        page: tuple[str, str] | None = None,
    ) -> None:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = self._query
        asked.widget_states.widgets.extend(self._widgets.values())
        if also is not None:
            asked.widget_states.widgets.append(also)
        asked.fragment_id, asked.is_auto_rerun = fragment, tick
        asked.page_name, asked.page_script_hash = ("", self._page) if page is None else page
        asked.cached_message_hashes.extend(self._cached)
        if self._wire is None:
            raise TabError("the connection was lost")
        try:
            await self._wire.send(message.SerializeToString())
        except ConnectionClosed:
            raise TabError("the connection was lost") from None

    async def _read(self, wire: ClientConnection) -> None:
        try:
            async for data in wire:
                self.received += len(data)
                self._hear(ForwardMsg.FromString(data if isinstance(data, bytes) else b""))
        except ConnectionClosed:
            pass
        self._wire, self.closed = None, wire.close_code or 0
        self._still()
        self._whole.set()
        self._part.set()

    def _hear(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            kept = self._cached[message.ref_hash]
            message.delta.CopyFrom(kept.delta)
            kind = "delta"
        elif message.metadata.cacheable:
            self._cached[message.hash] = message
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self._still()
            self.elements.clear()
            self._page = message.new_session.page_script_hash
            self.session = message.new_session.initialize.session_id
        elif kind == "navigation":
            self.pages = {p.url_pathname: p.page_script_hash for p in message.navigation.app_pages}
            self._page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._tick(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._still(fragment)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._show(message.delta.new_element, message.delta.fragment_id)
        elif kind == "script_finished":
            self._end(message.script_finished)
        elif message.session_event.WhichOneof("type") == "script_compilation_exception":
            self.faults.append("the script could not be run")

    def _show(self, element: Any, fragment: str) -> None:  # noqa: ANN401 - a proto
        kind = element.WhichOneof("type")
        proto: Any = getattr(element, kind or "", None)
        if kind == "exception":
            told = [proto.type, proto.message, *proto.stack_trace]
            self.faults.append(f"an exception is on the page: {' '.join(filter(None, told))}")
        elif kind == "alert" and proto.body.startswith("A file of rnnviz"):
            self.faults.append(f"an error is on the page: {proto.body}")
        elif getattr(proto, "id", ""):
            self.elements[proto.id] = seen = Seen(kind or "", proto, fragment)
            self.on_element(seen)

    def _end(self, status: int) -> None:
        if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.faults.append("a run of the page ended with an error")
        if status != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self._part.set()
        if status == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._whole.set()

    def _tick(self, fragment: str, interval: float) -> None:
        self._still(fragment)
        self._ticks[fragment] = asyncio.create_task(self._tick_on(fragment, interval))

    async def _tick_on(self, fragment: str, interval: float) -> None:
        with suppress(TabError):
            while True:
                await asyncio.sleep(interval)
                await self._send(fragment=fragment, tick=True)

    def _still(self, fragment: str | None = None) -> None:
        """Let a fragment, or all, ask for itself no longer."""
        for name in [*self._ticks] if fragment is None else [fragment]:
            if (task := self._ticks.pop(name, None)) is not None:
                task.cancel()


def _cookie(address: str) -> str:
    """Return what the server gives a browser to show that a request is from a page of its own."""
    with urllib.request.urlopen(f"{address}/_stcore/health", timeout=LIMIT_S) as answer:
        jar = SimpleCookie(answer.headers.get("Set-Cookie") or "")
    return jar[XSRF].value if XSRF in jar else ""
