"""Sources of the components, without Streamlit: styles and markup joined, modules as one script."""

from __future__ import annotations

import hashlib
import posixpath
import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parents[1]  # rnnviz/

# The Watch view, which the app shows and an HTML file holds.
WATCH = "ui/components/watch/watch.html"
WATCH_STYLES = (
    "component_view.css",
    "axes.css",
    "stage.css",
    "ui/components/watch/watch.css",
    "ui/components/watch/equation.css",
)

_IMPORT = re.compile(
    r"""^import\ (?:(?P<default>\w+)|\{(?P<names>[^}]*)\})\ from\ "(?P<path>\.[^"]*)";\n""",
    re.MULTILINE | re.VERBOSE,
)
_DECLARED = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)


def source(*names: str) -> str:
    """Join files of components.

    Args:
        names: A bare name is a file of this folder, one with a slash lies below the package.
    """
    paths = ((PACKAGE if "/" in name else HERE) / name for name in names)
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@cache
def scripts() -> frozenset[str]:
    """Return the paths of all JavaScript modules below the package."""
    return frozenset(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.js"))


@cache
def version() -> str:
    """Return a hash of all modules: it changes when one of them does."""
    digest = hashlib.sha256()
    for path in sorted(scripts()):
        digest.update(f"{path}\0{source(path)}\0".encode())
    return digest.hexdigest()[:12]


def closure(entry: str) -> tuple[str, ...]:
    """Return a module and all that it imports, each after those that it imports.

    In a cycle the module that is met first comes last.

    Args:
        entry: Path of the module below the package.

    Raises:
        OSError: If a module is not there.
    """
    found: dict[str, bool] = {}

    def visit(path: str) -> None:
        found[path] = False
        for imported in _IMPORT.finditer(source(path)):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), imported["path"]))
            if target not in found:
                visit(target)
        del found[path]
        found[path] = True

    visit(entry)
    return tuple(found)


def bundle(entry: str) -> str:
    """Return a module and all that it imports as one script; it exports its own default alone.

    Args:
        entry: Path of the module below the package.

    Raises:
        ValueError: If two modules declare the same name, or one imports a name as another.
    """
    defaults: dict[str, str] = {}
    declared: dict[str, str] = {}
    parts = []
    for path in (paths := closure(entry)):
        for imported in _IMPORT.finditer(source(path)):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), imported["path"]))
            if imported["default"]:
                defaults[target] = imported["default"]
            elif " as " in imported["names"]:
                raise ValueError(f"{path} imports a name as another, which cannot be bundled")
    for path in paths:
        text = _IMPORT.sub("", source(path))
        if path in defaults:
            text = text.replace("export default ", f"const {defaults[path]} = ")
        text = re.sub(r"^export (?!default)", "", text, flags=re.MULTILINE)
        for name in _DECLARED.findall(text):
            if name in declared:
                raise ValueError(f"{declared[name]} and {path} both declare {name}")
            declared[name] = path
        parts.append(text)
    return "\n".join(parts)
