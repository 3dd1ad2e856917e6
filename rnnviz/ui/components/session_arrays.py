"""Arrays of a component over HTTP: each content at an immutable address that one session knows.

What goes through the websocket comes again with every run of the page. From its address the browser
fetches it once, and takes it from its own cache for anyone who comes back.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

import streamlit as st
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rnnviz.ui.components import packing
from rnnviz.ui.components.component_files import below_base
from rnnviz.ui.server.bounded_cache import BoundedCache

PATH = "/arrays/"
LEAST_BYTES = 10_000  # what is smaller goes through the websocket
# Of one session: what a page shows at once is the newest two; a reading has up to 10 MB.
NEWEST, MOST, MOST_BYTES = 2, 12, 8_000_000
HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",  # other content has another address
    "Content-Encoding": "identity",  # float32 hardly shrinks, and to try would hold up the server
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Content:
    """Bytes at an address; sessions that show the same share them.

    Attributes:
        digest: SHA-256 of the bytes, in hexadecimal.
        data: The bytes.
    """

    def __init__(self, data: bytes) -> None:
        self.digest, self.data = hashlib.sha256(data).hexdigest(), data


class SessionArrays:
    """What one session's browser may fetch: a limited number of contents, the newest last.

    Attributes:
        token: Part of the session's addresses that nobody else can know.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(16)
        self._contents = BoundedCache[str, Content](
            MOST, lambda content: len(content.data), MOST_BYTES, least=NEWEST
        )

    def hold(self, data: bytes) -> str:
        """Hold bytes as the newest, and return their address below the server's."""
        fresh = Content(data)
        content = _contents().setdefault(fresh.digest, fresh)
        self._contents.get(content.digest, lambda: content)
        return f"{PATH.lstrip('/')}{self.token}/{content.digest}"

    def find(self, digest: str) -> bytes | None:
        """Return the bytes of a digest; None where they are not held any more."""
        content = self._contents.find(digest)
        return None if content is None else content.data


@cache
def routes() -> tuple[Route, ...]:
    """Return the route of the arrays; who asks for it serves it."""
    return (Route(below_base(PATH + "{token}/{digest}"), _answer),)


def pack(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Pack a header and arrays as `packing.pack`, large arrays by their address.

    For what stands still until a person acts: what changes several times a second would fill the
    session's addresses. Where the server has no route, all goes inline.

    Args:
        header: What JSON can hold.
        arrays: uint8 or float32, of any shape.

    Raises:
        ValueError: If an array has another dtype.
    """
    size = sum(array.nbytes for array in arrays.values())
    if size < LEAST_BYTES or not routes.cache_info().currsize:
        return packing.pack(header, arrays)
    table, body = packing.lay_out(arrays)
    return packing.with_header({**header, "address": _served().hold(body), "arrays": table})


@st.cache_resource(scope="session", show_spinner=False)
def _served() -> SessionArrays:
    """Return what this session serves; Streamlit lets it go with the session."""
    served = SessionArrays()
    _sessions()[served.token] = served
    return served


@cache
def _sessions() -> WeakValueDictionary[str, SessionArrays]:
    return WeakValueDictionary()


@cache
def _contents() -> WeakValueDictionary[str, Content]:
    return WeakValueDictionary()


def _answer(request: Request) -> Response:
    served = _sessions().get(request.path_params["token"])
    data = None if served is None else served.find(request.path_params["digest"])
    if data is None:
        return PlainTextResponse("not here, or not any more", 404)
    return Response(data, media_type="application/octet-stream", headers=HEADERS)
