"""Jupyter notebook of an exported script: the same code in cells, its docstrings as text.

The script is the one source. The docstring of a function or class stands above its cell, the
arguments of the command line are a `Namespace` to edit, and the body of `main` stands in cells.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import PurePath

KIND = "application/x-ipynb+json"
ORIGIN = "# Exported from "
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
HOW = "Run all cells in order. `{name}`, exported beside this notebook, is the same program."
OPTIONS = 'The options. A file is written where a path is set, e.g. `weights=Path("net.pt")`.'
PARTS = ("Training", "Result", "Files")

Cell = tuple[str, str]  # "markdown" or "code", and its source


def file_name(script_name: str) -> str:
    """Return the name of the notebook beside a script, e.g. "train.ipynb" for "train.py"."""
    return str(PurePath(script_name).with_suffix(".ipynb"))


def notebook(script: str, name: str) -> str:
    """Return the notebook of an exported script.

    Args:
        script: Source: a docstring, imports, constants, definitions, a `main` that reads arguments
            and trains, and its call.
        name: File name of the script.

    Returns: JSON of nbformat 4.5. The same script gives the same bytes.
    """
    lines, module = script.split("\n"), ast.parse(script)
    named = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    main = named["main"]
    origin, cells = "", []
    for group in _groups(module.body[1 : module.body.index(main)]):
        code = _code(lines, _end_before(module, group[0]), group)
        if code.startswith(ORIGIN):
            origin, _, code = code.partition("\n")
        cells += [*_explanation(group), ("code", code.strip("\n"))]
    header = _header(ast.get_docstring(module) or "", origin.removeprefix(ORIGIN), name)
    return _json([("markdown", header), *cells, *_main(script, lines, main)])


def _groups(nodes: Iterable[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Yield what stands in one cell: all imports, constants in a row, each function or class."""

    def kind(numbered: tuple[int, ast.stmt]) -> tuple[str, int]:
        place, node = numbered
        if isinstance(node, ast.Import | ast.ImportFrom):
            return "imports", 0
        return ("constants", 0) if isinstance(node, ast.Assign) else ("definition", place)

    for _, found in groupby(enumerate(nodes), key=kind):
        yield [node for _, node in found]


def _end_before(module: ast.Module, node: ast.stmt) -> int:
    """Return the last line of the statement before another, from 1."""
    before = module.body[module.body.index(node) - 1]
    return before.end_lineno or before.lineno


def _source(lines: Sequence[str], after: int, last: ast.stmt) -> str:
    """Return the lines after one, comments included, to the end of a statement."""
    return "\n".join(lines[after : last.end_lineno]).strip("\n")


def _code(lines: Sequence[str], after: int, group: Sequence[ast.stmt]) -> str:
    """Return the source of a cell; the docstring of a function or class is not part of it."""
    node = group[0]
    if not isinstance(node, ast.FunctionDef | ast.ClassDef) or not ast.get_docstring(node):
        return _source(lines, after, group[-1])
    docstring = node.body[0]
    body = docstring.end_lineno or 0
    while not lines[body]:
        body += 1
    head = lines[after : docstring.lineno - 1]
    return "\n".join((*head, *lines[body : node.end_lineno])).strip("\n")


def _explanation(group: Sequence[ast.stmt]) -> list[Cell]:
    """Return a heading, and under it the docstring of a function or class."""
    node = group[0]
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        docstring = ast.get_docstring(node) or ""
        return [("markdown", f"## `{node.name}`\n\n{docstring}".rstrip())]
    return [("markdown", "## Constants")] if isinstance(node, ast.Assign) else []


def _header(docstring: str, link: str, name: str) -> str:
    """Return title and text of the docstring, without the lines of a shell, and the link back."""
    title, *paragraphs = docstring.split("\n\n")
    text = [part for part in paragraphs if not part.startswith("    ")]
    origin = [f"Exported from {link}"] if link else []
    whole = "\n\n".join([f"# {title.rstrip('.')}", *text, *origin, HOW.format(name=name)])
    as_options = re.sub(r"`--(\w+) (\w+)`", r'`\1="\2"`', whole)
    return re.sub(r"https?://\S+", r"<\g<0>>", as_options)


def _main(script: str, lines: Sequence[str], main: ast.FunctionDef) -> Iterator[Cell]:
    """Yield the arguments as a cell to edit, then the rest of `main` in three."""
    read = next(k for k, node in enumerate(main.body) if _assigns(node, "args"))
    yield "markdown", f"## Run\n\n{ast.get_docstring(main)}\n\n{OPTIONS}"
    yield "code", _namespace(script, main.body[:read])
    rest = main.body[read + 1 :]
    trained = next(k for k, node in enumerate(rest) if _assigns(node, "losses")) + 1
    saves = next(k for k, node in enumerate(rest) if _asks_for_file(node))
    after = main.body[read].end_lineno or 0
    for title, part in zip(PARTS, (rest[:trained], rest[trained:saves], rest[saves:]), strict=True):
        yield "markdown", f"### {title}"
        yield "code", textwrap.dedent(_source(lines, after, part[-1]))
        after = part[-1].end_lineno or 0


def _assigns(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name


def _asks_for_file(node: ast.stmt) -> bool:
    """Whether a statement is `if args.NAME:`."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Attribute)


def _namespace(script: str, nodes: Iterable[ast.stmt]) -> str:
    """Return a Namespace with the default of each argument that a parser is given."""
    found = []
    for node in nodes:
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or not call.args:
            continue
        name = str(ast.literal_eval(call.args[0])).removeprefix("--")
        values = {
            keyword.arg: ast.get_source_segment(script, keyword.value) for keyword in call.keywords
        }
        words = ast.literal_eval(values.get("help") or values.get("choices") or '""')
        comment = words if isinstance(words, str) else " or ".join(map(json.dumps, words))
        found.append(f"    {name}={values.get('default', 'None')},  # {comment}\n")
    return f"args = argparse.Namespace(\n{''.join(found)})"


def _json(cells: Iterable[Cell]) -> str:
    """Return a notebook file as Jupyter writes it."""
    written = []
    for number, (kind, source) in enumerate(cells, 1):
        cell: dict[str, object] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
        *first, last = source.split("\n")
        cell["source"] = [*(f"{line}\n" for line in first), last]
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        written.append(dict(sorted(cell.items())))
    content = {"cells": written, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
