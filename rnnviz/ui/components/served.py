"""Scripts of the components, fetched once by a browser instead of sent with every message.

Streamlit sends a component's script along with each change of its data. Of a training that is
watched that was five sixths of what came.
"""

from __future__ import annotations

import hashlib
from functools import cache

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rnnviz.ui.components.packing import HERE, source

PATH = "/views/"
FOR_EVER = "public, max-age=31536000, immutable"  # another script has another address


@cache
def routes() -> tuple[Route, ...]:
    """Return the route of the scripts; who asks for it serves it."""
    return (Route(f"{PATH}{{names:path}}", _answer),)


def script(*names: str) -> str:
    """Return a component's script, joined of files of this folder.

    Where the server has the route, it is a line that fetches it; elsewhere it is the script itself.
    """
    whole = source(*names)
    if not routes.cache_info().currsize:
        return whole
    version = hashlib.sha256(whole.encode()).hexdigest()[:12]
    address = f"{PATH.lstrip('/')}{','.join(names)}?v={version}"
    return (
        f'const served = await import(new URL("{address}", document.baseURI));\n'
        "export default served.default;\n"
    )


def _answer(request: Request) -> Response:
    names = request.path_params["names"].split(",")
    if not set(names) <= _scripts() or len(set(names)) < len(names):
        return PlainTextResponse("no such script", 404)
    headers = {"Cache-Control": FOR_EVER, "X-Content-Type-Options": "nosniff"}
    return Response(source(*names), media_type="text/javascript", headers=headers)


@cache
def _scripts() -> frozenset[str]:
    return frozenset(path.relative_to(HERE).as_posix() for path in HERE.rglob("*.js"))
