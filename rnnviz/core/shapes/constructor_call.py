"""Constructor call in pasted code, found in the syntax tree; nothing of it is run."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LONGEST = 400  # characters
PROMPT = re.compile(r"^\s*(?:>>>|\.\.\.|In ?\[\d*\]:)[ \t]?", re.MULTILINE)
QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2212": "-"})
START = re.compile(r"(?:[A-Za-z_]\w*\s*\.\s*)*(?:Simple)?(?:LSTM|GRU|RNN)(?:Cell)?\s*\(")
CLOSING = {"(": ")", "[": "]", "{": "}"}

Named = Callable[[ast.Call], "list[str] | None"]


class PastedError(ValueError):
    """What was pasted cannot be read: why, in one sentence for a person."""


@dataclass(frozen=True)
class Constructor:
    """A constructor in pasted code.

    Attributes:
        parts: Its name, e.g. ["nn", "LSTM"].
        call: Its call.
        wrappers: The calls in whose arguments it stands, the outermost first.
        known: Numbers and flags that the same code assigns to names.
    """

    parts: list[str]
    call: ast.Call
    wrappers: list[ast.Call]
    known: dict[str, object]


def constructor(text: str, named: Named) -> Constructor:
    """Find the one constructor.

    Args:
        text: The code, with prompts and full-width punctuation, or cut at its ends.
        named: Returns the name of a constructor if a call is one, else None.

    Raises:
        PastedError: If there is none, or more than one.
    """
    body = _statements(_cleaned(text))
    found = [
        (parts, call, wrappers)
        for statement in body
        for call, wrappers in _calls(statement, [])
        if (parts := named(call)) is not None
    ]
    if len(found) > 1 or (not found and len(body) != 1):
        if len(body) > 1:
            raise PastedError(f"one line is read at a time, got {len(body)}")
        raise PastedError(f"one module is read at a time, got {len(found)}")
    if not found:
        raise PastedError(_why_none(body[0]))
    (parts, call, wrappers), *_ = found
    return Constructor(parts, call, wrappers, dict(_known(body)))


def name_parts(node: ast.expr) -> list[str] | None:
    """Return a dotted name in parts; None if it is none."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return [node.id, *parts] if isinstance(node, ast.Name) else None


def _cleaned(text: str) -> str:
    if len(text.strip()) > LONGEST:
        raise PastedError(f"at most {LONGEST} characters are read, got {len(text.strip()):,}")
    found = unicodedata.normalize("NFKC", text).translate(QUOTES)
    found = PROMPT.sub("", found).strip().strip("`").strip()
    if not found:
        raise PastedError("there is nothing to read")
    return found


def _statements(text: str) -> list[ast.stmt]:
    """Return the statements of the text, or of the constructor alone if it is cut at its ends."""
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        part = _constructor_text(text)
        if part is None or "\0" in text:
            raise PastedError("this is no line of Python") from error
    try:
        return ast.parse(part).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise PastedError("this is no line of Python") from error


def _constructor_text(text: str) -> str | None:
    """Return the one constructor with its brackets; None if there are more or it is not closed."""
    start = START.search(text)
    if start is None:
        return None
    end = _closing(text, start.end() - 1)
    if end is None or START.search(text, end):
        return None
    return text[start.start() : end]


def _closing(text: str, at: int) -> int | None:
    """Return the place behind the bracket that closes the one at a place."""
    waiting: list[str] = []
    quote = ""
    for k in range(at, len(text)):
        letter = text[k]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in CLOSING:
            waiting.append(CLOSING[letter])
        elif waiting and letter in CLOSING.values():
            if letter != waiting.pop():
                return None
            if not waiting:
                return k + 1
    return None


def _calls(node: ast.AST, around: list[ast.Call]) -> Iterator[tuple[ast.Call, list[ast.Call]]]:
    """Go through all calls in a tree, each with those in whose arguments it stands."""
    inside = around
    if isinstance(node, ast.Call):
        yield node, around
        inside = [*around, node]
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, inside)


def _known(body: list[ast.stmt]) -> Iterator[tuple[str, object]]:
    """Return the names that the code gives plain numbers, flags and words."""
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                for target in node.targets:
                    yield ast.unparse(target), node.value.value


def _why_none(statement: ast.stmt) -> str:
    value = (
        statement.value if isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign) else None
    )
    if not isinstance(value, ast.Call):
        return "this builds no module: a line such as nn.LSTM(12, 64) does"
    parts = name_parts(value.func)
    if parts is None:
        return "a name such as nn.LSTM must stand before the bracket"
    names = ", ".join(
        f"nn.{kind}{cell}" for cell in ("", "Cell") for kind in ("RNN", "GRU", "LSTM")
    )
    return f"{'.'.join(parts)[:40]} is no recurrent module: there are {names}"
