"""Front-end files of the components, and the route from which a browser fetches their scripts.

Streamlit sends a component's script along with each change of its data. Of a training that is
watched that was five sixths of what came.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rnnviz.ui.components.component_sources import HERE, PACKAGE, source

# What views of a digit with charts and an axis of time are drawn with.
CHARTS = ("component_view.js", "rows.js", "digits.js", "numbers.js", "curves.js", "axes.js")

PATH = "/views/"
FOR_EVER = "public, max-age=31536000, immutable"  # another script has another address


class ComponentFiles:
    """The files of one component: its own, and those that components share.

    A name such as "./unit.js" is a file beside the component's Python module, a bare name such as
    "axes.js" is a file of this folder.

    Args:
        module: `__file__` of the component's Python module.
    """

    def __init__(self, module: str) -> None:
        self._folder = Path(module).resolve().parent.relative_to(PACKAGE).as_posix()

    def source(self, *names: str) -> str:
        """Return files joined to one text."""
        return source(*map(self._named, names))

    def script(self, *names: str) -> str:
        """Return scripts joined to one, see `script`."""
        return script(*map(self._named, names))

    def _named(self, name: str) -> str:
        return name.replace("./", f"{self._folder}/", 1) if name.startswith("./") else name


@cache
def routes() -> tuple[Route, ...]:
    """Return the route of the scripts; who asks for it serves it."""
    return (Route(below_base(PATH + "{names:path}"), _answer),)


def below_base(path: str) -> str:
    """Return a route's path below the one that the server is set to; st.App leaves that out."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}{path}" if base else path


def script(*names: str) -> str:
    """Return a component's script, joined of files named as `source` takes them.

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
    shared = {path.name for path in HERE.glob("*.js")}
    return frozenset(
        shared | {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.js")}
    )
