"""Front-end files of the components, and the route from which a browser fetches their modules.

Streamlit sends a component's script along with each change of its data. Of a training that is
watched that was five sixths of what came. So the script is a line that imports the modules.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rnnviz.ui.components.component_sources import (
    PACKAGE,
    bundle,
    closure,
    scripts,
    source,
    version,
)

PATH = "/views/"
FOR_EVER = "public, max-age=31536000, immutable"  # other modules have another address


class ComponentFiles:
    """The files of one component: its own, and those that components share.

    A name such as "./unit.js" is a file beside the component's Python module, a bare name such as
    "axes.css" is a file of this folder.

    Args:
        module: `__file__` of the component's Python module.
    """

    def __init__(self, module: str) -> None:
        self._folder = Path(module).resolve().parent.relative_to(PACKAGE).as_posix()

    def source(self, *names: str) -> str:
        """Return files joined to one text."""
        return source(*map(self._named, names))

    def script(self, name: str) -> str:
        """Return the script of a component whose default export is that of a module."""
        return script(self._named(name))

    def _named(self, name: str) -> str:
        return name.replace("./", f"{self._folder}/", 1) if name.startswith("./") else name


@cache
def routes() -> tuple[Route, ...]:
    """Return the route of the modules; who asks for it serves it."""
    return (Route(below_base(f"{PATH}{{version}}/{{name:path}}"), _answer),)


def below_base(path: str) -> str:
    """Return a route's path below the one that the server is set to; st.App leaves that out."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}{path}" if base else path


def script(entry: str) -> str:
    """Return a script that imports a module, and at once all that it imports.

    A component's script runs from a `blob:` address, so that addresses have to be made absolute.
    Where the server has no route for modules, the script is the modules themselves, bundled.

    Args:
        entry: Path of the module below the package.
    """
    if not routes.cache_info().currsize:
        return bundle(entry)
    names = json.dumps(closure(entry)[::-1], separators=(",", ":"))
    return (
        f'const root = new URL("{PATH.lstrip("/")}{version()}/", document.baseURI);\n'
        f"const modules = {names}.map((name) => import(new URL(name, root)));\n"
        "export default (await Promise.all(modules))[0].default;\n"
    )


def _answer(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in scripts() or request.path_params["version"] != version():
        return PlainTextResponse("no such module", 404)
    headers = {"Cache-Control": FOR_EVER, "X-Content-Type-Options": "nosniff"}
    return Response(source(name), media_type="text/javascript", headers=headers)
